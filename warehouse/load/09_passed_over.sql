-- What was passed over in containers.
insert into ops.passed_over
select
    placed.input_id,
    passed.over.reason,
    passed.over.records,
    passed.over.example,
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now')
from (select row, unnest(passed_over) as over from staged where len(passed_over) > 0) as passed
join placed using (row)
order by all;
