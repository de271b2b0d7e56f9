-- A batch of readings made again is none of its sites' news: learning passes it over, in the same transaction, so that a
-- replay that is killed has told the next run nothing. Where another run's batch waits to be learned from, both wait.
update ops.block_learning
set last_batch_id = getvariable('batch_id'), recorded_at = getvariable('now')
where run_id = getvariable('run_id')
    and sites = 0
    and last_batch_id = getvariable('batch_id') - 1
    and run_id in (select run_id from ops.run where kind = 'replay');

insert into ops.block_learning
select getvariable('run_id'), max(version), getvariable('batch_id'), 0, 0, 0, getvariable('now')
from ops.block_learning
where getvariable('run_id') in (select run_id from ops.run where kind = 'replay')
having max(last_batch_id) = getvariable('batch_id') - 1;
