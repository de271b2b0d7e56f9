-- What the batch takes out of the books, before it adds its own rows.

insert into ops.input_history
select input_id, input_key, content_hash, state, reason, run_id, batch_id, recorded_at, getvariable('batch_id')
from ops.input
semi join replaced using (input_id)
order by input_id;

delete from ops.input where input_id in (select input_id from replaced);
delete from ops.quarantine where input_id in (select input_id from replaced);
delete from ops.held where input_id in (select input_id from replaced);
delete from ops.field_fault where input_id in (select input_id from replaced);
delete from ops.passed_over where input_id in (select input_id from replaced);
