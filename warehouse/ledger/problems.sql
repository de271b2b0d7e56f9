-- One row per state and reason of what a run could not load, or of a container not to its end: how many inputs, and the
-- first of them by key.
select state, coalesce(reason, '') as reason, count(*) as inputs, min(input_key) as example
from ops.input
where run_id = $run_id
    and (state in ('quarantined', 'failed', 'held') or (state = 'container' and reason is not null))
group by all
order by inputs desc, state, reason
