-- One row per usable record that no earlier input holds, in the order in which revisions follow on each other, with
-- the current reading of its article where the lake knows it.
--
-- read_alike      that reading was made by a reader of today, so that a difference is the publisher's
-- says_the_same   what is the publisher's beyond doubt is the same in both: title, summary, text and day
-- is_former       its key holds other bytes by now; it was in quarantine and is read again
-- is_alone        neither the lake nor another usable record of the batch has its identity: it makes a new article
--
-- The large tables are searched for what the batch names, never the other way round, which would hold them in memory.
with known_articles as (
    select article_id, identity_kind, identity_key, revisions
    from dim_article
    semi join arrivals using (identity_kind, identity_key)
),

known_readings as (
    from fact_article
    semi join known_articles using (article_id)
    where is_current
),

holders as (
    select input_id, input_key from ops.input semi join known_readings using (input_id)
),

-- Only what is compared with a reading of the lake: nearly all of a batch is new.
wordings as (
    select row, summary, body_hash
    from staged
    where row in (select row from arrivals semi join known_articles using (identity_kind, identity_key))
),

repeated as (
    select identity_kind, identity_key
    from arrivals
    where is_usable
    group by all
    having count(*) > 1
)

select
    arrivals.row,
    arrivals.input_key,
    arrivals.identity_kind,
    arrivals.identity_key,
    arrivals.title,
    arrivals.reading_hash,
    arrivals.observed_at,
    arrivals.observed_origin,
    coalesce(not replays.is_latest, false) as is_former,
    article.article_id is null and repeated.identity_key is null as is_alone,
    article.article_id,
    article.revisions,
    reading.revision as current_revision,
    reading.extraction as current_extraction,
    reading.title as current_title,
    reading.reading_hash as current_reading_hash,
    reading.observed_at as current_observed_at,
    reading.observed_origin as current_observed_origin,
    input.input_key as current_input_key,
    coalesce((extractor.engine, extractor.version, extractor.rules_hash) in (
        select (engine, version, rules_hash) from extractors
    ), true) as read_alike,
    (reading.title, reading.summary, reading.body_hash, reading.published_date) is not distinct from
        (arrivals.title, wording.summary, wording.body_hash, arrivals.published_date) as says_the_same
from arrivals
join placed using (row)
left join wordings as wording using (row)
left join replays using (row)
left join repeated using (identity_kind, identity_key)
left join known_articles as article
    on article.identity_kind = arrivals.identity_kind
    and article.identity_key = arrivals.identity_key
left join known_readings as reading on reading.article_id = article.article_id
left join dim_extractor as extractor on extractor.extractor_id = reading.extractor_id
left join holders as input on input.input_id = reading.input_id
where arrivals.is_usable
    and placed.duplicate_of is null
    and replays.article_id is null
    and arrivals.row not in (select row from holding)
order by arrivals.observed_at, arrivals.input_key
