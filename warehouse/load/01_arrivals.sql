-- known_inputs: one row per input of the lake, before the batch, with the key of a staged row. Nearly all of a batch is new:
-- what the ledger holds, a million rows as a rule, is searched once.
create or replace temp table known_inputs as
select input_id, input_key, content_hash, is_latest, state, reason
from ops.input
semi join (select input_key from staged) using (input_key);

-- arrivals: one row per staged row, in light columns, with what the ledger knows of its key and bytes.
--
-- A row of `replays` is an input that is read again: its ledger row is the one that it names, whatever its bytes' key.
--
-- A row of `holding` (and its reason) is to wait behind a gate.
--
-- standing  unchanged     the bytes are the newest settled content of the key, or were read again with the same outcome:
--                         nothing is to be done. An article is not taken away because today's reader refuses its bytes.
--                         A container that was not read to its end the last time and is now is open
--           failed_again  it could not be read, as the last time
--           open          it gets a state in this batch
create or replace temp table arrivals as
with reasons as (
    select row, list({'reason': reason, 'detail': detail} order by position) as reasons
    from rejected
    group by row
),

judged as (
    select
        staged.row,
        staged.input_key,
        staged.file_key,
        staged.record,
        staged.feed,
        staged.size,
        staged.mtime_ns,
        staged.etag,
        staged.content_hash,
        staged.format,
        staged.outcome = 'article' and reasons.row is null as is_usable,
        staged.outcome,
        case
            when staged.outcome = 'rejected' then [{'reason': staged.reason, 'detail': staged.detail}]
            when staged.outcome = 'article' then reasons.reasons
        end as reasons,
        coalesce(staged.reason, reasons.reasons[1].reason) as reason,
        coalesce(staged.detail, reasons.reasons[1].detail) as detail,
        coalesce(staged.observed_at, getvariable('now')) as observed_at,
        case
            when staged.observed_at is not null then coalesce(staged.observed_origin, 'declared')
            else 'run'
        end as observed_origin,
        staged.engine,
        staged.identity_kind,
        staged.identity_key,
        staged.title,
        staged.published_date,
        staged.reading_hash,
        staged.source,
        staged.source_name
    from staged
    left join reasons using (row)
)

select
    judged.*,
    coalesce(replays.input_id, known.input_id) as known_id,
    case
        when replays.state = 'loaded'
            and (
                not judged.is_usable
                or (staged_hashes.reading_hash, staged_hashes.body_hash) = (replays.reading_hash, replays.body_hash)
            )
            then 'unchanged'
        when replays.state = 'quarantined' and judged.reasons = replays.reasons then 'unchanged'
        when replays.row is not null then 'open'
        when known.is_latest
            and (
                known.state in ('loaded', 'quarantined', 'duplicate', 'held')
                or (known.state = 'container' and (known.reason is null or known.reason is not distinct from judged.reason))
            )
            then 'unchanged'
        when judged.outcome = 'failed' and known.state = 'failed' and known.reason is not distinct from judged.reason
            then 'failed_again'
        else 'open'
    end as standing
from judged
left join replays using (row)
left join (select row, reading_hash, body_hash from staged) as staged_hashes using (row)
left join known_inputs as known
    on known.input_key = judged.input_key
    and known.content_hash is not distinct from judged.content_hash;
