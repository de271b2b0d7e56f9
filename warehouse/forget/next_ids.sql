-- One row: the ids that a forgetting, its run and its batch get.
select
    (select coalesce(max(forgotten_id), 0) + 1 from ops.forgotten) as forgotten_id,
    (select coalesce(max(run_id), 0) + 1 from ops.run) as run_id,
    (select coalesce(max(batch_id), 0) + 1 from ops.batch) as batch_id
