-- What was dropped at a gate waits for nobody in quarantine, but can be replayed from there like all of it.
insert into ops.quarantine_decision
select
    (select coalesce(max(decision_id), 0) from ops.quarantine_decision) + row_number() over (order by input_id),
    quarantine_id,
    input_id,
    'discarded',
    getvariable('decision_reason'),
    getvariable('decided_by'),
    getvariable('now')
from ops.quarantine
where batch_id = getvariable('batch_id') and reasons[1].reason = 'gate_discarded'
