-- N1: what a run picked up is the sum of its states, and the sum of what its batches say.
with batches as (
    select
        run_id,
        sum(loaded) as loaded,
        sum(quarantined) as quarantined,
        sum(duplicate) as duplicate,
        sum(held) as held,
        sum(failed) as failed,
        sum(container) as container,
        count(*) as batches
    from ops.batch
    group by run_id
)

select
    coalesce(run.run_id, batches.run_id) as run_id,
    run.state,
    run.picked_up,
    (run.loaded, run.quarantined, run.duplicate, run.held, run.failed, run.container) as said,
    (batches.loaded, batches.quarantined, batches.duplicate, batches.held, batches.failed, batches.container) as batches_say
from ops.run as run
full join batches using (run_id)
where run.run_id is null
    or (
        run.state <> 'running'
        and (
            run.picked_up is distinct from run.loaded + run.quarantined + run.duplicate + run.held + run.failed
            or run.loaded is distinct from coalesce(batches.loaded, 0)
            or run.quarantined is distinct from coalesce(batches.quarantined, 0)
            or run.duplicate is distinct from coalesce(batches.duplicate, 0)
            or coalesce(run.held, 0) <> coalesce(batches.held, 0)
            or run.failed is distinct from coalesce(batches.failed, 0)
            or run.container is distinct from coalesce(batches.container, 0)
            or run.batches is distinct from coalesce(batches.batches, 0)
        )
    )
order by 1
