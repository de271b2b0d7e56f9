-- One decision for each input that is named, in quarantine and not decided about yet.
insert into ops.quarantine_decision
select
    (select coalesce(max(decision_id), 0) from ops.quarantine_decision) + row_number() over (order by input_id),
    quarantine_id,
    input_id,
    'discarded',
    getvariable('reason'),
    getvariable('decided_by'),
    getvariable('now')
from ops.quarantine
where list_contains(getvariable('input_ids'), input_id)
    and quarantine_id not in (select quarantine_id from ops.quarantine_decision)
