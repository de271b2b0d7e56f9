-- One row per slice that runs on $inbox have judged since the last of them that went to its end: its last verdict, and the
-- counts. What such a run left over is a remainder, of which the verdict over the whole still holds.
with unfinished as (
    select run_id
    from ops.run
    where inbox = $inbox
        and run_id < $run_id
        and run_id > coalesce((select max(run_id) from ops.run where inbox = $inbox and state = 'completed'), 0)
        and coalesce(kind, 'ingest') = 'ingest'
)

select gate.run_id, gate.piece, gate.unit, gate.name, gate.verdict, gate.* exclude (run_id, piece, unit, name, verdict)
from ops.gate as gate
semi join unfinished using (run_id)
qualify row_number() over (partition by gate.unit, gate.name order by gate.run_id desc, gate.piece desc) = 1
order by gate.unit, gate.name
