-- One row per outcome that runs of an inbox have come to: the last one that did, newest first.
from ops.run
where coalesce(kind, 'ingest') = 'ingest' and ended_at is not null
qualify row_number() over (partition by state order by run_id desc) = 1
order by run_id desc
