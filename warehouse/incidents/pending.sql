-- Messages that are due at $now and not settled, oldest first.
from ops.alert
where kind is not null and settled_at is null and due_at <= $now
order by alert_id
