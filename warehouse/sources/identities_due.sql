-- Which sources that are known by name only belong to another one, as the names that are in force now say; and for every
-- source the one that stands for it. What an operator decided stays as it is.

-- identities_due: one row per source whose merge is no longer what the names say.
create or replace temp table identities_due as
with declared as (
    select distinct folded(name.alias) as name_key, coalesce(source.identity_id, source.source_id) as identity_id
    from dim_source_alias as name
    join dim_source as source using (source_id)
    where name.alias_kind = 'name'
        and (name.valid_to is null or name.valid_to > getvariable('now'))
        and source.domain is not null
        and source.retired_at is null
),

-- A name that one source alone declares; what two of them go by tells nothing.
of_one as (
    select name_key, min(identity_id) as identity_id
    from declared
    group by name_key
    having count(*) = 1
),

known_by_name as (
    select
        source_id,
        name,
        folded(name) as name_key,
        merged_into,
        merge_cause,
        min(source_id) over (partition by folded(name)) as first_id
    from dim_source
    where domain is null and source_id > 0
),

said as (
    select
        source.*,
        case
            when of_one.identity_id is not null then of_one.identity_id
            when source.first_id <> source.source_id then source.first_id
        end as due_into,
        case
            when of_one.identity_id is not null then 'declared_name'
            when source.first_id <> source.source_id then 'same_name'
        end as due_cause
    from known_by_name as source
    left join of_one using (name_key)
    where source.merge_cause is distinct from 'operator'
)

select
    said.source_id,
    said.merged_into,
    said.due_into,
    said.due_cause,
    case said.due_cause
        when 'declared_name' then format('{} alone declares the name {}', into_source.domain, said.name)
        when 'same_name' then format('{} spells the name {}', said.name, into_source.name)
    end as due_reason
from said
left join dim_source as into_source on into_source.source_id = said.due_into
where said.due_into is distinct from said.merged_into;
