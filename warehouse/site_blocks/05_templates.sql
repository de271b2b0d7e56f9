-- One row per site: how its new inputs and the articles with new readings came out, beside up to 100 articles before.
--
-- A sign needs 5 new articles (or inputs) and 20 past ones, and a fall that chance does not make: medians below .4 of
-- the past, what .9 of the past ones have and at most .4 of the new ones (with 5 new ones chance does so once in 100
-- times), or blocks that were cut from half of the past readings and from none of the new ones.
with inputs as (
    select
        source_id,
        batch_id > getvariable('learned_up_to') as is_new,
        count(*)::integer as inputs,
        avg((state = 'loaded')::integer) as with_article
    from ops.input
    where list_contains(getvariable('sites'), source_id) and state in ('loaded', 'quarantined')
    group by all
),

compared as (
    select source_id, article_id, revision, extraction, is_new
    from site_readings
    where is_new or past_age <= 100
),

readings as (
    select
        compared.source_id,
        compared.is_new,
        reading.char_count,
        reading.title is not null as has_title,
        reading.published_date is not null as has_date,
        len(reading.authors) > 0 as has_author,
        stripped.article_id is not null as has_block
    from compared
    join fact_article as reading using (article_id, revision, extraction)
    left join (
        select distinct article_id, revision, extraction
        from fact_removed_text
        semi join compared using (article_id, revision, extraction)
        where rule_id = 'site.block'
    ) as stripped using (article_id, revision, extraction)
),

measured as (
    select
        source_id,
        is_new,
        count(*)::integer as articles,
        median(char_count)::double as median_chars,
        avg(has_block::integer) as with_block,
        avg(has_title::integer) as with_title,
        avg(has_author::integer) as with_author,
        avg(has_date::integer) as with_date
    from readings
    group by all
)

select
    inputs.source_id,
    inputs.inputs,
    coalesce(inputs_before.inputs, 0) as past_inputs,
    coalesce(now.articles, 0) as articles,
    coalesce(past.articles, 0) as past_articles,
    inputs.with_article,
    inputs_before.with_article as past_with_article,
    now.median_chars,
    past.median_chars as past_median_chars,
    now.with_block,
    past.with_block as past_with_block,
    now.with_title,
    past.with_title as past_with_title,
    now.with_author,
    past.with_author as past_with_author,
    now.with_date,
    past.with_date as past_with_date,
    list_filter([
        case when inputs.inputs >= 5 and inputs_before.inputs >= 20
            and inputs.with_article <= 0.4 and inputs_before.with_article >= 0.9 then 'articles_gone' end,
        case when is_told and now.median_chars < 0.4 * past.median_chars then 'short_bodies' end,
        case when is_told and now.with_block = 0 and past.with_block >= 0.5 then 'blocks_gone' end,
        case when is_told and now.with_title <= 0.4 and past.with_title >= 0.9 then 'titles_gone' end,
        case when is_told and now.with_author <= 0.4 and past.with_author >= 0.9 then 'authors_gone' end,
        case when is_told and now.with_date <= 0.4 and past.with_date >= 0.9 then 'dates_gone' end
    ], lambda sign: sign is not null) as signs
from inputs
left join inputs as inputs_before on inputs_before.source_id = inputs.source_id and not inputs_before.is_new
left join measured as now on now.source_id = inputs.source_id and now.is_new
left join (select *, articles >= 20 as is_enough from measured) as past
    on past.source_id = inputs.source_id and not past.is_new
cross join lateral (select now.articles >= 5 and past.is_enough as is_told)
where inputs.is_new
order by inputs.source_id
