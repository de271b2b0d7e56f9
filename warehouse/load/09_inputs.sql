-- The books: one state for each input, and the batch itself.

insert into ops.input by name
select
    placed.input_id,
    arrivals.input_key,
    arrivals.content_hash,
    arrivals.file_key,
    arrivals.record,
    placed.feed_id,
    placed.source_id,
    arrivals.format,
    states.state,
    case
        when states.state = 'quarantined' then states.reasons[1].reason
        when states.state = 'held' then holding.reason
        when states.state in ('failed', 'container') then arrivals.reason
    end as reason,
    case
        when states.state = 'quarantined' then states.reasons[1].detail
        when states.state = 'held' then holding.detail
        when states.state in ('failed', 'container') then arrivals.detail
    end as detail,
    case when states.state = 'duplicate' then placed.duplicate_of end as duplicate_of,
    case when states.state = 'loaded' then decisions.article_id end as article_id,
    case when states.state = 'loaded' then decisions.revision end as revision,
    case when states.state = 'loaded' then decisions.extraction end as extraction,
    arrivals.size,
    arrivals.mtime_ns,
    coalesce(arrivals.etag, replays.etag) as etag,
    case
        when replays.row is not null then replays.is_latest
        else
            states.state <> 'failed'
            or arrivals.input_key not in (
                select input_key
                from known_inputs
                where is_latest and input_id not in (select input_id from replaced)
            )
    end as is_latest,
    getvariable('run_id') as run_id,
    getvariable('batch_id') as batch_id,
    getvariable('now') as recorded_at
from arrivals
join placed using (row)
join states using (row)
left join replays using (row)
left join holding using (row)
left join decisions using (row)
order by placed.input_id;

insert into ops.batch by name
select
    getvariable('batch_id') as batch_id,
    getvariable('run_id') as run_id,
    count(*) as inputs,
    count(*) filter (where states.state = 'loaded') as loaded,
    count(*) filter (where states.state = 'quarantined') as quarantined,
    count(*) filter (where states.state = 'duplicate') as duplicate,
    count(*) filter (where states.state = 'held') as held,
    count(*) filter (where states.state = 'failed' or arrivals.standing = 'failed_again') as failed,
    count(*) filter (where arrivals.standing = 'failed_again') as failed_again,
    count(*) filter (where states.state = 'container') as container,
    count(*) filter (where arrivals.standing = 'unchanged') as unchanged,
    count(*) filter (where decisions.cause = 'new') as articles_new,
    count(*) filter (where decisions.cause = 'edited') as articles_edited,
    count(*) filter (where decisions.cause = 're-extracted') as articles_reextracted,
    count(*) filter (where decisions.cause = 'same' and states.state = 'loaded') as articles_same,
    coalesce(sum(arrivals.size) filter (where arrivals.record is null), 0)::bigint as bytes,
    getvariable('now') as committed_at
from arrivals
left join states using (row)
left join decisions using (row);
