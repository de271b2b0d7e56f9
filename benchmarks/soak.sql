-- What an hour's soak left in the books: seconds of the runs in their order, what failed, what else ran, what was seen.
select
    (select list(epoch(ended_at - started_at) order by run_id) from ops.run
     where kind = 'ingest' and ended_at is not null) as runs,
    (select count(*) from ops.run where state = 'failed') as failed,
    (select count(*) from ops.upkeep) as upkeeps,
    (select count(*) from ops.watch) as watches,
    (select count(*) from ops.input) as inputs,
    (select count(distinct file_key) from ops.input) as files,
    (select count(*) from dim_article) as articles
