-- One row: the highest id that an article ever had; that of a forgotten one is not given to another.
select coalesce(max(article_id), 0)
from (
    select article_id from dim_article
    union all
    select article_id from ops.forgotten_reading
)
