-- One row per content hash of a forgotten input, and of a file that held one as a record.
select distinct content_hash
from ops.input
where content_hash is not null
    and (
        reason = 'forgotten'
        or (
            state = 'container'
            and file_key in (select file_key from ops.input where reason = 'forgotten' and record is not null)
        )
    )
order by content_hash
