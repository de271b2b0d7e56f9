-- One row per listed file that is in the lake whole and is as it was then, with all of its columns and what it hashed to.
-- A file of records is not, as long as one of them was refused or it was not read to its end.
with refused as (
    select distinct file_key
    from ops.input
    where is_latest and record is not null and state not in ('loaded', 'duplicate', 'container')
),

whole as (
    select file_key, content_hash, size, mtime_ns, etag
    from ops.input
    where is_latest
        and record is null
        and (state in ('loaded', 'duplicate') or (state = 'container' and reason is null))
)

select listing.*, whole.content_hash as known_hash
from listing
join whole using (file_key)
anti join refused using (file_key)
where (listing.size is null or whole.size = listing.size)
    and case
        when listing.etag is null then whole.mtime_ns = listing.mtime_ns
        else whole.etag = listing.etag
    end
order by listing.file_key
