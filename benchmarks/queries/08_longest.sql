-- The longest articles of a quarter.
select article_id, title, source, word_count
from article
where published_date >= date '2025-10-01'
order by word_count desc, article_id
limit 50
