-- Where the blocks in force, and those just found, stand in the recent articles: in their bodies, or cut from them.

-- seen_blocks: one row per block that is in force or found. text_hash is null where it is not in force; age is of the
-- youngest article with it, null where there is none.
create or replace temp table seen_blocks as
with shown as (
    select source_id, line, article_id from recent_lines
    union
    select recent.source_id, hash(tidy(block.text)) as line, recent.article_id
    from fact_removed_text as span
    join recent using (article_id, revision, extraction)
    join removed_block as block using (block_id)
    where span.rule_id = 'site.block'
),

in_force as (
    select source_id, hash(text) as line, text_hash, text, place
    from site_block
    where aged_version is null and list_contains(getvariable('site_group'), source_id)
),

of_interest as (
    select source_id, line, text_hash, text, place from in_force
    union all
    select source_id, line, null as text_hash, line_text as text, place
    from found_lines
    anti join in_force using (source_id, line)
),

sizes as (
    select source_id, count(*) as recent_articles from recent group by source_id
)

select
    of_interest.source_id,
    of_interest.text_hash,
    of_interest.text,
    of_interest.place,
    sizes.recent_articles,
    count(recent.article_id) as articles,
    min(recent.age) as age,
    min(recent.observed_at) as first_seen_at,
    max(recent.observed_at) as last_seen_at
from of_interest
join sizes using (source_id)
left join shown using (source_id, line)
left join recent on recent.article_id = shown.article_id
group by all
order by of_interest.source_id, of_interest.text;

from seen_blocks
