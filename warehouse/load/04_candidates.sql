-- One row per usable record that no earlier input holds, and per copy that says something of its own, in the order in which
-- revisions follow on each other; copies come last, so that it does not matter which batch they are in.
--
-- reader       the extractor that read it
-- said         a number for title, summary, text and day; 04_readings.sql has the same of the lake's readings
-- is_former    its key holds other bytes by now; it was in quarantine and is read again
-- is_numbered  its id counts within its file, since it has neither a feed nor a source
-- is_alone     neither the lake nor another usable record of the batch has its identity: it makes a new article
with repeated as (
    select identity_kind, identity_key
    from arrivals
    where is_usable
    group by all
    having count(*) > 1
),

-- Only of what is compared: nearly all of a batch is new.
wordings as (
    select row, hash(title, summary, body_hash, published_date) as said
    from staged
    where row in (
        select row
        from arrivals
        where (identity_kind, identity_key) in (select (identity_kind, identity_key) from known_articles)
            or (identity_kind, identity_key) in (select (identity_kind, identity_key) from repeated)
    )
)

select
    arrivals.row,
    arrivals.input_key,
    arrivals.identity_kind,
    arrivals.identity_key,
    arrivals.title,
    arrivals.reading_hash,
    arrivals.content_hash,
    extractor.extractor_id as reader,
    wordings.said,
    arrivals.observed_at,
    arrivals.observed_origin,
    coalesce(not replays.is_latest, false) as is_former,
    copies.row is not null as is_copy,
    coalesce(copies.is_timed, true) as is_timed,
    coalesce(copies.held, []) as held,
    arrivals.identity_kind = 'record' and arrivals.feed is null and placed.source_id = 0 as is_numbered,
    article.article_id is null and repeated.identity_key is null as is_alone
from arrivals
join placed using (row)
join extractors on extractors.engine = arrivals.engine
join dim_extractor as extractor
    on extractor.engine = extractors.engine
    and extractor.version = extractors.version
    and extractor.rules_hash = extractors.rules_hash
left join wordings using (row)
left join replays using (row)
left join copies using (row)
left join repeated using (identity_kind, identity_key)
left join known_articles as article using (identity_kind, identity_key)
where arrivals.is_usable
    and (placed.duplicate_of is null or copies.row is not null)
    and replays.article_id is null
    and arrivals.row not in (select row from holding)
order by is_copy, arrivals.observed_at, arrivals.input_key
