-- When the first ingest run began, and the end of the last one that completed by $as_of.
select
    min(started_at) as first_started_at,
    max(ended_at) filter (where state = 'completed' and ended_at <= $as_of) as covered_at
from ops.run
where coalesce(kind, 'ingest') = 'ingest' and started_at <= $as_of
