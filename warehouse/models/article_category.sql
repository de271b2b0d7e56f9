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
    reading.source
from main.fact_article as reading
where reading.is_current
