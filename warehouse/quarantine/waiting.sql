-- One row per input in quarantine, the newest first; by reason and day (UTC) where they are given.
select input_id, path, reasons, source, size, has_bytes, is_discarded, discard_reason, quarantined_at, detail
from quarantined_input
where ($reason is null or list_contains(reasons, $reason))
    and ($since is null or quarantined_at >= $since)
    and ($with_discarded or not is_discarded)
order by quarantined_at desc, path
