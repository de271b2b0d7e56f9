-- One row per day (UTC), suite and severity: how the expectations went, beside how full that day's readings are.
--
-- day: The day on which the batches were loaded, of gates the day on which they judged
-- suite: Suite of the rules; lake for the checks inside the loading transaction; gate for what gates said of slices
-- severity: critical, warning or info
-- results: Results, one for each rule and batch, of gates one for each slice that was judged
-- failures: Results that did not hold
-- unexpected: Rows that broke a rule, over all rules; of gates the inputs that were held
-- failed_rules: Ids of the rules that did not hold, sorted; of gates the bounds passed; empty where all held
-- held: Inputs that gates held on that day, whatever the suite, and whatever was decided about them since
-- readings: Readings that were loaded on that day, whatever the suite
-- title_share: Share of those readings with a title
-- published_share: Share with a publication date
-- author_share: Share with a by-line
-- language_share: Share with a language
-- source_share: Share with a source
-- url_share: Share with an address
with breached as (
    select run_id, piece, unit, name, list(distinct measure) as measures
    from ops.gate_breach
    group by all
),

outcomes as (
    select
        (recorded_at at time zone 'UTC')::date as day,
        suite,
        severity,
        count(*) as results,
        count(*) filter (where not success) as failures,
        sum(unexpected)::bigint as unexpected,
        list_sort(list(distinct rule_id) filter (where not success)) as failed_rules
    from ops.expectation_result
    group by all
    union all by name
    select
        (gate.judged_at at time zone 'UTC')::date as day,
        'gate' as suite,
        'critical' as severity,
        count(*) as results,
        count(*) filter (where gate.verdict = 'held') as failures,
        sum(gate.inputs) filter (where gate.verdict = 'held')::bigint as unexpected,
        list_sort(list_distinct(flatten(list(breached.measures) filter (where gate.verdict = 'held')))) as failed_rules
    from ops.gate as gate
    left join breached using (run_id, piece, unit, name)
    where gate.verdict <> 'too_few'
    group by all
),

held as (
    select (judged_at at time zone 'UTC')::date as day, sum(inputs)::bigint as inputs
    from ops.gate
    where verdict = 'held'
    group by all
),

fullness as (
    select
        (reading.loaded_at at time zone 'UTC')::date as day,
        count(*) as readings,
        count(reading.title) / count(*) as title_share,
        count(reading.published_date) / count(*) as published_share,
        count(*) filter (where len(reading.authors) > 0) / count(*) as author_share,
        count(reading.language) / count(*) as language_share,
        count(*) filter (where reading.source_id > 0) / count(*) as source_share,
        count(reading.url) / count(*) as url_share
    from main.fact_article as reading
    group by all
)

select
    outcomes.day,
    outcomes.suite,
    outcomes.severity,
    outcomes.results,
    outcomes.failures,
    coalesce(outcomes.unexpected, 0) as unexpected,
    coalesce(outcomes.failed_rules, []) as failed_rules,
    coalesce(held.inputs, 0) as held,
    coalesce(fullness.readings, 0) as readings,
    fullness.title_share,
    fullness.published_share,
    fullness.author_share,
    fullness.language_share,
    fullness.source_share,
    fullness.url_share
from outcomes
left join fullness using (day)
left join held using (day)
