-- One row: how many batches are committed, and how many of them show other counts than their own record says.
with
recorded_inputs as (
    select batch_id, count(*) as recorded
    from ops.input
    group by batch_id
),

readings as (
    select batch_id, count(*) as readings
    from fact_article
    group by batch_id
)

select
    count(*) as batches,
    count(*) filter (
        coalesce(recorded, 0) != batch.inputs - unchanged - failed_again
        or coalesce(readings, 0) != articles_new + articles_edited + articles_reextracted
    ) as torn
from ops.batch
left join recorded_inputs using (batch_id)
left join readings using (batch_id)
