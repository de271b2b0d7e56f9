-- One row per held slice that nobody has decided about whole: how many inputs wait, since when, and for what.
with held as (
    select run_id, unit, slice as name, count(*) as inputs, min(input_key) as example
    from ops.held
    group by all
),

breaches as (
    select
        run_id,
        unit,
        name,
        list(distinct measure order by measure) as measures,
        first(why order by piece, measure) as why
    from ops.gate_breach
    group by all
)

select held.run_id, held.unit, held.name, held.inputs, run.started_at as since, breaches.measures, breaches.why, held.example
from held
join ops.run as run using (run_id)
left join breaches using (run_id, unit, name)
order by held.run_id, held.unit, held.name
