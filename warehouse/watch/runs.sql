-- The runs of the last 45 days before $as_of, oldest first: of every kind that holds the run lock, and upkeeps that went to
-- their end.
select
    coalesce(kind, 'ingest') as kind,
    run_id,
    inbox,
    state,
    started_at,
    ended_at,
    coalesce(batches, 0) as batches,
    message
from ops.run
where started_at <= $as_of and started_at > $as_of - interval 45 days
union all
select
    'upkeep',
    upkeep_id,
    null,
    'completed',
    started_at,
    started_at + to_microseconds((seconds * 1e6)::bigint),
    0,
    null
from ops.upkeep
where started_at <= $as_of and started_at > $as_of - interval 45 days
order by started_at, run_id
