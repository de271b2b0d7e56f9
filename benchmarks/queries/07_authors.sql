-- The authors who wrote most.
select author, count(*) as articles, count(distinct source) as sources
from (select unnest(authors) as author, source from article)
group by author
order by articles desc, author
limit 20
