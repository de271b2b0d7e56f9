-- Articles of each day, by language.
select published_date, language, count(*) as articles
from article
group by all
order by all
