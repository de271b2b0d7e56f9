-- What is looked at: of each site of $site_group its last 100 articles, and the lines of their bodies.
create or replace temp table recent as
from site_readings
where age <= 100 and list_contains(getvariable('site_group'), source_id);

-- Bodies are read only from files that can hold one of them and, a site's readings lying side by side in each, only from
-- parts that can: with a million articles in the lake a third of what would be read by their ids alone.
set variable recent_since = (select min(loaded_at) from recent);

-- recent_lines: one row per line of a body, but blank ones. Hashes live no longer than this learning: duckdb does not
-- promise that its own stay the same.
create or replace temp table recent_lines as
select
    source_id,
    article_id,
    position,
    line_text,
    hash(line_text) as line,
    length(line_text) as chars
from (
    select
        recent.source_id,
        recent.article_id,
        unnest(tidy_lines(reading.body)) as line_text,
        generate_subscripts(string_split(reading.body, chr(10)), 1) as position
    from fact_article as reading
    join recent using (source_id, article_id, revision, extraction)
    where reading.loaded_at >= getvariable('recent_since')
)
where line_text <> '';
