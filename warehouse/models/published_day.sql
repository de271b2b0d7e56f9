-- One row per source and day from its first to its last day of publication; a day on which it published nothing is a row.
--
-- day: The publisher's calendar day
-- source: Registrable domain of the news source; null for articles of no known source
-- source_name: Name of the news source as first seen; null where none was given
-- articles: Articles that the source published on that day, by their current reading; 0 where none
-- words: Words of their bodies
-- briefs: Those of them that are not full articles: briefs, live blogs, roundups, videos, galleries and others
with counted as (
    select
        source.identity_id,
        reading.published_date as day,
        count(*) as articles,
        sum(reading.word_count)::bigint as words,
        count(*) filter (where reading.kind <> 'article') as briefs
    from main.fact_article as reading
    join main.source_identity as source on source.source_id = reading.source_id
    where reading.is_current and reading.published_precision in ('second', 'minute', 'day')
    group by all
),

spans as (
    select identity_id, min(day) as first_day, max(day) as last_day
    from counted
    group by identity_id
)

select
    date.day,
    source.domain as source,
    source.name as source_name,
    coalesce(counted.articles, 0) as articles,
    coalesce(counted.words, 0) as words,
    coalesce(counted.briefs, 0) as briefs
from spans
join main.dim_date as date on date.day between spans.first_day and spans.last_day
join main.source_identity as source on source.source_id = spans.identity_id
left join counted on counted.identity_id = spans.identity_id and counted.day = date.day
