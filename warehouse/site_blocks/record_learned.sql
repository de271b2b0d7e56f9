-- Blocks that were learned: rows of `changed`, which holds a row per block that was found or is in force on a touched site.
insert into site_block
select
    source_id,
    text_hash,
    text,
    place,
    getvariable('version'),
    null,
    articles,
    recent_articles,
    first_seen_at,
    last_seen_at
from changed
where change = 'learned'
order by source_id, text;
