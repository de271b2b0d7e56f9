-- One row per reading of an article that a record of the batch may be a version of, in the order of the article's
-- versions and of the readings of each, in what records are compared by.
--
-- said  a number for title, summary, text and day, which are the publisher's beyond doubt; 04_candidates.sql has the same
--
-- The large table is searched for what the batch names, never the other way round, which would hold it in memory.
with readings as (
    select
        article_id,
        revision,
        extraction,
        extractor_id as reader,
        reading_hash,
        hash(title, summary, body_hash, published_date) as said,
        title,
        path as input_key,
        content_hash,
        observed_at,
        observed_origin
    from fact_article
    semi join known_articles using (article_id)
)

select known_articles.identity_kind, known_articles.identity_key, readings.*
from readings
join known_articles using (article_id)
order by article_id, observed_at, revision, extraction
