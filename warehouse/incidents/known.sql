-- Incidents that are open, or were resolved after $since, and all those that are told together with an open one, by id.
from ops.incident
where resolved_at is null
    or resolved_at > $since
    or led_by in (select led_by from ops.incident where resolved_at is null)
order by incident_id
