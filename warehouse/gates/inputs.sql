-- One row per input that $run_id holds, of one slice where $name is given, in the order of a run; its size is about the
-- bytes that its texts take in memory.
select
    input_id,
    coalesce(octet_length(raw), 0) + 2 * coalesce(strlen(body), 0)::bigint as size
from ops.held
where run_id = $run_id and ($name is null or slice = $name)
order by input_key
