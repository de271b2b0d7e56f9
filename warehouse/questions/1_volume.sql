-- Which source published how much, and on which days?
select
    source,
    count(*) as articles,
    min(published_date) as first_day,
    max(published_date) as last_day,
    sum(word_count) as words,
    list_sort(list(distinct language)) as languages
from article
group by source
order by articles desc, source nulls last
