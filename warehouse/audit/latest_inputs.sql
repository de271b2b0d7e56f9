-- Each input key has exactly one newest content.
select input_key, count(*) as contents, count(*) filter (where is_latest) as newest
from ops.input
group by input_key
having count(*) filter (where is_latest) <> 1
order by input_key
