-- Every source is shown by domain and name of the one that stands for it, and so are its articles.
select member.source_id, member.identity_domain as said_domain, identity.domain, member.identity_name as said_name, identity.name
from dim_source as member
join dim_source as identity on identity.source_id = coalesce(member.identity_id, member.source_id)
where (member.identity_domain, member.identity_name)
    is distinct from (identity.domain, coalesce(identity.name, member.name))
union all
select distinct reading.source_id, reading.source, shown.identity_domain, reading.source_name, shown.identity_name
from fact_article as reading
join dim_source as shown on shown.source_id = reading.source_id
where (reading.source, reading.source_name) is distinct from (shown.identity_domain, shown.identity_name)
order by all
