-- Blocks in force that were seen again, or have aged.
update site_block
set
    aged_version = case when changed.change = 'aged' then getvariable('version') end,
    articles = changed.articles,
    recent_articles = changed.recent_articles,
    first_seen_at = least(site_block.first_seen_at, changed.first_seen_at),
    last_seen_at = greatest(site_block.last_seen_at, changed.last_seen_at)
from changed
where changed.change <> 'learned'
    and changed.source_id = site_block.source_id
    and changed.text_hash = site_block.text_hash
    and site_block.aged_version is null
    and (
        changed.change = 'aged'
        or (changed.articles, changed.recent_articles) is distinct from (site_block.articles, site_block.recent_articles)
        or changed.first_seen_at < site_block.first_seen_at
        or changed.last_seen_at > site_block.last_seen_at
    );
