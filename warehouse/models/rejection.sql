-- One row per quarantined input and reason.
--
-- input_id: The input
-- path: Its key
-- reason: Stable word or rule id
-- detail: What is wrong with it and what can be done
-- position: Place among the reasons of the input, from 1
-- format: Shape that the reader recognised; null where none
-- source: Registrable domain, as far as the input tells; null where unknown
-- feed: Feed that the file came by; "(none)" where no feed's pattern matches
-- is_latest: True where these are the newest bytes of the key
-- raw_bytes: Size of the kept bytes, compressed; null where none are kept
-- size: Size of the input in bytes
-- content_hash: xxh3-128 of its bytes
-- run_id: Run that rejected it
-- batch_id: Batch that rejected it
-- rejected_at: When it was rejected
with reasons as (
    select input_id, octet_length(raw) as raw_bytes, unnest(reasons) as reason, generate_subscripts(reasons, 1) as position
    from ops.quarantine
)

select
    input.input_id,
    input.input_key as path,
    reasons.reason.reason,
    reasons.reason.detail,
    reasons.position::integer as position,
    input.format,
    source.domain as source,
    feed.name as feed,
    input.is_latest,
    reasons.raw_bytes,
    input.size,
    input.content_hash,
    input.run_id,
    input.batch_id,
    input.recorded_at as rejected_at
from reasons
join ops.input as input using (input_id)
join main.source_identity as source on source.source_id = input.source_id
join main.dim_feed as feed on feed.feed_id = input.feed_id
