-- One row per channel that did not take the last message it was tried with, and how many messages still wait for it:
-- not those that were given up or went out within another.
select
    delivery.channel,
    arg_max(delivery.problem, delivery.tried_at) as problem,
    max(delivery.tried_at) as tried_at,
    count(*) filter (where delivery.delivered_at is null and alert.settled_at is null) as waiting
from ops.alert_delivery as delivery
join ops.alert as alert using (alert_id)
group by delivery.channel
having arg_max(delivery.delivered_at is null, (delivery.tried_at, delivery.alert_id))
order by delivery.channel
