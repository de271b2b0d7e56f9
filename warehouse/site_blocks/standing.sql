-- How far learning has come: the version in force, the newest batch it took into account, the newest batch there is.
select
    (select coalesce(max(version), 0) from ops.block_learning) as version,
    (select coalesce(max(last_batch_id), 0) from ops.block_learning) as learned_up_to,
    (select coalesce(max(batch_id), 0) from ops.batch) as last_batch
