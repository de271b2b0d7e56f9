-- One row per source, engine, month of loading and field: how many current readings have a value in it.
--
-- month: First day of the month in which the readings were loaded (UTC)
-- source: Registrable domain of the news source; null where unknown
-- engine: Engine that read them
-- field: The field: title, kicker, summary, authors, published_date, published_at, url, section, categories or language
-- articles: Readings
-- filled: Those with a value; of a list, with at least one member
-- share: filled as a share of articles, 0 to 1
with counted as (
    select
        date_trunc('month', loaded_at at time zone 'UTC')::date as month,
        source,
        engine,
        count(*) as articles,
        count(title) as title,
        count(kicker) as kicker,
        count(summary) as summary,
        count(*) filter (where len(authors) > 0) as authors,
        count(published_date) as published_date,
        count(published_at) as published_at,
        count(url) as url,
        count(section) as section,
        count(*) filter (where len(categories) > 0) as categories,
        count(language) as language
    from main.article
    group by all
)

select month, source, engine, field, articles, filled, filled / articles as share
from counted
unpivot (
    filled for field in (
        title, kicker, summary, authors, published_date, published_at, url, section, categories, language
    )
)
