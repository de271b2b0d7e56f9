-- One row per channel that did not take the last message it was tried with, and how many messages it waits for.
select
    channel,
    arg_max(problem, tried_at) as problem,
    max(tried_at) as tried_at,
    count(*) filter (where delivered_at is null) as waiting
from ops.alert_delivery
group by channel
having arg_max(delivered_at is null, (tried_at, alert_id))
order by channel
