-- Messages about a source that is forgotten, which name it and show inputs of it, with what became of them.
create or replace temp table forgetting_messages as
select alert_id
from ops.alert
where list_has_any(
    incidents,
    (
        select coalesce(list(incident_id), [])
        from ops.incident
        where source_id in (select source_id from forgetting_sources)
    )
);

delete from ops.alert_delivery where alert_id in (select alert_id from forgetting_messages);
delete from ops.alert where alert_id in (select alert_id from forgetting_messages);
