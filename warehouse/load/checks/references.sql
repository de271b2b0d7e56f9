-- Every id that the batch put in finds its row.
-- The large tables are searched for the batch's ids, never the other way round, which would hold them in memory.
with readings as (
    select article_id, revision, extraction, source_id, feed_id, input_id
    from fact_article
    where batch_id = getvariable('batch_id')
),

known_articles as (
    select article_id from dim_article semi join readings using (article_id)
),

known_inputs as (
    select input_id from ops.input semi join readings using (input_id)
),

loaded as (
    select input_id, article_id, revision, extraction
    from ops.input
    where batch_id = getvariable('batch_id') and state = 'loaded'
),

known_readings as (
    select article_id, revision, extraction from fact_article semi join loaded using (article_id, revision, extraction)
)

select 'a dimension or input of fact_article' as reference, readings.article_id as id
from readings
left join dim_source as source on source.source_id = readings.source_id
left join dim_feed as feed on feed.feed_id = readings.feed_id
left join known_articles as article on article.article_id = readings.article_id
left join known_inputs as input on input.input_id = readings.input_id
where source.source_id is null or feed.feed_id is null or article.article_id is null or input.input_id is null
union all
select 'ops.input.article_id', input_id
from loaded
anti join known_readings using (article_id, revision, extraction)
union all
select 'dim_article.current_revision', article.article_id
from (from dim_article where article_id in (select article_id from decisions)) as article
anti join (from fact_article where article_id in (select article_id from decisions)) as reading
    on reading.article_id = article.article_id
    and reading.revision = article.current_revision
    and reading.extraction = article.current_extraction
union all
select 'ops.input.duplicate_of', input_id from ops.input
where batch_id = getvariable('batch_id') and state = 'duplicate'
    and coalesce(duplicate_of, 0) not in (
        select input_id
        from ops.input
        where state in ('loaded', 'quarantined')
            and input_id in (select duplicate_of from ops.input where batch_id = getvariable('batch_id'))
    )
union all
select 'ops.quarantine.input_id', input_id from ops.input
where batch_id = getvariable('batch_id') and state = 'quarantined'
    and input_id not in (select input_id from ops.quarantine)
