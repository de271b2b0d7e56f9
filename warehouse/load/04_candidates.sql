-- One row per usable record that no earlier input holds, in the order in which revisions follow on each other, with
-- the current reading of its article where the lake knows it.
select
    arrivals.row,
    arrivals.input_key,
    arrivals.identity_kind,
    arrivals.identity_key,
    arrivals.title,
    arrivals.reading_hash,
    arrivals.observed_at,
    arrivals.observed_origin,
    article.article_id,
    article.revisions,
    reading.revision as current_revision,
    reading.extraction as current_extraction,
    reading.title as current_title,
    reading.reading_hash as current_reading_hash,
    reading.observed_at as current_observed_at,
    input.input_key as current_input_key
from arrivals
join placed using (row)
left join dim_article as article
    on article.identity_kind = arrivals.identity_kind
    and article.identity_key = arrivals.identity_key
left join fact_article as reading
    on reading.article_id = article.article_id
    and reading.revision = article.current_revision
    and reading.extraction = article.current_extraction
left join ops.input as input on input.input_id = reading.input_id
where arrivals.is_usable and placed.duplicate_of is null
order by arrivals.observed_at, arrivals.input_key
