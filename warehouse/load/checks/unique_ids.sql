-- No surrogate id that the batch gave, and no natural key of a narrow table, is given twice.
select 'ops.input.input_id' as key, count(*) - count(distinct input_id) as surplus
from written_inputs
where input_id in (select input_id from placed)
having surplus > 0
union all
select 'dim_article.article_id', count(*) - count(distinct article_id) as surplus
from written_articles
where article_id in (select article_id from decisions)
having surplus > 0
union all
select 'dim_source.source_id', count(*) - count(distinct source_id) as surplus from written_sources having surplus > 0
union all
select 'dim_source.domain', count(domain) - count(distinct domain) as surplus
from written_sources
where retired_at is null
having surplus > 0
union all
select 'dim_author.author_id or name', greatest(count(*) - count(distinct author_id), count(*) - count(distinct (name, author_kind)))
    as surplus
from dim_author
having surplus > 0
union all
select 'dim_feed.name', count(*) - count(distinct name) as surplus from dim_feed having surplus > 0
union all
select 'ops.batch.batch_id', count(*) - count(distinct batch_id) as surplus from ops.batch having surplus > 0
