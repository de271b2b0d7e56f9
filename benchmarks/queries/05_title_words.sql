-- Titles that say a word, by source.
select source, count(*) as articles
from article
where title ilike '%sta%'
group by source
order by articles desc, source
limit 20
