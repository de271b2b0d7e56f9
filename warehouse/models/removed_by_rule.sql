-- One row per source, rule and role: what the rule cut from the current readings of the source's articles.
--
-- source: Registrable domain of the news source; null where unknown
-- rule_id: Stable id of the rule
-- role: Why the text is not in the body: boilerplate, metadata or markup
-- spans: Spans that it cut
-- articles: Articles that it cut from
-- article_share: Those as a share of the source's articles, 0 to 1
-- characters: Characters that it cut
-- texts: Distinct texts among them
-- most_often: The text that it cut most often
with current as (
    select article.article_id, article.current_revision, article.current_extraction, source.identity_id
    from main.dim_article as article
    join main.source_identity as source on source.source_id = article.source_id
),

sizes as (
    select identity_id, count(*) as articles from current group by identity_id
),

cuts as (
    select
        current.identity_id,
        span.rule_id,
        span.role,
        span.block_id,
        span.article_id,
        span.end_char - span.start_char as characters
    from current
    join main.fact_removed_text as span
        on span.article_id = current.article_id
        and span.revision = current.current_revision
        and span.extraction = current.current_extraction
),

texts as (
    select identity_id, rule_id, role, count(*) as texts, arg_max(block_id, (spans, -block_id)) as most_often
    from (select identity_id, rule_id, role, block_id, count(*) as spans from cuts group by all)
    group by all
),

rules as (
    select
        identity_id,
        rule_id,
        role,
        count(*) as spans,
        count(distinct article_id) as articles,
        sum(characters)::bigint as characters
    from cuts
    group by all
)

select
    source.domain as source,
    rules.rule_id,
    rules.role,
    rules.spans,
    rules.articles,
    rules.articles / sizes.articles as article_share,
    rules.characters,
    texts.texts,
    block.text as most_often
from rules
join texts using (identity_id, rule_id, role)
join sizes using (identity_id)
join main.source_identity as source on source.source_id = rules.identity_id
join main.removed_block as block on block.block_id = texts.most_often
