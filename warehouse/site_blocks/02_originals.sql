-- Copies count once: a text under two addresses, an update under a new one. Revisions of an article are one already.

-- originals: one row per recent article that is no copy of an earlier recent one. A copy shares half of the text of
-- the shorter of the two, in lines; short bodies under a long footer are taken for copies as well, and nothing is
-- learned from them rather than too much.
create or replace temp table originals as
with shown as (
    select recent_lines.source_id, recent_lines.article_id, recent.age, line, any_value(chars) as chars
    from recent_lines
    join recent using (article_id)
    where chars >= 20
    group by all
),

sizes as (
    select article_id, sum(chars) as chars from shown group by article_id
),

shared as (
    select later.article_id, earlier.article_id as earlier_id, sum(later.chars) as chars
    from shown as later
    join shown as earlier
        on earlier.source_id = later.source_id
        and earlier.line = later.line
        and earlier.age > later.age
    group by all
),

copies as (
    select distinct shared.article_id
    from shared
    join sizes as own on own.article_id = shared.article_id
    join sizes as earlier on earlier.article_id = shared.earlier_id
    where shared.chars >= 0.5 * least(own.chars, earlier.chars)
)

select * from recent anti join copies using (article_id);
