-- Extractors and sources that the arrivals name, before anything points at them.

insert into dim_extractor
select
    (select max(extractor_id) from dim_extractor) + row_number() over (order by engine, version, rules_hash),
    engine,
    version,
    rules_hash
from extractors
where (engine, version, rules_hash) not in (select (engine, version, rules_hash) from dim_extractor);

-- sources_known: one row per source of the lake, read once; every run leaves dim_source a file more, with new last sights.
create or replace temp table sources_known as
select source_id, domain, name, retired_at
from dim_source
where source_id > 0;

-- sources_named: one row per open arrival that names a source. A source is its domain or, without one, its name (in
-- quotation marks, which no domain holds); a domain that passed into other hands is a source before, and another since.
create or replace temp table sources_named as
with known as (
    select
        source_id,
        coalesce(domain, '"' || lower(name)) as source_key,
        retired_at,
        lag(retired_at) over (partition by source_key order by retired_at nulls last) as since
    from sources_known
),

named as (
    select
        row,
        input_key,
        observed_at,
        source as domain,
        source_name as name,
        coalesce(source, '"' || lower(source_name)) as source_key
    from arrivals
    where standing = 'open' and coalesce(source, source_name) is not null
)

select named.*, known.source_id
from named
left join known
    on known.source_key = named.source_key
    and (known.retired_at is null or named.observed_at < known.retired_at)
    and (known.since is null or named.observed_at >= known.since);
