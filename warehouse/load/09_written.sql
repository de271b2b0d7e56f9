-- What the checks look at, read back from the lake once: naming a large table costs a look at its catalog and at each of its
-- files, and the checks are many. The lake's tables are searched for the batch's ids, never the other way round, which would
-- hold them in memory.

-- written_inputs: one row per input of the lake that the batch wrote, that has one of its keys or ids, or that it points at.
create or replace temp table written_inputs as
select input_id, input_key, content_hash, state, is_latest, duplicate_of, article_id, revision, extraction, batch_id
from ops.input
where batch_id = getvariable('batch_id')
    or input_key in (select input_key from arrivals)
    or input_id in (
        select input_id from placed
        union all
        select duplicate_of from placed where duplicate_of is not null
    );

-- written_readings: one row per reading of the batch or of one of its articles.
create or replace temp table written_readings as
select article_id, revision, extraction, source_id, feed_id, input_id, batch_id
from fact_article
where batch_id = getvariable('batch_id') or article_id in (select article_id from decisions);

-- written_articles: one row per article of the batch, or that has the identity of one.
create or replace temp table written_articles as
select article_id, identity_kind, identity_key, current_revision, current_extraction
from dim_article
where article_id in (select article_id from decisions) or identity_key in (select identity_key from decisions);

-- written_sources: one row per source of the lake.
create or replace temp table written_sources as
select source_id, domain, retired_at from dim_source;
