-- Keep the expectations of the first watch of a day; `expected` has a row for each.
insert into ops.source_expectation by name
select * exclude (row)
from expected
anti join (
    select monitor, subject_kind, subject, cause, made_at::date as day
    from ops.source_expectation
    where made_at >= $since
) as kept
    on kept.monitor = expected.monitor
    and kept.subject_kind = expected.subject_kind
    and kept.subject = expected.subject
    and kept.cause = expected.cause
    and kept.day = expected.made_at::date
order by row
