-- One row per revision of an article: what it takes to read the input of its last reading again, by key. A revision is
-- in the scope of a day by the day (UTC) on which it was first loaded.
with last_readings as (
    select
        article_id,
        revision,
        extraction,
        input_id,
        source_id,
        feed_id,
        reading_hash,
        body_hash,
        case when origins['url'] in ('sidecar', 'warc', 'table') then url end as sidecar_url,
        case when observed_origin in ('sidecar', 'warc', 'table', 'archive') then observed_at end as sidecar_fetched_at,
        min(loaded_at) over (partition by article_id, revision) as first_loaded_at
    from fact_article
    where $article_id is null or article_id = $article_id
    qualify row_number() over (partition by article_id, revision order by extraction desc) = 1
),

picked_up as (
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
    false as has_raw,
    run.inbox,
    reading.article_id,
    reading.revision,
    reading.extraction,
    reading.reading_hash,
    reading.body_hash,
    reading.sidecar_url,
    reading.sidecar_fetched_at,
    null::struct(reason varchar, detail varchar)[] as reasons
from last_readings as reading
join ops.input as input
    on input.input_id = reading.input_id
    and input.article_id = reading.article_id
    and input.revision = reading.revision
join picked_up on picked_up.input_id = input.input_id
join ops.run as run on run.run_id = picked_up.run_id
join source_identity as source on source.source_id = reading.source_id
join dim_feed as feed on feed.feed_id = reading.feed_id
where input.state = 'loaded'
    and ($since is null or reading.first_loaded_at >= $since::date)
    and ($source is null or $source in (source.domain, source.named_domain, source.name, source.named))
    and ($feed is null or feed.name = $feed)
order by input.input_key, input.content_hash
