-- Every id that points at a row finds it.
with broken as (
    select 'fact_article.article_id' as reference, article_id as id from fact_article anti join dim_article using (article_id)
    union all
    select 'fact_article.source_id', source_id from fact_article anti join dim_source using (source_id)
    union all
    select 'fact_article.feed_id', feed_id from fact_article anti join dim_feed using (feed_id)
    union all
    select 'fact_article.extractor_id', extractor_id from fact_article anti join dim_extractor using (extractor_id)
    union all
    select 'fact_article.date_id', date_id from fact_article anti join dim_date using (date_id)
    union all
    select 'fact_article.input_id', input_id from fact_article anti join ops.input using (input_id)
    union all
    select 'fact_article.batch_id', batch_id from fact_article anti join ops.batch using (batch_id)
    union all
    select 'fact_article.run_id', run_id from fact_article anti join ops.run using (run_id)
    union all
    select 'dim_article.source_id', source_id from dim_article anti join dim_source using (source_id)
    union all
    select 'dim_article.current_revision', article.article_id
    from dim_article as article
    anti join (from fact_article where is_current) as reading
        on reading.article_id = article.article_id
        and reading.revision = article.current_revision
        and reading.extraction = article.current_extraction
    union all
    select 'dim_source_alias.source_id', source_id from dim_source_alias anti join dim_source using (source_id)
    union all
    select 'dim_source.merged_into', member.source_id
    from dim_source as member
    anti join dim_source as into_source on into_source.source_id = member.merged_into
    where member.merged_into is not null
    union all
    select 'dim_source.identity_id', member.source_id
    from dim_source as member
    anti join (from dim_source where merged_into is null) as identity on identity.source_id = member.identity_id
    where member.merged_into is not null or member.identity_id is not null
    union all
    select 'ops.source_change.source_id', source_id from ops.source_change anti join dim_source using (source_id)
    union all
    select 'bridge_article_author (reading)', article_id
    from bridge_article_author anti join fact_article using (article_id, revision, extraction)
    union all
    select 'bridge_article_author.author_id', author_id from bridge_article_author anti join dim_author using (author_id)
    union all
    select 'fact_article_item (reading)', article_id
    from fact_article_item anti join fact_article using (article_id, revision, extraction)
    union all
    select 'fact_removed_text (reading)', article_id
    from fact_removed_text anti join fact_article using (article_id, revision, extraction)
    union all
    select 'fact_removed_text.block_id', block_id from fact_removed_text anti join removed_block using (block_id)
    union all
    select 'ops.input (reading)', input_id
    from ops.input anti join fact_article using (article_id, revision, extraction)
    where state = 'loaded'
    union all
    select 'ops.input.duplicate_of', input.input_id
    from ops.input as input
    anti join (from ops.input where state in ('loaded', 'quarantined')) as first
        on first.input_id = input.duplicate_of and first.content_hash = input.content_hash
    where input.state = 'duplicate'
    union all
    select 'ops.input.feed_id', feed_id from ops.input anti join dim_feed using (feed_id)
    union all
    select 'ops.input.source_id', source_id from ops.input anti join dim_source using (source_id)
    union all
    select 'ops.input.batch_id', batch_id from ops.input anti join ops.batch using (batch_id)
    union all
    select 'ops.input (its quarantine)', input_id
    from ops.input anti join ops.quarantine using (input_id)
    where state = 'quarantined'
    union all
    select 'ops.quarantine.input_id', input_id
    from ops.quarantine anti join (from ops.input where state = 'quarantined') using (input_id)
    union all
    select 'ops.input (what is held of it)', input_id
    from ops.input anti join ops.held using (input_id)
    where state = 'held'
    union all
    select 'ops.held.input_id', input_id
    from ops.held anti join (from ops.input where state = 'held') using (input_id)
    union all
    select 'ops.held (its gate)', input_id
    from ops.held as held
    anti join (from ops.gate where verdict = 'held') as gate
        on gate.run_id = held.run_id and gate.unit = held.unit and gate.name = held.slice
    union all
    select 'ops.gate_decision.run_id', run_id from ops.gate_decision anti join ops.run using (run_id)
    union all
    select 'ops.quarantine_decision.input_id', input_id from ops.quarantine_decision anti join ops.input using (input_id)
    union all
    select 'ops.field_fault.input_id', input_id from ops.field_fault anti join ops.input using (input_id)
    union all
    select 'ops.passed_over.input_id', input_id
    from ops.passed_over anti join (from ops.input where state = 'container') using (input_id)
    union all
    select 'site_block.source_id', source_id from site_block anti join dim_source using (source_id)
    union all
    select 'site_block.learned_version', learned_version
    from site_block
    anti join ops.block_learning as learning on learning.version = site_block.learned_version
    union all
    select 'ops.block_learning.run_id', run_id from ops.block_learning anti join ops.run using (run_id)
    union all
    select 'ops.site_template.source_id', source_id from ops.site_template anti join dim_source using (source_id)
    union all
    select 'ops.batch.run_id', run_id from ops.batch anti join ops.run using (run_id)
)

select reference, count(*) as rows, min(id) as for_example
from broken
group by reference
order by reference
