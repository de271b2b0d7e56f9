-- Messages about a source that is forgotten, or that quote what is wrong with an input that is, with what became of them.
create or replace temp table forgetting_messages as
with refused as (
    select input_key
    from ops.input
    where input_id in (select input_id from forgetting_inputs) and state in ('quarantined', 'failed')
)

select alert_id
from ops.alert
where list_has_any(
    incidents,
    (
        select coalesce(list(incident_id), [])
        from ops.incident
        where source_id in (select source_id from forgetting_sources)
    )
)
union
select alert.alert_id
from ops.alert as alert
-- As a name of its own: 1.html stands in 11.html too.
join refused
    on contains(alert.message, refused.input_key)
    and regexp_matches(
        alert.message, '(?:^|[^\pL\pN_./-])' || regexp_escape(refused.input_key) || '(?:$|[^\pL\pN_/-])'
    );

delete from ops.alert_delivery where alert_id in (select alert_id from forgetting_messages);
delete from ops.alert where alert_id in (select alert_id from forgetting_messages);
