-- Records that a check of the lake held for the batch.
-- One result of a check inside the transaction, beside those of the expectations.
insert into ops.expectation_result
select
    getvariable('run_id'),
    getvariable('batch_id'),
    'lake',
    'lake.' || $name,
    $name,
    null,
    'refuse',
    'critical',
    true,
    count(*),
    0,
    null,
    getvariable('now')
from arrivals
