-- How full the fields are, by language.
select
    language,
    count(*) as articles,
    count(title) as titles,
    count(published_at) as times,
    count(url) as urls,
    count(section) as sections
from article
group by language
order by language
