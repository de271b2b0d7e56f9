-- What the checks look at, read back from the lake once: naming a large table costs a look at its catalog and at each of its
-- files, and the checks are many. Files are passed over by batch and by id, so that a look costs the same in a large lake:
-- what it held under the batch's keys before is known by then, and searching it all once more is left to `newslake audit`.

-- written_inputs: one row per input of the lake that the batch wrote, that has one of its keys or ids, or that it points at.
create or replace temp table written_inputs as
with inputs as not materialized (
    select input_id, input_key, content_hash, state, is_latest, duplicate_of, article_id, revision, extraction, batch_id
    from ops.input
),

concerned as (
    select input_id from placed
    union
    select duplicate_of from placed where duplicate_of is not null
    union
    select input_id from known_inputs
)

from inputs where batch_id = getvariable('batch_id')
union all
from inputs semi join concerned using (input_id) where batch_id <> getvariable('batch_id');

-- written_readings: one row per reading of the batch or of one of its articles.
create or replace temp table written_readings as
with readings as not materialized (
    select article_id, revision, extraction, is_current, source_id, feed_id, input_id, batch_id from fact_article
)

from readings where batch_id = getvariable('batch_id')
union all
from readings
semi join (select distinct article_id from decisions) using (article_id)
where batch_id <> getvariable('batch_id');

-- written_articles: one row per article of the batch.
create or replace temp table written_articles as
select article_id, identity_kind, identity_key, current_revision, current_extraction
from dim_article
semi join (select distinct article_id from decisions) using (article_id);

-- written_sources: one row per source of the lake.
create or replace temp table written_sources as
select source_id, domain, retired_at from dim_source;
