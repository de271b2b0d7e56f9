-- The current bodies of some articles, with their ids.
select article_id, body
from fact_article
where is_current and list_contains($article_ids, article_id)
