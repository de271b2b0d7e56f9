-- The articles whose current reading has one of a clause's terms, and how often its title and body say them.
select
    {clause} as clause,
    postings.article_id,
    sum(postings.in_title) as in_title,
    sum(postings.in_body) as in_body
from postings
join main.dim_article as article
    on article.article_id = postings.article_id
    and article.current_revision = postings.revision
    and article.current_extraction = postings.extraction
where {terms}
group by postings.article_id
