-- One row: what run $run_id says of itself.
select run_id, state, inbox, picked_up, loaded, quarantined, duplicate, held, failed, container, unchanged, batches
from ops.run
where run_id = $run_id
