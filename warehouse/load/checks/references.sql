-- Every id that the batch put in finds its row.
select 'fact_article.source_id' as reference, source_id as id from fact_article
where batch_id = getvariable('batch_id') and source_id not in (select source_id from dim_source)
union all
select 'fact_article.feed_id', feed_id from fact_article
where batch_id = getvariable('batch_id') and feed_id not in (select feed_id from dim_feed)
union all
select 'fact_article.article_id', article_id from fact_article
where batch_id = getvariable('batch_id') and article_id not in (select article_id from dim_article)
union all
select 'fact_article.input_id', input_id from fact_article
where batch_id = getvariable('batch_id') and input_id not in (select input_id from ops.input)
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
