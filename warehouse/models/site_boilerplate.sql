-- One row per line that recurs, or recurred, over a site's articles and is cut from new ones by the rule site.block.
--
-- source: Registrable domain of the site
-- text: The line
-- place: Where in a body it is cut: head, tail or anywhere
-- is_in_force: True while runs cut it; false where the site shows it no more
-- articles: How many of the site's recent articles showed it, when a run last looked
-- share: The same as a share of the recent articles, 0 to 1
-- cut_from: How many articles it is cut from, in their current reading
-- first_seen_at: Earliest observation of an article with it
-- last_seen_at: Latest observation of an article with it
-- learned_version: First version of the block set that holds it
-- aged_version: First version without it; null while it is in force
with cuts as (
    select
        reading.source_id,
        trim(regexp_replace(block.text, '[\s\x{0b}\x{1c}-\x{1f}\x{85}\p{Z}]+', ' ', 'g')) as text,
        count(distinct span.article_id) as articles
    from main.fact_removed_text as span
    join main.removed_block as block using (block_id)
    join main.fact_article as reading
        on reading.article_id = span.article_id
        and reading.revision = span.revision
        and reading.extraction = span.extraction
    where reading.is_current and span.rule_id = 'site.block'
    group by all
)

select
    source.domain as source,
    block.text,
    block.place,
    block.aged_version is null as is_in_force,
    block.articles,
    block.articles / block.recent_articles as share,
    coalesce(cuts.articles, 0) as cut_from,
    block.first_seen_at,
    block.last_seen_at,
    block.learned_version,
    block.aged_version
from main.site_block as block
join main.dim_source as source using (source_id)
left join cuts on cuts.source_id = block.source_id and cuts.text = block.text
