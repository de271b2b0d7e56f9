-- New sizes and modification times of files whose bytes are as known.
-- New sizes and modification times of files whose bytes are as known.
update ops.input
set size = touched.size, mtime_ns = touched.mtime_ns
from touched
where ops.input.input_key = touched.file_key
    and ops.input.record is null
    and ops.input.is_latest
