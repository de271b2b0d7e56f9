-- Sections, week by week.
select date_trunc('week', published_date) as week, section, count(*) as articles, avg(word_count)::integer as words
from article
where section is not null
group by all
order by all
