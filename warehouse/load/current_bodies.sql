-- The current bodies of some articles, with their ids.
select reading.article_id, reading.body
from fact_article as reading
join dim_article as article
    on article.article_id = reading.article_id
    and article.current_revision = reading.revision
    and article.current_extraction = reading.extraction
where list_contains($article_ids, article.article_id)
