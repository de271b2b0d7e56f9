-- One row per category of an article's current reading.
--
-- article_id: The article
-- position: Place among its categories, from 1
-- category: The category as published
-- title: Headline of the article
-- published_date: The publisher's calendar day
-- source: Registrable domain of the news source; null where unknown
select
    reading.article_id,
    generate_subscripts(reading.categories, 1)::integer as position,
    unnest(reading.categories) as category,
    reading.title,
    reading.published_date,
    source.domain as source
from main.dim_article as article
join main.fact_article as reading
    on reading.article_id = article.article_id
    and reading.revision = article.current_revision
    and reading.extraction = article.current_extraction
join main.source_identity as source on source.source_id = reading.source_id
