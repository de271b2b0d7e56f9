-- One row per line of a rule file that matched nothing on a page, over the latest reading of every input.
with missed as (
    select
        fault.input_id,
        fault.recorded_at,
        regexp_extract(fault.raw_value, '^(.+):([0-9,]+) ([a-z_]+)$', ['place', 'lines', 'directive']) as found
    from ops.field_fault as fault
    join ops.input as input using (input_id)
    where fault.rule_id = $rule_id
    and input.is_latest
),

by_line as (
    select
        input_id,
        recorded_at,
        found.place as place,
        found.directive as directive,
        cast(unnest(string_split(found.lines, ',')) as integer) as line
    from missed
    where found.place <> ''
)

select
    place,
    line,
    directive,
    count(distinct input_id) as pages,
    max(recorded_at) as last_missed_at
from by_line
group by all
order by place, line
