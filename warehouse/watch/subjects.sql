-- One row per source (under its identity) and feed that inputs came from, and one of the rest that names neither: its name
-- (with its id where another source has the same), and the feed that most of a source's inputs came by.
with main_feeds as (
    select source_id, arg_max(feed_id, inputs) as feed_id
    from (select source_id, feed_id, count(*) as inputs from watched where source_id > 0 group by all)
    group by source_id
),

sources as (
    select source_id, feed_id, coalesce(source.domain, source.name, '#' || source_id) as name
    from main_feeds
    join dim_source as source using (source_id)
)

select
    'source' as kind,
    source_id as subject_id,
    case when count(*) over (partition by name) > 1 then name || ' #' || source_id else name end as name,
    feed_id as within_id
from sources
union all
select 'feed', feed_id, name, null
from dim_feed
where feed_id in (select feed_id from watched)
union all
select distinct kind, subject_id, '', feed_id
from watched_subjects
where kind = 'rest'
order by all
