-- What the rules and the checks of the lake said of each batch of a run, in the order of batch, suite and rule.
select
    result.batch_id,
    result.suite,
    result.rule_id,
    result.expectation,
    result.column_name,
    result.outcome,
    result.severity,
    result.success,
    coalesce(result.evaluated, 0) as evaluated,
    coalesce(result.unexpected, 0) as unexpected,
    result.observed,
    result.recorded_at
from ops.expectation_result as result
where result.run_id = $run_id
order by result.batch_id, result.suite, result.rule_id
