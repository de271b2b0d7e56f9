-- When the sources of the batch were seen, and the names that it gives them.

update dim_source
set
    name = coalesce(dim_source.name, seen.name),
    first_seen_at = least(dim_source.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(dim_source.last_seen_at, seen.last_seen_at)
from (
    select
        source_id,
        arg_min(name, (observed_at, input_key)) filter (where name is not null) as name,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at
    from sources_named
    group by source_id
) as seen
where dim_source.source_id = seen.source_id
    and (
        (dim_source.name is null and seen.name is not null)
        or dim_source.first_seen_at > seen.first_seen_at
        or dim_source.last_seen_at < seen.last_seen_at
    );

-- aliases_seen: one row per source and name that the batch gives it.
create or replace temp table aliases_seen as
select source_id, name as alias, min(observed_at) as first_seen_at, max(observed_at) as last_seen_at
from sources_named
where name is not null
group by all;

update dim_source_alias
set
    valid_from = least(dim_source_alias.valid_from, seen.first_seen_at),
    last_seen_at = greatest(dim_source_alias.last_seen_at, seen.last_seen_at)
from aliases_seen as seen
where dim_source_alias.source_id = seen.source_id
    and dim_source_alias.alias = seen.alias
    and dim_source_alias.origin is distinct from 'operator'
    and (
        dim_source_alias.last_seen_at is null
        or dim_source_alias.last_seen_at < seen.last_seen_at
        or dim_source_alias.valid_from > seen.first_seen_at
    );

insert into dim_source_alias by name
select
    source_id,
    alias,
    'name' as alias_kind,
    first_seen_at as valid_from,
    null as valid_to,
    'declared' as origin,
    last_seen_at
from aliases_seen
where (source_id, alias) not in (select (source_id, alias) from dim_source_alias);
