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
        when states.state in ('failed', 'container') then arrivals.reason
    end as reason,
    case
        when states.state = 'quarantined' then states.reasons[1].detail
        when states.state in ('failed', 'container') then arrivals.detail
    end as detail,
    placed.duplicate_of,
    decisions.article_id,
    decisions.revision,
    decisions.extraction,
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
left join decisions using (row)
order by placed.input_id;

insert into ops.batch
select
    getvariable('batch_id'),
    getvariable('run_id'),
    count(*),
    count(*) filter (where states.state = 'loaded'),
    count(*) filter (where states.state = 'quarantined'),
    count(*) filter (where states.state = 'duplicate'),
    count(*) filter (where states.state = 'failed' or arrivals.standing = 'failed_again'),
    count(*) filter (where arrivals.standing = 'failed_again'),
    count(*) filter (where states.state = 'container'),
    count(*) filter (where arrivals.standing = 'unchanged'),
    count(*) filter (where decisions.cause = 'new'),
    count(*) filter (where decisions.cause = 'edited'),
    count(*) filter (where decisions.cause = 're-extracted'),
    count(*) filter (where decisions.cause = 'same'),
    coalesce(sum(arrivals.size) filter (where arrivals.record is null), 0)::bigint,
    getvariable('now')
from arrivals
left join states using (row)
left join decisions using (row);
