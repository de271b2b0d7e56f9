-- One row per news source, those that were merged being one.
--
-- source_id: The source that stands for all of them; `newslake sources show` takes it
-- domain: Registrable domain; null where only a name is known
-- name: Name of the publication as first seen; null where none was given
-- names: Names that are in force, by first use; empty where none was given
-- former_names: Names whose validity has ended
-- domains: Domains that it is or was found under, by first article
-- merged: Ids of the sources that were merged into it; empty for none
-- articles: Articles, in their current reading
-- first_seen_at: Earliest observation of one of its articles or rejected inputs
-- last_seen_at: Latest observation
-- first_published: Day of its oldest article; null where no day is known
-- last_published: Day of its newest article
-- languages: Language of the text to its share of the articles, 0 to 1, by language; "unknown" for articles without one
-- feeds: Feeds that its articles came by, sorted; without "(none)"
with members as (
    select
        coalesce(identity_id, source_id) as source_id,
        source_id as member_id,
        domain,
        first_seen_at,
        last_seen_at,
        merged_into
    from main.dim_source
    where source_id > 0
),

spans as (
    select
        source_id,
        coalesce(list(domain order by first_seen_at, member_id) filter (where domain is not null), []) as domains,
        coalesce(list(member_id order by member_id) filter (where merged_into is not null), []) as merged,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from members
    group by source_id
),

aliases as (
    select
        members.source_id,
        name.alias,
        min(name.valid_from) as first_seen_at,
        bool_or(name.valid_to is null or name.valid_to > now()) as is_in_force
    from main.dim_source_alias as name
    join members on members.member_id = name.source_id
    where name.alias_kind = 'name'
    group by all
),

names as (
    select
        source_id,
        list(alias order by first_seen_at, alias) filter (where is_in_force) as names,
        list(alias order by first_seen_at, alias) filter (where not is_in_force) as former_names
    from aliases
    group by source_id
),

readings as (
    select
        members.source_id,
        coalesce(reading.language, 'unknown') as language,
        feed.name as feed,
        count(*) as articles,
        min(reading.published_date) as first_published,
        max(reading.published_date) as last_published
    from main.fact_article as reading
    join members on members.member_id = reading.source_id
    join main.dim_feed as feed on feed.feed_id = reading.feed_id
    where reading.is_current
    group by all
),

published as (
    select
        source_id,
        sum(articles)::bigint as articles,
        min(first_published) as first_published,
        max(last_published) as last_published,
        list_sort(list(distinct feed) filter (where feed <> '(none)')) as feeds
    from readings
    group by source_id
),

languages as (
    select source_id, map_from_entries(list((language, share) order by language)) as languages
    from (
        select source_id, language, sum(articles) / sum(sum(articles)) over (partition by source_id) as share
        from readings
        group by source_id, language
    )
    group by source_id
)

select
    source.source_id,
    source.domain,
    source.name,
    coalesce(names.names, []) as names,
    coalesce(names.former_names, []) as former_names,
    spans.domains,
    spans.merged,
    coalesce(published.articles, 0) as articles,
    spans.first_seen_at,
    spans.last_seen_at,
    published.first_published,
    published.last_published,
    coalesce(languages.languages, map {}) as languages,
    coalesce(published.feeds, []) as feeds
from spans
join main.dim_source as source using (source_id)
left join names using (source_id)
left join published using (source_id)
left join languages using (source_id)
