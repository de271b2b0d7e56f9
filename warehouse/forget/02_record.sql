-- What the books say of it, before it goes: a run and a batch that bring its inputs to a state of their own.

create or replace temp table forgetting_names as
select unnest([domain, name]) as name
from dim_source
where source_id in (select source_id from forgetting_sources);

delete from ops.gate where unit = 'source' and name in (select name from forgetting_names);
delete from ops.gate_breach where unit = 'source' and name in (select name from forgetting_names);
delete from ops.gate_decision where unit = 'source' and name in (select name from forgetting_names);

insert into ops.forgotten
select
    getvariable('forgotten_id'),
    getvariable('kind'),
    coalesce(getvariable('article_id'), getvariable('source_id'), getvariable('input_id')),
    getvariable('reason'),
    getvariable('requested_by'),
    (select count(*) from forgetting),
    (select count(*) from forgetting_readings),
    (select count(*) from forgetting_inputs),
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now'),
    null;

insert into ops.forgotten_key
select getvariable('forgotten_id'), 'identity', sha256(identity_kind || chr(31) || identity_key)
from dim_article
where article_id in (select article_id from forgetting)
union all
select getvariable('forgotten_id'), 'source', sha256(coalesce(domain, lower(name)))
from dim_source
where source_id in (select source_id from forgetting_sources)
order by all;

insert into ops.forgotten_reading
select getvariable('forgotten_id'), article_id, revision, extraction, cause, batch_id
from forgetting_readings
order by all;

insert into ops.run by name
select
    getvariable('run_id') as run_id,
    'forget' as kind,
    'completed' as state,
    '' as inbox,
    getvariable('now') as started_at,
    getvariable('now') as ended_at,
    0 as listed,
    0 as unchanged,
    count(*) as picked_up,
    0 as loaded,
    count(*) as quarantined,
    0 as duplicate,
    0 as held,
    0 as failed,
    0 as container,
    1 as batches,
    getvariable('kind') || ' forgotten' as message,
    getvariable('version') as newslake_version
from forgetting_inputs;

insert into ops.batch by name
select
    getvariable('batch_id') as batch_id,
    getvariable('run_id') as run_id,
    count(*) as inputs,
    0 as loaded,
    count(*) as quarantined,
    0 as duplicate,
    0 as held,
    0 as failed,
    0 as failed_again,
    0 as container,
    0 as unchanged,
    0 as articles_new,
    0 as articles_edited,
    0 as articles_reextracted,
    0 as articles_same,
    0 as bytes,
    getvariable('now') as committed_at
from forgetting_inputs;

insert into ops.input_history
select input_id, input_key, content_hash, state, reason, run_id, batch_id, recorded_at, getvariable('batch_id')
from ops.input
where input_id in (select input_id from forgetting_inputs)
order by input_id;
