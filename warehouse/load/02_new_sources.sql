-- Sources that the lake does not know yet.

insert into dim_source by name
select
    (select max(source_id) from dim_source) + row_number() over (order by trim(source_key, '"'), any_value(domain)) as source_id,
    any_value(domain) as domain,
    arg_min(name, (observed_at, input_key)) filter (where name is not null) as name,
    min(observed_at) as first_seen_at,
    max(observed_at) as last_seen_at,
    any_value(domain) as identity_domain,
    arg_min(name, (observed_at, input_key)) filter (where name is not null) as identity_name
from sources_named
where source_id is null
group by source_key;

update sources_named
set source_id = source.source_id
from dim_source as source
where sources_named.source_id is null
    and source.retired_at is null
    and source.source_id > 0
    and coalesce(source.domain, '"' || lower(source.name)) = sources_named.source_key;
