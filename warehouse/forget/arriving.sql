-- One row per staged row that is of a forgotten article or source. An id without a feed had no source or file before it in
-- the key of an article that was forgotten before schema 21.
with keyed as (
    select
        *,
        list_filter(
            [source || ':', lower(source_name) || ':', regexp_replace(input_key, '#\d+$', '') || ':'],
            lambda scope: starts_with(identity_key, scope)
        )[1] as scope
    from (
        select row, outcome, input_key, source, source_name, identity_kind, identity_key
        from staged
        where outcome in ('article', 'rejected')
    ) as arriving
)

select row
from keyed
where sha256(identity_kind || chr(31) || identity_key)
        in (select key_hash from ops.forgotten_key where key_kind = 'identity')
    or (
        identity_kind = 'record'
        and sha256('record' || chr(31) || '-:' || substring(identity_key, length(scope) + 1))
            in (select key_hash from ops.forgotten_key where key_kind = 'identity')
    )
    or sha256(coalesce(source, lower(source_name)))
        in (select key_hash from ops.forgotten_key where key_kind = 'source')
order by row
