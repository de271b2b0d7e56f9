-- The kept bytes (zstd) of some quarantined inputs.
select input_id, raw
from ops.quarantine
where list_contains($input_ids, input_id) and raw is not null
