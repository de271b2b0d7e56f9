-- One row per state: how many keys are in it with their newest content.
select state, count(*) as inputs
from ops.input
where is_latest
group by state
order by state
