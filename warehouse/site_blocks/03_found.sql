-- Lines that recur so widely over a site's originals that they are the site's and not the articles'.
--
-- A line is at an edge of a body where at most 120 characters of lines that do not recur lie between it and that end.
-- What is asked of a line grows with the harm that it would do to be wrong:
--
--   place     line                        originals  days  share of the originals
--   tail      no sentence, weight 15-300          5     3  .2   share prompts, credits of the house, calls to sign up
--   tail      names an author                     5     3  .8 of the author's, who has .9 of the line's
--   tail      any, weight 4-600                   8     3  .5   "The trial continues." ends many reports, not half
--   head      any, weight 4-600                   8     3  .5   a dateline or a section begins many, not half
--   anywhere  weight 60-600                      12     5  .6   sub-headings ("Why it matters") are shorter than that
--
-- A sentence is told by its end; lines of Thai, Lao, Khmer and Burmese, which have none, are taken for sentences.
-- Five originals on three days: the stories of one event share a paragraph of background within a day or two, and are
-- fewer. An edge must be the place of four fifths of a line's originals. The line was seen in the last 50 articles, or
-- it would age at once. A site that would lose more than half of its text learns nothing: its pages are one text.

-- site_sizes: one row per site: how many originals it has.
create or replace temp table site_sizes as
select source_id, count(*) as originals from originals group by source_id;

-- found_lines: one row per line that is learned by these limits, whether or not it is in force already.
create or replace temp table found_lines as
with spread as (
    select
        recent_lines.source_id,
        line,
        any_value(line_text) as line_text,
        any_value(chars) as chars,
        count(distinct originals.article_id) as stories,
        count(distinct originals.day) as days,
        min(originals.age) as age
    from recent_lines
    join originals using (article_id)
    group by recent_lines.source_id, line
),

-- A CJK character says about as much as three letters, and weighs as many.
recurring as (
    select
        *,
        chars + 2 * length(
            regexp_replace(line_text, '[^\p{Hiragana}\p{Katakana}\p{Han}\p{Hangul}]', '', 'g')
        ) as weight
    from spread
    where stories >= 5
),

measured as (
    select
        recent_lines.source_id,
        recent_lines.article_id,
        recent_lines.line,
        recurring.line is not null as recurs,
        sum(if(recurring.line is null, recent_lines.chars, 0)) over upwards as own_before,
        sum(if(recurring.line is null, recent_lines.chars, 0)) over whole as own
    from recent_lines
    semi join originals using (article_id)
    left join recurring using (source_id, line)
    window
        upwards as (
            partition by recent_lines.article_id
            order by recent_lines.position
            rows between unbounded preceding and current row
        ),
        whole as (partition by recent_lines.article_id)
),

carried as (
    select
        source_id,
        line,
        article_id,
        bool_or(own_before <= 120) as at_head,
        bool_or(own - own_before <= 120) as at_tail
    from measured
    where recurs
    group by all
),

placed as (
    select
        source_id,
        line,
        avg(at_head::integer) >= 0.8 as is_head,
        avg(at_tail::integer) >= 0.8 as is_tail
    from carried
    group by all
),

writers as (
    select originals.source_id, originals.article_id, author.author_id, author.name
    from originals
    join bridge_article_author as place using (article_id, revision, extraction)
    join dim_author as author using (author_id)
    where author.author_kind = 'person'
),

author_boxes as (
    select distinct carried.source_id, carried.line
    from carried
    join recurring using (source_id, line)
    join writers using (source_id, article_id)
    join (select source_id, author_id, count(distinct article_id) as stories from writers group by all) as output
        using (source_id, author_id)
    where contains(lower(recurring.line_text), lower(writers.name))
    group by carried.source_id, carried.line, author_id
    having count(distinct carried.article_id) >= 5
        and count(distinct carried.article_id) >= 0.8 * any_value(output.stories)
        and count(distinct carried.article_id) >= 0.9 * any_value(recurring.stories)
),

judged as (
    select
        recurring.source_id,
        recurring.line,
        recurring.line_text,
        recurring.chars,
        case
            when placed.is_tail and recurring.weight between 15 and 300 and share >= 0.2
                and not regexp_matches(recurring.line_text, '[.!?…。！？｡۔؟।॥։።]["''”’»」』)\]]*$')
                and not regexp_matches(recurring.line_text, '[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]')
                then 'tail'
            when placed.is_tail and author_boxes.line is not null and recurring.weight <= 600 then 'tail'
            when placed.is_tail and recurring.weight between 4 and 600 and recurring.stories >= 8 and share >= 0.5
                then 'tail'
            when placed.is_head and recurring.weight between 4 and 600 and recurring.stories >= 8 and share >= 0.5
                then 'head'
            when recurring.weight between 60 and 600 and recurring.stories >= 12 and recurring.days >= 5
                and share >= 0.6
                then 'anywhere'
        end as place
    from (
        select recurring.*, recurring.stories / site_sizes.originals as share
        from recurring
        join site_sizes using (source_id)
    ) as recurring
    join placed using (source_id, line)
    left join author_boxes using (source_id, line)
    where recurring.days >= 3 and recurring.age <= 50
)

select source_id, line, line_text, place from judged where place is not null;

delete from found_lines
where source_id in (
    select source_id
    from (
        select
            recent_lines.source_id,
            recent_lines.article_id,
            sum(if(found_lines.line is null, 0, chars)) / sum(chars) as share
        from recent_lines
        semi join originals using (article_id)
        left join found_lines using (source_id, line)
        group by all
    )
    group by source_id
    having avg(share) > 0.5
);
