-- Feeds, extractors and sources that the arrivals name, before anything points at them.

insert into dim_feed (feed_id, name)
select (select max(feed_id) from dim_feed) + row_number() over (order by name), name
from (
    select name from feeds
    union
    select feed from arrivals where feed is not null
) as named
where name not in (select name from dim_feed);

update dim_feed
set pattern = feeds.pattern, source = feeds.source, language = feeds.language, rhythm = feeds.rhythm
from feeds
where feeds.name = dim_feed.name
    and (feeds.pattern, feeds.source, feeds.language, feeds.rhythm)
        is distinct from (dim_feed.pattern, dim_feed.source, dim_feed.language, dim_feed.rhythm);

insert into dim_extractor
select
    (select max(extractor_id) from dim_extractor) + row_number() over (order by engine, version, rules_hash),
    engine,
    version,
    rules_hash
from extractors
where (engine, version, rules_hash) not in (select (engine, version, rules_hash) from dim_extractor);

-- sources_named: one row per open arrival that names a source. A source is its domain or, without one, its name (in
-- quotation marks, which no domain holds); a domain that passed into other hands is a source before, and another since.
create or replace temp table sources_named as
with known as (
    select
        source_id,
        coalesce(domain, '"' || lower(name)) as source_key,
        retired_at,
        lag(retired_at) over (partition by source_key order by retired_at nulls last) as since
    from dim_source
    where source_id > 0
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

insert into dim_source by name
select
    (select max(source_id) from dim_source) + row_number() over (order by trim(source_key, '"'), any_value(domain)) as source_id,
    any_value(domain) as domain,
    arg_min(name, (observed_at, input_key)) filter (where name is not null) as name,
    min(observed_at) as first_seen_at,
    max(observed_at) as last_seen_at
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
