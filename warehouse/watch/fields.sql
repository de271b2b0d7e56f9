-- One row per feed (of inputs that no feed matches, per source), hour and field name of JSON records, in order; the name
-- is null in the row that counts the records of the hour.
with recorded as (
    select
        case when entry.feed_id > 0 then 'feed' else 'source' end as kind,
        case when entry.feed_id > 0 then entry.feed_id else source.identity_id end as subject_id,
        floor(epoch(entry.recorded_at) / 3600)::bigint - 1 as hour,
        entry.records,
        entry.fields
    from ops.record_fields as entry
    join main.source_identity as source on source.source_id = entry.source_id
    where entry.recorded_at >= getvariable('watched_since') and entry.recorded_at <= getvariable('as_of')
),

pairs as (
    select kind, subject_id, hour, pair.key as field, pair.value as records
    from (select kind, subject_id, hour, unnest(map_entries(fields)) as pair from recorded)
),

-- Names that are data (a map of names in the place of a record) would be without number.
commonest as (
    select kind, subject_id, field
    from pairs
    group by kind, subject_id, field
    qualify row_number() over (partition by kind, subject_id order by sum(records) desc, field) <= 200
),

named as (
    select kind, subject_id, hour, field, sum(records)::bigint as records
    from pairs
    semi join commonest using (kind, subject_id, field)
    group by all
)

select kind, subject_id, hour, field, records
from (
    from named
    union all by name
    select kind, subject_id, hour, null as field, sum(records)::bigint as records
    from recorded
    group by kind, subject_id, hour
)
where subject_id > 0 and hour < $end
order by all
