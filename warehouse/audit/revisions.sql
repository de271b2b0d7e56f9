-- An article's revisions, and a revision's extractions, are numbered from 1 without gaps; the one observed last is current.
with revisions as (
    select article_id, revision, count(*) as extractions, max(extraction) as last_extraction, max(observed_at) as observed_at
    from fact_article
    group by article_id, revision
),

articles as (
    select
        article_id,
        count(*) as revisions,
        max(revision) as last_revision,
        bool_and(extractions = last_extraction) as is_dense,
        arg_max(revision, (observed_at, revision)) as newest
    from revisions
    group by article_id
)

select
    article.article_id,
    article.revisions as said,
    articles.revisions as found,
    articles.last_revision,
    article.current_revision,
    articles.newest,
    articles.is_dense
from dim_article as article
join articles using (article_id)
where article.revisions <> articles.revisions
    or articles.last_revision <> articles.revisions
    or not articles.is_dense
    or article.current_revision <> articles.newest
order by article.article_id
