-- No surrogate id and no natural key is given twice.
with keys as (
    select 'fact_article (article_id, revision, extraction)' as key, count(*) as rows,
        count(distinct (article_id, revision, extraction)) as distinct_rows
    from fact_article
    union all
    select 'fact_article (article_id of current readings)', count(*), count(distinct article_id)
    from fact_article
    where is_current
    union all
    select 'dim_article (article_id)', count(*), count(distinct article_id) from dim_article
    union all
    select 'dim_article (identity_kind, identity_key)', count(*), count(distinct (identity_kind, identity_key))
    from dim_article
    union all
    select 'dim_source (source_id)', count(*), count(distinct source_id) from dim_source
    union all
    select 'dim_source (domain or name, retired_at)', count(*),
        count(distinct (domain, case when domain is null then lower(name) end, retired_at))
    from dim_source
    union all
    select 'dim_source_alias (source_id, alias)', count(*), count(distinct (source_id, alias)) from dim_source_alias
    union all
    select 'dim_author (author_id)', count(*), count(distinct author_id) from dim_author
    union all
    select 'dim_author (name, author_kind)', count(*), count(distinct (name, author_kind)) from dim_author
    union all
    select 'site_block in force (source_id, text_hash)', count(*), count(distinct (source_id, text_hash))
    from site_block
    where aged_version is null
    union all
    select 'ops.site_template (run_id, source_id)', count(*), count(distinct (run_id, source_id)) from ops.site_template
    union all
    select 'dim_date (date_id)', count(*), count(distinct date_id) from dim_date
    union all
    select 'dim_date (day)', count(*), count(distinct coalesce(day, date '0001-01-01')) from dim_date
    union all
    select 'dim_feed (feed_id)', count(*), count(distinct feed_id) from dim_feed
    union all
    select 'dim_feed (name)', count(*), count(distinct name) from dim_feed
    union all
    select 'dim_extractor (extractor_id)', count(*), count(distinct extractor_id) from dim_extractor
    union all
    select 'dim_extractor (engine, version, rules_hash)', count(*), count(distinct (engine, version, rules_hash))
    from dim_extractor
    union all
    select 'bridge_article_author (reading, position)', count(*),
        count(distinct (article_id, revision, extraction, position))
    from bridge_article_author
    union all
    select 'fact_article_item (reading, position)', count(*), count(distinct (article_id, revision, extraction, position))
    from fact_article_item
    union all
    select 'fact_removed_text (reading, position)', count(*), count(distinct (article_id, revision, extraction, position))
    from fact_removed_text
    union all
    select 'removed_block (block_id)', count(*), count(distinct block_id) from removed_block
    union all
    select 'removed_block (text_hash)', count(*), count(distinct text_hash) from removed_block
    union all
    select 'ops.input (input_id)', count(*), count(distinct input_id) from ops.input
    union all
    select 'ops.input (input_key, content_hash)', count(*), count(distinct (input_key, coalesce(content_hash, '')))
    from ops.input
    union all
    select 'ops.run (run_id)', count(*), count(distinct run_id) from ops.run
    union all
    select 'ops.batch (batch_id)', count(*), count(distinct batch_id) from ops.batch
    union all
    select 'ops.quarantine (quarantine_id)', count(*), count(distinct quarantine_id) from ops.quarantine
    union all
    select 'ops.quarantine (input_id)', count(*), count(distinct input_id) from ops.quarantine
    union all
    select 'ops.source_change (change_id)', count(*), count(distinct change_id) from ops.source_change
    union all
    select 'ops.quarantine_decision (decision_id)', count(*), count(distinct decision_id) from ops.quarantine_decision
    union all
    select 'ops.held (input_id)', count(*), count(distinct input_id) from ops.held
    union all
    select 'ops.gate (run_id, piece, unit, name)', count(*), count(distinct (run_id, piece, unit, name)) from ops.gate
    union all
    select 'ops.gate_decision (run_id, unit, name, decision)', count(*), count(distinct (run_id, unit, name, decision))
    from ops.gate_decision
    union all
    select 'ops.passed_over (input_id, reason)', count(*), count(distinct (input_id, reason)) from ops.passed_over
    union all
    select 'ops.alert (alert_id)', count(*), count(distinct alert_id) from ops.alert
    union all
    select 'ops.alert_delivery (alert_id, channel)', count(*), count(distinct (alert_id, channel)) from ops.alert_delivery
    union all
    select 'ops.incident (incident_id)', count(*), count(distinct incident_id) from ops.incident
    union all
    select 'ops.watch (watch_id)', count(*), count(distinct watch_id) from ops.watch
)

select key, rows, distinct_rows
from keys
where rows <> distinct_rows
order by key
