-- Which fields the batch's records have, a row a feed and source; what was read again says nothing of what a feed delivers now.
insert into ops.record_fields
with named as (
    select placed.feed_id, placed.source_id, staged.row, staged.field_names
    from (select row, field_names from staged where len(field_names) > 0) as staged
    join placed using (row)
    where staged.row not in (select row from replays)
),

counted as (
    select feed_id, source_id, field, count(distinct row) as records
    from (select feed_id, source_id, row, unnest(field_names) as field from named)
    group by all
)

select
    getvariable('batch_id'),
    feed_id,
    source_id,
    (select count(*) from named where (named.feed_id, named.source_id) = (counted.feed_id, counted.source_id)),
    map_from_entries(list((field, records) order by field)),
    getvariable('now')
from counted
group by feed_id, source_id
order by all;
