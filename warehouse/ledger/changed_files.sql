-- One row per listed file that must be read, with all of its columns, by key; known_hash is null for a file never
-- settled before, and for a container that was not read to its end: where such a one is read again, it is read whole. A version
-- tag, where the listing has one, goes before the time: a copied object has a new time.
with known as (
    select
        file_key,
        case when state <> 'container' or reason is null then content_hash end as content_hash,
        size,
        mtime_ns,
        etag
    from ops.input
    where is_latest
        and record is null
        and state in ('loaded', 'quarantined', 'duplicate', 'held', 'container')
)
select listing.*, known.content_hash as known_hash
from listing
left join known using (file_key)
where $verify
    or known.file_key is null
    or known.size <> listing.size
    or (listing.etag is null and listing.mtime_ns is null)
    or (listing.etag is null and known.mtime_ns is distinct from listing.mtime_ns)
    or (listing.etag is not null and known.etag is distinct from listing.etag)
order by listing.file_key
