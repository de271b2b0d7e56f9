-- One row per staged row that is of a forgotten article or source.
select row
from staged
where outcome in ('article', 'rejected')
    and (
        sha256(identity_kind || chr(31) || identity_key)
            in (select key_hash from ops.forgotten_key where key_kind = 'identity')
        or sha256(coalesce(source, lower(source_name)))
            in (select key_hash from ops.forgotten_key where key_kind = 'source')
    )
order by row
