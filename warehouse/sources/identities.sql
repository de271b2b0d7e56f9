-- Makes the sources of `identities_due` one with others, or apart again, and finds for every source the one that stands for it.

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
