-- One row per batch after `after` that loaded readings, oldest first; with how many.
select batch_id, count(*) as readings
from fact_article
where batch_id > getvariable('after')
group by batch_id
order by batch_id
