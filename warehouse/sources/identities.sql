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

update dim_source
set
    merged_into = due.due_into,
    merge_cause = due.due_cause,
    merge_reason = due.due_reason,
    merged_at = getvariable('now')
from identities_due as due
where dim_source.source_id = due.source_id;

insert into ops.source_change by name
select
    (select coalesce(max(change_id), 0) from ops.source_change) + row_number() over (order by source_id) as change_id,
    case when due_into is null then 'split' else 'merge' end as action,
    source_id,
    coalesce(due_into, merged_into) as into_source_id,
    coalesce(due_cause, 'declared_name') as cause,
    coalesce(due_reason, 'several sources declare the name') as reason,
    getvariable('now') as recorded_at
from identities_due;

-- identities: one row per source that was merged, with the one at the end of its way.
create or replace temp table identities as
with recursive ways as (
    select source_id, merged_into
    from dim_source
    where merged_into is not null
    union all
    select way.source_id, next.merged_into
    from ways as way
    join dim_source as next on next.source_id = way.merged_into
    where next.merged_into is not null
)

select way.source_id, way.merged_into as identity_id
from ways as way
join dim_source as last on last.source_id = way.merged_into
where last.merged_into is null;

update dim_source
set identity_id = due.identity_id
from (
    select source.source_id, identities.identity_id
    from dim_source as source
    left join identities using (source_id)
    where source.identity_id is distinct from identities.identity_id
) as due
where dim_source.source_id = due.source_id;
