-- One row per listed file that must be read, by key; known_hash is null for a file never settled before.
with known as (
    select file_key, content_hash, size, mtime_ns
    from ops.input
    where is_latest
        and record is null
        and state in ('loaded', 'quarantined', 'duplicate', 'container')
)
select
    listing.file_key,
    listing.size,
    listing.mtime_ns,
    known.content_hash as known_hash
from listing
left join known using (file_key)
where $verify
    or known.file_key is null
    or known.size <> listing.size
    or known.mtime_ns is distinct from listing.mtime_ns
    or listing.mtime_ns is null
order by listing.file_key
