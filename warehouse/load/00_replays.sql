-- replays: one row per row of the batch that reads an input of the lake again, with what came of the input before: the
-- last reading of the revision that it gave, or the reasons of its quarantine.
create or replace temp table replays as
with inputs as (
    select replayed.row, input.*
    from replayed
    join ops.input as input using (input_id)
),

last_readings as (
    select article_id, revision, extraction, reading_hash, body_hash, observed_at, observed_origin
    from fact_article
    where (article_id, revision) in (select (article_id, revision) from inputs)
    qualify row_number() over (partition by article_id, revision order by extraction desc) = 1
)

select
    inputs.row,
    inputs.input_id,
    inputs.state,
    inputs.etag,
    inputs.is_latest,
    inputs.article_id,
    inputs.revision,
    reading.extraction,
    reading.reading_hash,
    reading.body_hash,
    reading.observed_at,
    reading.observed_origin,
    quarantine.reasons
from inputs
left join last_readings as reading using (article_id, revision)
left join ops.quarantine as quarantine using (input_id);
