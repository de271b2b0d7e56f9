-- sources_shown: one row per source that is to be shown by another domain or name than it is.
create or replace temp table sources_shown as
select member.source_id, identity.domain, coalesce(identity.name, member.name) as name
from dim_source as member
join dim_source as identity on identity.source_id = coalesce(member.identity_id, member.source_id)
where (member.identity_domain, member.identity_name)
    is distinct from (identity.domain, coalesce(identity.name, member.name));
