-- One row per span that was cut from the article's current reading, in the order of the text. recurs_on: of how many of
-- its site's recent articles the line stands on, where the rule site.block cut it; null for the other rules.
select
    r.position,
    r.start_char,
    r.end_char,
    r.role,
    r.rule_id,
    b.text,
    s.articles as recurs_on,
    s.recent_articles as recurs_of
from fact_removed_text r
join removed_block b using (block_id)
join dim_article a
    on a.article_id = r.article_id and a.current_revision = r.revision and a.current_extraction = r.extraction
join fact_article f
    on f.article_id = r.article_id and f.revision = r.revision and f.extraction = r.extraction
left join site_block s
    on r.rule_id = 'site.block'
    and s.source_id = f.source_id
    and s.text = trim(regexp_replace(b.text, '[\s\x{0b}\x{1c}-\x{1f}\x{85}\p{Z}]+', ' ', 'g'))
    and s.learned_version <= f.block_set_version
    and (s.aged_version is null or s.aged_version > f.block_set_version)
where r.article_id = $article_id
order by r.position
