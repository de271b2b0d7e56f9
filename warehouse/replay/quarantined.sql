-- One row per quarantined input: what it takes to read it again, by key. Without ids, those that somebody discarded are
-- left out. What was forgotten is not read again.
with picked_up as (
    select input_id, min(run_id) as run_id
    from (select input_id, run_id from ops.input union all select input_id, run_id from ops.input_history)
    group by input_id
)

select
    input.input_id,
    input.input_key,
    input.file_key,
    input.record,
    input.content_hash,
    input.size,
    input.mtime_ns,
    input.etag,
    input.state,
    input.reason,
    quarantine.raw is not null as has_raw,
    run.inbox,
    null::bigint as article_id,
    null::integer as revision,
    null::integer as extraction,
    null::varchar as reading_hash,
    null::varchar as body_hash,
    null::varchar as sidecar_url,
    null::timestamptz as sidecar_fetched_at,
    quarantine.reasons
from ops.quarantine as quarantine
join ops.input as input using (input_id)
join picked_up using (input_id)
join ops.run as run on run.run_id = picked_up.run_id
where input.reason <> 'forgotten'
    and case
        when len($input_ids) > 0 then list_contains($input_ids, input.input_id)
        else quarantine.quarantine_id not in (select quarantine_id from ops.quarantine_decision)
    end
    and ($reason is null or list_contains(list_transform(quarantine.reasons, lambda r: r.reason), $reason))
    and ($since is null or quarantine.recorded_at >= $since::date)
order by input.input_key, input.content_hash
