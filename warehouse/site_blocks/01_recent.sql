-- What is looked at: of each site of $sites its last 100 articles, by observation, and the lines of their bodies.

-- recent: one row per article, in its current reading. age counts from 1, the one observed last; the identity decides
-- between articles of one moment, so that neither the order of loading nor an id has a say.
create or replace temp table recent as
select
    reading.source_id,
    reading.article_id,
    reading.revision,
    reading.extraction,
    reading.observed_at,
    reading.loaded_at,
    coalesce(reading.published_date, reading.observed_at::date) as day,
    row_number() over (
        partition by reading.source_id
        order by reading.observed_at desc, article.identity_kind, article.identity_key
    ) as age
from fact_article as reading
join dim_article as article
    on article.article_id = reading.article_id
    and article.current_revision = reading.revision
    and article.current_extraction = reading.extraction
where list_contains(getvariable('sites'), reading.source_id)
qualify age <= 100;

-- Bodies are read only from files that can hold one of them.
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
    select source_id, article_id, position, tidy(raw_line) as line_text
    from (
        select
            recent.source_id,
            recent.article_id,
            unnest(string_split(reading.body, chr(10))) as raw_line,
            generate_subscripts(string_split(reading.body, chr(10)), 1) as position
        from fact_article as reading
        join recent using (article_id, revision, extraction)
        where reading.loaded_at >= getvariable('recent_since')
    )
)
where line_text <> '';
