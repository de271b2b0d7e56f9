-- placed: one row per open arrival with its ids: of the input, its feed and source, and of the first with its bytes.
-- Whether it is a duplicate of that one is left to 03_copies.sql and to what is decided about its article.
create or replace temp table placed as
with open as (
    from arrivals where standing = 'open'
),

readable as (
    from open
    where outcome in ('article', 'rejected')
        and content_hash is not null
        and row not in (select row from replays where state <> 'held')
        and row not in (select row from holding)
),

-- The first input that holds the same bytes under another key: in the lake, else in this batch. The keys are read of those
-- alone that hold the same bytes, few as a rule.
holders as (
    select input_id, content_hash
    from ops.input
    semi join readable using (content_hash)
    where state in ('loaded', 'quarantined')
),

held_before as (
    select readable.row, min(holders.input_id) as input_id
    from readable
    join holders using (content_hash)
    join ops.input as held on held.input_id = holders.input_id
    where held.input_key <> readable.input_key
    group by readable.row
),

held_first as (
    select row, first_value(row) over (partition by content_hash order by input_key) as first_row
    from readable
    anti join held_before using (row)
),

-- The id of a replaced input is not given to another one: its history points at it.
used_ids as (
    select input_id from ops.input
    union all
    select input_id from ops.input_history
),

numbered as (
    select
        open.row,
        coalesce(
            open.known_id,
            (select coalesce(max(input_id), 0) from used_ids)
            + row_number() over (partition by open.known_id is null order by open.input_key)
        ) as input_id
    from open
)

select
    open.row,
    open.input_key,
    numbered.input_id,
    coalesce(feed.feed_id, 0) as feed_id,
    coalesce(source.source_id, 0) as source_id,
    coalesce(held_before.input_id, first.input_id) as duplicate_of
from open
join numbered using (row)
left join dim_feed as feed on feed.name = open.feed
left join sources_named as source on source.row = open.row
left join held_before using (row)
left join held_first on held_first.row = open.row and held_first.first_row <> open.row
left join numbered as first on first.row = held_first.first_row;
