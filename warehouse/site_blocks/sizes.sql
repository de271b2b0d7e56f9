-- One row per site: how many characters the bodies of its last 100 articles have.
select source_id, sum(char_count)::bigint as characters
from site_readings
where age <= 100
group by source_id
order by source_id
