-- What one source published in a month.
select published_date, title
from article
where source = (select min(source) from article)
    and published_date between date '2025-06-01' and date '2025-06-30'
order by all
