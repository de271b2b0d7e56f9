-- N1 for the batch: what reached it is the sum of its states, its rows are in the ledger, its readings are in the lake.
with batch as (
    from ops.batch where batch_id = getvariable('batch_id')
),

counted as (
    select
        batch.*,
        (select count(*) from arrivals) as arrived,
        (select count(*) from written_inputs where batch_id = batch.batch_id) as recorded,
        (select count(*) from written_readings where batch_id = batch.batch_id) as readings
    from batch
)

select arrived, recorded, readings, 'the counts of the batch do not add up' as difference
from counted
where inputs <> arrived
    or inputs <> loaded + quarantined + duplicate + coalesce(held, 0) + failed + container + unchanged
    or recorded <> inputs - unchanged - failed_again
    or readings <> articles_new + articles_edited + articles_reextracted
    or loaded <> articles_new + articles_edited + articles_reextracted + articles_same
