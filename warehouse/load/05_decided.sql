-- The decision about each held slice of which the batch has inputs, with the first of its batches.
insert into ops.gate_decision
select distinct
    held.run_id,
    held.unit,
    held.slice,
    getvariable('decision'),
    getvariable('decision_reason'),
    getvariable('decided_by'),
    getvariable('run_id'),
    getvariable('now')
from ops.held as held
semi join replays using (input_id)
where (held.run_id, held.unit, held.slice, getvariable('decision'))
    not in (select (run_id, unit, name, decision) from ops.gate_decision)
order by all
