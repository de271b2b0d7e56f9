-- How full is each field, by the engine that read it?
select
    engine,
    count(*) as articles,
    round(count(title) / count(*), 2) as title,
    round(count(published_date) / count(*), 2) as published,
    round(count(*) filter (where authors != []) / count(*), 2) as author,
    round(count(url) / count(*), 2) as url,
    round(count(source) / count(*), 2) as source,
    round(count(section) / count(*), 2) as section,
    round(count(language) / count(*), 2) as language
from article
group by engine
order by articles desc, engine
