-- One row per term and reading of the batches after `after` up to `up_to`: how often its title and its body say it.
with readings as (
    select article_id, revision, extraction, title, body
    from fact_article
    where batch_id > getvariable('after') and batch_id <= getvariable('up_to')
),

said as (
    select article_id, revision, extraction, unnest(words_of(title)) as word, 1 as in_title, 0 as in_body
    from readings
    where title is not null
    union all
    select article_id, revision, extraction, unnest(words_of(body)), 0, 1
    from readings
),

counted as (
    select word, article_id, revision, extraction, sum(in_title) as in_title, sum(in_body) as in_body
    from said
    where word <> ''
    group by word, article_id, revision, extraction
),

meant as (
    select word, unnest(index_terms(word)) as term
    from (select distinct word from counted)
)

select
    meant.term,
    counted.article_id,
    counted.revision,
    counted.extraction,
    least(sum(counted.in_title), 255)::utinyint as in_title,
    least(sum(counted.in_body), 255)::utinyint as in_body
from counted
join meant using (word)
group by all
order by meant.term, counted.article_id, counted.revision, counted.extraction
