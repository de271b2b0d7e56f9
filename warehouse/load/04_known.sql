-- known_articles: one row per article of the lake whose identity a usable record of the batch has.
create or replace temp table known_articles as
select article_id, identity_kind, identity_key
from dim_article
semi join (select identity_kind, identity_key from arrivals where is_usable) using (identity_kind, identity_key);
