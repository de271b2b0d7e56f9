-- Revisions that a record of the batch shows to have been there earlier than the lake knew, after their former ones.
update fact_article
set observed_at = earlier.observed_at, observed_origin = earlier.observed_origin
from (
    select article_id, revision, min(observed_at) as observed_at, arg_min(observed_origin, observed_at) as observed_origin
    from decisions
    where is_earlier
    group by article_id, revision
) as earlier
where fact_article.article_id = earlier.article_id and fact_article.revision = earlier.revision;
