-- One row: what the committed batches of a run add up to, in the order of RunCounts after listed.
select
    coalesce(sum(unchanged), 0)::bigint as unchanged,
    coalesce(sum(loaded + quarantined + duplicate + coalesce(held, 0) + failed), 0)::bigint as picked_up,
    coalesce(sum(loaded), 0)::bigint as loaded,
    coalesce(sum(quarantined), 0)::bigint as quarantined,
    coalesce(sum(duplicate), 0)::bigint as duplicate,
    coalesce(sum(held), 0)::bigint as held,
    coalesce(sum(failed), 0)::bigint as failed,
    coalesce(sum(container), 0)::bigint as container,
    count(*)::bigint as batches
from ops.batch
where run_id = $run_id
