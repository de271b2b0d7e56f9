-- Which fields the batch's records have, a row a feed and source; what was read again says nothing of what a feed delivers now.
-- Most records of a source have the same fields: those are counted once, and not each field of each record.
insert into ops.record_fields
with shapes as (
    select placed.feed_id, placed.source_id, staged.field_names, count(*) as records
    from (select row, field_names from staged where len(field_names) > 0) as staged
    join placed using (row)
    where staged.row not in (select row from replays)
    group by all
),

counted as (
    select feed_id, source_id, field, sum(records)::bigint as records
    from (select feed_id, source_id, records, unnest(list_distinct(field_names)) as field from shapes)
    group by all
)

select
    getvariable('batch_id'),
    feed_id,
    source_id,
    (
        select sum(records)::bigint
        from shapes
        where (shapes.feed_id, shapes.source_id) = (counted.feed_id, counted.source_id)
    ),
    map_from_entries(list((field, records) order by field)),
    getvariable('now')
from counted
group by feed_id, source_id
order by all;
