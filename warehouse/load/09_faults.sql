-- What was set to null.
insert into ops.field_fault
select
    placed.input_id,
    faults.field,
    faults.raw_value,
    faults.rule_id,
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now')
from faults
join placed using (row)
join states using (row)
where states.state in ('loaded', 'quarantined')
order by all;
