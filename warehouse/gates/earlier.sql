-- One row per earlier slice of the names in `slices`, the newest 30 of each, newest first: those of runs that went to
-- their end, and of held ones only what was let through.
select
    gate.unit,
    gate.name,
    gate.* exclude (run_id, piece, unit, name, verdict, history)
from ops.gate as gate
semi join slices using (unit, name)
join ops.run as run using (run_id)
where run.state = 'completed'
    and (
        gate.verdict <> 'held'
        or (gate.run_id, gate.unit, gate.name)
            in (select (run_id, unit, name) from ops.gate_decision where decision = 'accepted')
    )
qualify row_number() over (partition by gate.unit, gate.name order by gate.run_id desc, gate.piece desc) <= 30
order by gate.unit, gate.name, gate.run_id desc, gate.piece desc
