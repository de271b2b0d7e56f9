-- What an input was before, oldest first: one row per state that a later batch replaced.
select state, reason, run_id, recorded_at
from ops.input_history
where input_id = $input_id
order by replaced_in_batch
