-- What belongs to the articles by other ways, and what is left of their inputs: the key and the hash, by which they are
-- known again, and the reason.

delete from dim_author where author_id in (select author_id from lone_authors);
delete from removed_block where block_id in (select block_id from lone_blocks);

update ops.input
set
    state = 'quarantined',
    reason = 'forgotten',
    detail = getvariable('detail'),
    article_id = null,
    revision = null,
    extraction = null,
    run_id = getvariable('run_id'),
    batch_id = getvariable('batch_id'),
    recorded_at = getvariable('now')
where input_id in (select input_id from forgetting_inputs);

update ops.input set source_id = 0 where source_id in (select source_id from forgetting_sources);
delete from ops.source_change where into_source_id in (select source_id from forgetting_sources);

insert into ops.quarantine by name
select
    -- Ids that a decision names are not given again: it would be about this one.
    greatest(
        (select coalesce(max(quarantine_id), 0) from ops.quarantine),
        (select coalesce(max(quarantine_id), 0) from ops.quarantine_decision)
    ) + row_number() over (order by input_id) as quarantine_id,
    input_id,
    [{'reason': 'forgotten', 'detail': getvariable('detail')}] as reasons,
    getvariable('run_id') as run_id,
    getvariable('batch_id') as batch_id,
    getvariable('now') as recorded_at
from forgetting_inputs;
