-- One row per source and day (UTC) from the source's first pick-up to the lake's last one; a day without any is a row.
--
-- day: The day, in UTC, on which the inputs came to their states
-- source: Registrable domain; null for a source known by name only, and for inputs that name no source
-- source_name: Name of the source as first seen
-- source_id: The source, under its identity; 0 for inputs that name none
-- picked_up: Inputs that came to a state on that day, containers not counted
-- loaded: Those whose article is in the lake
-- rejected: Those in quarantine
-- rejected_by: First reason to number of inputs in quarantine; empty where none are
-- duplicate: Those with the same bytes as an earlier input
-- failed: Those that could not be read
-- held: Those that wait behind a gate
-- published: Articles of the source whose published_date is the day, whenever they were picked up
-- expected: Inputs that the watch of that day expected, by the source's own weeks; null where none did, or it was too young
with picked_up as (
    select identity_id as source_id, (recorded_at at time zone 'UTC')::date as day, state, reason, count(*) as inputs
    from ops.input as input
    join main.source_identity as source using (source_id)
    where state <> 'container'
    group by all
),

counted as (
    select
        source_id,
        day,
        sum(inputs) as picked_up,
        sum(inputs) filter (where state = 'loaded') as loaded,
        sum(inputs) filter (where state = 'quarantined') as rejected,
        sum(inputs) filter (where state = 'duplicate') as duplicate,
        sum(inputs) filter (where state = 'failed') as failed,
        sum(inputs) filter (where state = 'held') as held
    from picked_up
    group by all
),

reasons as (
    select source_id, day, map_from_entries(list((reason, inputs) order by reason)) as rejected_by
    from (select source_id, day, reason, sum(inputs)::bigint as inputs from picked_up where state = 'quarantined' group by all)
    group by all
),

published as (
    select source.identity_id as source_id, reading.published_date as day, count(*) as articles
    from main.fact_article as reading
    join main.source_identity as source on source.source_id = reading.source_id
    where reading.is_current and reading.published_precision in ('second', 'minute', 'day')
    group by all
),

-- Sources that are one by now were expected each by itself.
expected as (
    select source.identity_id as source_id, (entry.made_at at time zone 'UTC')::date as day, round(sum(entry.day_expected), 1) as articles
    from ops.source_expectation as entry
    join main.source_identity as source using (source_id)
    where entry.monitor = 'volume' and entry.cause = 'too_few'
    group by all
),

spine as (
    select
        source_id,
        unnest(generate_series(min(day), (select max(day) from counted), interval 1 day))::date as day
    from counted
    group by source_id
)

select
    spine.day,
    source.domain as source,
    source.name as source_name,
    spine.source_id,
    coalesce(counted.picked_up, 0)::bigint as picked_up,
    coalesce(counted.loaded, 0)::bigint as loaded,
    coalesce(counted.rejected, 0)::bigint as rejected,
    coalesce(reasons.rejected_by, map {}) as rejected_by,
    coalesce(counted.duplicate, 0)::bigint as duplicate,
    coalesce(counted.failed, 0)::bigint as failed,
    coalesce(counted.held, 0)::bigint as held,
    coalesce(published.articles, 0) as published,
    expected.articles as expected
from spine
join main.source_identity as source on source.source_id = spine.source_id
left join counted on counted.source_id = spine.source_id and counted.day = spine.day
left join reasons on reasons.source_id = spine.source_id and reasons.day = spine.day
left join published on published.source_id = spine.source_id and published.day = spine.day
left join expected on expected.source_id = spine.source_id and expected.day = spine.day
