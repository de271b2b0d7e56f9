-- Every id that the batch put in finds its row.
select 'a dimension or input of fact_article' as reference, reading.article_id as id
from fact_article as reading
left join dim_source as source on source.source_id = reading.source_id
left join dim_feed as feed on feed.feed_id = reading.feed_id
left join dim_article as article on article.article_id = reading.article_id
left join ops.input as input on input.input_id = reading.input_id
where reading.batch_id = getvariable('batch_id')
    and (source.source_id is null or feed.feed_id is null or article.article_id is null or input.input_id is null)
union all
select 'ops.input.article_id', input.input_id
from ops.input as input
anti join fact_article using (article_id, revision, extraction)
where input.batch_id = getvariable('batch_id') and input.state = 'loaded'
union all
select 'dim_article.current_revision', article.article_id
from dim_article as article
anti join fact_article as reading
    on reading.article_id = article.article_id
    and reading.revision = article.current_revision
    and reading.extraction = article.current_extraction
where article.article_id in (select article_id from decisions)
union all
select 'ops.input.duplicate_of', input_id from ops.input
where batch_id = getvariable('batch_id') and state = 'duplicate'
    and coalesce(duplicate_of, 0) not in (
        select input_id from ops.input where state in ('loaded', 'quarantined')
    )
union all
select 'ops.quarantine.input_id', input_id from ops.input
where batch_id = getvariable('batch_id') and state = 'quarantined'
    and input_id not in (select input_id from ops.quarantine)
