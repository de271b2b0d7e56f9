-- Every id that the batch put in finds its row.
with readings as (
    from written_readings where batch_id = getvariable('batch_id')
),

inputs as (
    from written_inputs where batch_id = getvariable('batch_id')
)

select 'a dimension or input of fact_article' as reference, readings.article_id as id
from readings
left join written_sources as source on source.source_id = readings.source_id
left join dim_feed as feed on feed.feed_id = readings.feed_id
left join written_articles as article on article.article_id = readings.article_id
left join written_inputs as input on input.input_id = readings.input_id
where source.source_id is null or feed.feed_id is null or article.article_id is null or input.input_id is null
union all
select 'ops.input.article_id', input_id
from inputs
anti join written_readings using (article_id, revision, extraction)
where state = 'loaded'
union all
select 'dim_article.current_revision', article.article_id
from written_articles as article
anti join written_readings as reading
    on reading.is_current
    and reading.article_id = article.article_id
    and reading.revision = article.current_revision
    and reading.extraction = article.current_extraction
where article.article_id in (select article_id from decisions)
union all
select 'ops.input.duplicate_of', input_id
from inputs
where state = 'duplicate'
    and coalesce(duplicate_of, 0) not in (
        select input_id from written_inputs where state in ('loaded', 'quarantined')
    )
union all
select 'ops.quarantine.input_id', input_id
from inputs
where state = 'quarantined' and input_id not in (select input_id from ops.quarantine)
