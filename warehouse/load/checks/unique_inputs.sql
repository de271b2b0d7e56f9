-- Of the batch's keys: no content twice, and exactly one newest content.
select input_key, content_hash, count(*) as rows, 'the same content of a key twice' as difference
from written_inputs
where input_key in (select input_key from arrivals)
group by all
having count(*) > 1
union all
select input_key, null, count(*) filter (where is_latest), 'not exactly one newest content of a key'
from written_inputs
where input_key in (select input_key from arrivals)
group by input_key
having count(*) filter (where is_latest) <> 1
