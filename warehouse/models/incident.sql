-- One row per incident: something that is or was wrong with a source, a feed, the runs of an inbox, a deployment or a channel.
--
-- incident_id: The incident
-- state: open or resolved
-- severity: critical or warning
-- subject_kind: source, feed, rest (what names neither), inbox, deployment or channel
-- subject: Domain or name of the source, name of the feed or deployment, the inbox, the channel without its secrets
-- source_id: The source under its identity; null for other subjects
-- cause: Stable word: silent, too_few, template_break, rejections, schema_drift, run_failed and so on
-- since: When the trouble began, as far as the past shows
-- opened_at: The end of the hour, or the run, that showed it
-- resolved_at: When all had been well for long enough; null while it is open
-- hours: From its beginning until it was well again, or until it was last seen
-- led_by: The incident that explains it and is told in its place; itself where it is told itself
-- led_by_cause: The cause of that one
-- messages: Messages about it, or about the one that leads it
-- monitor: The monitor that found it
-- why: What was seen and what was expected, in words
with told as (
    select incident_id, count(*) as messages
    from (select unnest(incidents) as incident_id from ops.alert where kind in ('opened', 'reminder', 'resolved'))
    group by incident_id
)

select
    incident.incident_id,
    case when incident.resolved_at is null then 'open' else 'resolved' end as state,
    incident.severity,
    incident.subject_kind,
    incident.subject,
    incident.source_id,
    incident.cause,
    incident.since,
    incident.opened_at,
    incident.resolved_at,
    round(epoch(coalesce(incident.well_since, incident.resolved_at, incident.seen_at) - incident.since) / 3600, 1) as hours,
    incident.led_by,
    leader.cause as led_by_cause,
    coalesce(told.messages, 0) as messages,
    incident.monitor,
    incident.why
from ops.incident as incident
left join ops.incident as leader on leader.incident_id = incident.led_by
left join told on told.incident_id = incident.led_by
