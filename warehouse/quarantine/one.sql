-- One input in quarantine: its row of the view, and every reason with its detail.
select view.*, quarantine.reasons as details
from quarantined_input as view
join ops.quarantine as quarantine using (input_id)
where view.input_id = $input_id
