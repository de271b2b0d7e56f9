-- The results of the expectations and, beside them, those of the checks inside the transaction ($checks: those that held).
-- One statement, since each would leave a file of its own.
insert into ops.expectation_result
select
    getvariable('run_id'),
    getvariable('batch_id'),
    suite,
    rule_id,
    expectation,
    column_name,
    outcome,
    severity,
    success,
    evaluated,
    unexpected,
    observed,
    getvariable('now')
from results
union all
select
    getvariable('run_id'),
    getvariable('batch_id'),
    'lake',
    'lake.' || held.name,
    held.name,
    null,
    'refuse',
    'critical',
    true,
    (select count(*) from arrivals),
    0,
    null,
    getvariable('now')
from (select unnest($checks) as name) as held
