-- The articles that every clause of the question finds, with their scores by BM25 (k1 = 1.2, b = 0.75; Robertson and
-- Zaragoza, 2009); a word in the title counts as three in the body. Length is in characters, which every script has.
-- Without those of exclusions that their words alone prove; where words must stand together, the text is looked at later.
with lake as (
    select count(*) as articles, avg(char_count) as usual_length from main.fact_article where is_current
),

rarity as (
    select clause, ln(1 + (greatest(any_value(lake.articles) - count(*), 0) + 0.5) / (count(*) + 0.5)) as weight
    from clause_matches
    cross join lake
    group by clause
),

candidates as (
    select article_id
    from clause_matches
    anti join (select article_id from unwanted where list_contains(getvariable('proven'), excluded)) using (article_id)
    group by article_id
    having count(*) = getvariable('clauses')
),

wanted as (
    select
        reading.article_id,
        reading.revision,
        reading.extraction,
        reading.published_date,
        reading.source,
        reading.title,
        reading.url,
        reading.char_count
    from candidates
    join main.fact_article as reading on reading.article_id = candidates.article_id and reading.is_current
    where (
        getvariable('source') is null
        or reading.source_id in (
            select source_id from main.dim_source where coalesce(identity_id, source_id) = getvariable('source')
        )
    )
        and (getvariable('since') is null or reading.published_date >= getvariable('since'))
),

scored as (
    select
        wanted.article_id,
        sum(
            rarity.weight * (3 * matched.in_title + matched.in_body) * 2.2
            / (
                3 * matched.in_title + matched.in_body
                + 1.2 * (0.25 + 0.75 * wanted.char_count / greatest(lake.usual_length, 1))
            )
        )::double as score
    from wanted
    join clause_matches as matched using (article_id)
    join rarity using (clause)
    cross join lake
    group by wanted.article_id
)

select scored.article_id, scored.score, wanted.* exclude (article_id, char_count)
from scored
join wanted using (article_id)
