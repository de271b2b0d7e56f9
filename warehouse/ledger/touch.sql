-- New sizes, modification times and version tags of files whose bytes are as known.
update ops.input
set size = touched.size, mtime_ns = touched.mtime_ns, etag = touched.etag
from touched
where ops.input.input_key = touched.file_key
    and ops.input.record is null
    and ops.input.is_latest
