-- One row: how many batches are committed, and 1 where inputs or readings are more or fewer than these batches put in.
with batches as (
    select
        count(*) as batches,
        coalesce(sum(inputs - unchanged - failed_again), 0) as recorded,
        coalesce(sum(articles_new + articles_edited + articles_reextracted), 0) as readings
    from ops.batch
)

select
    batches,
    (
        recorded != (select count(*) from ops.input)
        or readings != (select count(*) from fact_article)
    )::integer as torn
from batches
