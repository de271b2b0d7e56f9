-- The books: one state for each input, what it replaces, what was quarantined and what was set to null.

create or replace temp table states as
select
    arrivals.row,
    case
        when arrivals.outcome in ('failed', 'container') then arrivals.outcome
        when placed.duplicate_of is not null then 'duplicate'
        when decisions.article_id is not null then 'loaded'
        else 'quarantined'
    end as state,
    case
        when decisions.cause = 'identity_conflict' then [{'reason': decisions.cause, 'detail': decisions.detail}]
        else arrivals.reasons
    end as reasons
from arrivals
join placed using (row)
left join decisions using (row);

-- Rows that this batch replaces: an earlier state of the same content, and the failure of a key that can now be read.
create or replace temp table replaced as
select input.input_id
from ops.input as input
join arrivals on arrivals.input_key = input.input_key
where (arrivals.standing = 'open' and arrivals.known_id = input.input_id)
    or (input.state = 'failed' and arrivals.standing <> 'failed_again');

insert into ops.input_history
select input_id, input_key, content_hash, state, reason, run_id, batch_id, recorded_at, getvariable('batch_id')
from ops.input
semi join replaced using (input_id)
order by input_id;

delete from ops.input where input_id in (select input_id from replaced);
delete from ops.quarantine where input_id in (select input_id from replaced);
delete from ops.field_fault where input_id in (select input_id from replaced);

update ops.input
set is_latest = false
where is_latest
    and input_key in (select input_key from arrivals where standing = 'open' and outcome <> 'failed');

update ops.input
set size = arrivals.size, mtime_ns = arrivals.mtime_ns
from arrivals
where arrivals.known_id = ops.input.input_id
    and arrivals.standing = 'unchanged'
    and (ops.input.size, ops.input.mtime_ns) is distinct from (arrivals.size, arrivals.mtime_ns);

insert into ops.input by name
select
    placed.input_id,
    arrivals.input_key,
    arrivals.content_hash,
    arrivals.file_key,
    arrivals.record,
    placed.feed_id,
    placed.source_id,
    arrivals.format,
    states.state,
    case
        when states.state = 'quarantined' then states.reasons[1].reason
        when states.state = 'failed' then arrivals.reason
    end as reason,
    case
        when states.state = 'quarantined' then states.reasons[1].detail
        when states.state = 'failed' then arrivals.detail
    end as detail,
    placed.duplicate_of,
    decisions.article_id,
    decisions.revision,
    decisions.extraction,
    arrivals.size,
    arrivals.mtime_ns,
    null as etag,
    states.state <> 'failed'
        or arrivals.input_key not in (select input_key from ops.input where is_latest) as is_latest,
    getvariable('run_id') as run_id,
    getvariable('batch_id') as batch_id,
    getvariable('now') as recorded_at
from arrivals
join placed using (row)
join states using (row)
left join decisions using (row)
order by placed.input_id;

insert into ops.quarantine
select
    (select coalesce(max(quarantine_id), 0) from ops.quarantine) + row_number() over (order by placed.input_id),
    placed.input_id,
    states.reasons,
    case when getvariable('keep_raw') <> 'none' then staged.raw end,
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now')
from staged
join placed using (row)
join states using (row)
where states.state = 'quarantined'
order by placed.input_id;

insert into ops.field_fault
select
    placed.input_id,
    faults.field,
    faults.raw_value,
    faults.rule_id,
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now')
from faults
join placed using (row)
join states using (row)
where states.state in ('loaded', 'quarantined')
order by all;

insert into ops.batch
select
    getvariable('batch_id'),
    getvariable('run_id'),
    count(*),
    count(*) filter (where states.state = 'loaded'),
    count(*) filter (where states.state = 'quarantined'),
    count(*) filter (where states.state = 'duplicate'),
    count(*) filter (where states.state = 'failed' or arrivals.standing = 'failed_again'),
    count(*) filter (where arrivals.standing = 'failed_again'),
    count(*) filter (where states.state = 'container'),
    count(*) filter (where arrivals.standing = 'unchanged'),
    count(*) filter (where decisions.cause = 'new'),
    count(*) filter (where decisions.cause = 'edited'),
    count(*) filter (where decisions.cause = 're-extracted'),
    count(*) filter (where decisions.cause = 'same'),
    coalesce(sum(arrivals.size) filter (where arrivals.record is null), 0)::bigint,
    getvariable('now')
from arrivals
left join states using (row)
left join decisions using (row);

insert into ops.expectation_result
select
    getvariable('run_id'),
    getvariable('batch_id'),
    suite,
    rule_id,
    expectation,
    column_name,
    outcome,
    severity,
    success,
    evaluated,
    unexpected,
    observed,
    getvariable('now')
from results;
