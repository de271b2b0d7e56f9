-- The sources that a text names, best reading first: by id, by domain (of several the present holder), by the name of a
-- source that has no domain, by a name that a source goes by.
with known as (
    select source_id, coalesce(identity_id, source_id) as identity_id, domain, name, retired_at
    from dim_source
    where source_id > 0
),

found as (
    select *, 1 as reading from known where source_id = $source_id
    union all
    (
        select *, 2 as reading
        from known
        where domain = $domain
        order by retired_at desc nulls first
        limit 1
    )
    union all
    select *, 3 as reading from known where domain is null and folded(name) = folded($name)
    union all
    select distinct identity.*, 4 as reading
    from dim_source_alias as alias
    join known as member on member.source_id = alias.source_id
    join known as identity on identity.source_id = member.identity_id
    where alias.alias_kind = 'name' and folded(alias.alias) = folded($name)
)

select source_id, identity_id, domain, name, retired_at
from found
where reading = (select min(reading) from found)
order by source_id
