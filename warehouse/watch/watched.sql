-- watched: one row per input that an ingest run picked up in the time that the monitors learn from, in light columns.
--
-- arrived_hour is the hour (since 1970, UTC) before the one in which the input was recorded: a run picks up what came
-- since the last one. Where a source's first day of loading brings articles that were observed more than two days
-- before, they are its history and lie in the hours in which they were observed: a rhythm can be learned from them.
-- An article that is seen again with other bytes (`edited`) is no arrival.
create or replace temp table watched as
with readings as (
    select
        input_id,
        observed_at,
        observed_origin,
        title is not null as has_title,
        len(authors) > 0 as has_author,
        published_date is not null as has_date,
        case
            when published_precision in ('second', 'minute', 'day')
                then coalesce(published_at, published_date::timestamptz)
        end as published_at,
        char_count,
        body_hash
    from fact_article
    where cause = 'new'
        and loaded_at >= getvariable('watched_since')
        and loaded_at <= getvariable('as_of')
),

-- A date that lies in the future is nulled when it is loaded; its raw value says so still.
future as (
    select distinct input_id
    from ops.field_fault
    where rule_id = 'article.published.range'
        and recorded_at >= getvariable('watched_since')
        and recorded_at <= getvariable('as_of')
        and try_cast(raw_value as timestamptz) > recorded_at
),

inputs as (
    select
        input.input_id,
        source.identity_id as source_id,
        input.feed_id,
        input.state,
        input.recorded_at,
        min(input.recorded_at) over (partition by source.identity_id, input.feed_id) as first_recorded_at
    from ops.input as input
    join ops.run as run using (run_id)
    join main.source_identity as source on source.source_id = input.source_id
    where coalesce(run.kind, 'ingest') = 'ingest'
        and input.recorded_at >= getvariable('watched_since')
        and input.recorded_at <= getvariable('as_of')
        and (
            input.state in ('quarantined', 'duplicate', 'failed')
            or input.state = 'loaded' and input.revision = 1
        )
        and input.reason is distinct from 'forgotten'
)

select
    inputs.input_id,
    inputs.source_id,
    inputs.feed_id,
    case
        when inputs.recorded_at < inputs.first_recorded_at + interval 1 day
            and readings.observed_at < inputs.recorded_at - interval 2 days
            and readings.observed_origin <> 'run'
            then floor(epoch(readings.observed_at) / 3600)
        else floor(epoch(inputs.recorded_at) / 3600) - 1
    end::bigint as arrived_hour,
    inputs.state,
    readings.input_id is not null as is_new,
    inputs.state in ('quarantined', 'failed') as is_rejected,
    inputs.state = 'duplicate'
    or inputs.state = 'loaded' and readings.input_id is null
    or readings.input_id is not null and row_number() over (
        partition by inputs.source_id, readings.body_hash
        order by inputs.recorded_at, inputs.input_id
    ) > 1 as is_repeat,
    readings.has_title,
    readings.has_author,
    readings.has_date,
    future.input_id is not null as is_future,
    readings.char_count,
    epoch(inputs.recorded_at - readings.published_at) / 3600 as hours_late
from inputs
left join readings using (input_id)
left join future using (input_id);

-- rest: what names neither feed nor source, such as texts that were scraped; what could not be read names none either, and
-- has no rhythm.
create or replace temp table watched_subjects as
select 'source' as kind, source_id as subject_id, *
from watched
where source_id > 0
union all
select 'feed', feed_id, *
from watched
union all
select 'rest', 0, *
from watched
where source_id = 0 and feed_id = 0 and not is_rejected;
