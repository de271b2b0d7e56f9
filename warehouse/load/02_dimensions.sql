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

-- sources_seen: one row per source that the batch names. A source is its domain or, without one, its name.
create or replace temp table sources_seen as
select
    coalesce(source, lower(source_name)) as source_key,
    source as domain,
    arg_min(source_name, (observed_at, input_key)) filter (where source_name is not null) as name,
    min(observed_at) as first_seen_at,
    max(observed_at) as last_seen_at
from arrivals
where standing = 'open' and coalesce(source, source_name) is not null
group by all;

insert into dim_source
select
    (select max(source_id) from dim_source) + row_number() over (order by source_key, domain),
    domain,
    name,
    first_seen_at,
    last_seen_at
from sources_seen as seen
where not exists (
    from dim_source as known
    where known.domain is not distinct from seen.domain and coalesce(known.domain, lower(known.name)) = seen.source_key
);

update dim_source
set
    name = coalesce(dim_source.name, seen.name),
    first_seen_at = least(dim_source.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(dim_source.last_seen_at, seen.last_seen_at)
from sources_seen as seen
where dim_source.domain is not distinct from seen.domain
    and coalesce(dim_source.domain, lower(dim_source.name)) = seen.source_key
    and (
        (dim_source.name is null and seen.name is not null)
        or dim_source.first_seen_at > seen.first_seen_at
        or dim_source.last_seen_at < seen.last_seen_at
    );

insert into dim_source_alias
select source.source_id, seen.source_name, 'name', min(seen.observed_at), null
from arrivals as seen
join dim_source as source
    on source.domain is not distinct from seen.source
    and coalesce(source.domain, lower(source.name)) = coalesce(seen.source, lower(seen.source_name))
where seen.standing = 'open'
    and seen.source_name is not null
    and (source.source_id, seen.source_name) not in (select (source_id, alias) from dim_source_alias)
group by source.source_id, seen.source_name;
