-- Bodies that say a word, by month.
select date_trunc('month', published_date) as month, count(*) as articles
from article
where contains(body, 'stast')
group by month
order by month
