-- N1: what reached a batch is the sum of its states, and its inputs and readings are in the lake, in these states.
with recorded as (
    select batch_id, state from ops.input
    union all
    select batch_id, state from ops.input_history
),

counted as (
    select
        batch_id,
        count(*) filter (where state = 'loaded') as loaded,
        count(*) filter (where state = 'quarantined') as quarantined,
        count(*) filter (where state = 'duplicate') as duplicate,
        count(*) filter (where state = 'held') as held,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'container') as container
    from recorded
    group by batch_id
),

readings as (
    select
        batch_id,
        count(*) filter (where cause = 'new') as articles_new,
        count(*) filter (where cause = 'edited') as articles_edited,
        count(*) filter (where cause = 're-extracted') as articles_reextracted
    from (
        select batch_id, cause from fact_article
        union all
        select batch_id, cause from ops.forgotten_reading
    )
    group by batch_id
)

select
    coalesce(batch.batch_id, counted.batch_id, readings.batch_id) as batch_id,
    (batch.inputs, batch.loaded, batch.quarantined, batch.duplicate, batch.held, batch.failed, batch.container) as said,
    (counted.loaded, counted.quarantined, counted.duplicate, counted.held, counted.failed, counted.container) as recorded,
    (batch.articles_new, batch.articles_edited, batch.articles_reextracted) as readings_said,
    (readings.articles_new, readings.articles_edited, readings.articles_reextracted) as readings_found
from ops.batch as batch
full join counted using (batch_id)
full join readings using (batch_id)
where batch.batch_id is null
    or batch.inputs
        <> batch.loaded
        + batch.quarantined
        + batch.duplicate
        + coalesce(batch.held, 0)
        + batch.failed
        + batch.container
        + batch.unchanged
    or batch.loaded <> coalesce(counted.loaded, 0)
    or batch.quarantined <> coalesce(counted.quarantined, 0)
    or batch.duplicate <> coalesce(counted.duplicate, 0)
    or coalesce(batch.held, 0) <> coalesce(counted.held, 0)
    or batch.failed - batch.failed_again <> coalesce(counted.failed, 0)
    or batch.container <> coalesce(counted.container, 0)
    or batch.articles_new <> coalesce(readings.articles_new, 0)
    or batch.articles_edited <> coalesce(readings.articles_edited, 0)
    or batch.articles_reextracted <> coalesce(readings.articles_reextracted, 0)
    or batch.loaded
        <> batch.articles_new + batch.articles_edited + batch.articles_reextracted + batch.articles_same
order by 1
