-- One row per input in quarantine, with what was decided about it.
--
-- input_id: The input; `newslake quarantine show` takes it
-- path: Its key
-- reason: First reason, a stable word or rule id
-- detail: What is wrong with it and what can be done
-- reasons: Every reason, the first one first
-- format: Shape that the reader recognised; null where none
-- source: Registrable domain, as far as the input tells; null where unknown
-- feed: Feed that the file came by; "(none)" where no feed's pattern matches
-- is_latest: True where these are the newest bytes of the key
-- has_bytes: True where the quarantine keeps its bytes, so that it can be read again without its inbox
-- size: Size of the input in bytes
-- content_hash: xxh3-128 of its bytes
-- is_discarded: True where somebody decided that it is no article and waits for nothing
-- discard_reason: Why, in the words of who decided; null where nobody did
-- discarded_by: Account that decided; null where nobody did
-- discarded_at: When; null where nobody did
-- run_id: Run that put it there, or last read it again with another outcome
-- quarantined_at: When
with decisions as (
    select quarantine_id, arg_max(decision, decision_id) as decision, arg_max(reason, decision_id) as reason,
        arg_max(decided_by, decision_id) as decided_by, max(decided_at) as decided_at
    from ops.quarantine_decision
    group by quarantine_id
)

select
    input.input_id,
    input.input_key as path,
    quarantine.reasons[1].reason as reason,
    quarantine.reasons[1].detail as detail,
    list_transform(quarantine.reasons, lambda r: r.reason) as reasons,
    input.format,
    source.domain as source,
    feed.name as feed,
    input.is_latest,
    quarantine.raw is not null as has_bytes,
    input.size,
    input.content_hash,
    decisions.quarantine_id is not null as is_discarded,
    decisions.reason as discard_reason,
    decisions.decided_by as discarded_by,
    decisions.decided_at as discarded_at,
    quarantine.run_id,
    quarantine.recorded_at as quarantined_at
from ops.quarantine as quarantine
join ops.input as input using (input_id)
join main.source_identity as source on source.source_id = input.source_id
join main.dim_feed as feed on feed.feed_id = input.feed_id
left join decisions on decisions.quarantine_id = quarantine.quarantine_id
