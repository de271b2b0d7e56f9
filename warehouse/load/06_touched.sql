-- New sizes, modification times and version tags of files whose bytes are as known.
update ops.input
set size = arrivals.size, mtime_ns = arrivals.mtime_ns, etag = arrivals.etag
from arrivals
where arrivals.known_id = ops.input.input_id
    and arrivals.standing = 'unchanged'
    and arrivals.row not in (select row from replays)
    and (ops.input.size, ops.input.mtime_ns, ops.input.etag)
        is distinct from (arrivals.size, arrivals.mtime_ns, arrivals.etag);
