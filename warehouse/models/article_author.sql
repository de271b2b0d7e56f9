-- One row per place in the by-line of an article's current reading.
--
-- article_id: The article
-- position: Place in the by-line, from 1
-- author_id: The author
-- name: Name as printed
-- author_kind: person or organisation
-- role: Role as printed, such as photographer; null where none is
-- title: Headline of the article
-- published_date: The publisher's calendar day
-- source: Registrable domain of the news source; null where unknown
select
    reading.article_id,
    place.position,
    author.author_id,
    author.name,
    author.author_kind,
    place.role,
    reading.title,
    reading.published_date,
    reading.source
from main.fact_article as reading
join main.bridge_article_author as place
    on place.article_id = reading.article_id
    and place.revision = reading.revision
    and place.extraction = reading.extraction
join main.dim_author as author using (author_id)
where reading.is_current
