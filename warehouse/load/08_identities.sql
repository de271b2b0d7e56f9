-- An article whose bytes now give it another identity (an address that an older reader did not find) takes it, unless
-- another article has it: what is fetched of it tomorrow must find it. Which of two articles is the other is nothing
-- that a replay decides.
update dim_article
set identity_kind = renamed.identity_kind, identity_key = renamed.identity_key
from (
    select decisions.article_id, arrivals.identity_kind, arrivals.identity_key
    from decisions
    join replays using (row)
    join arrivals using (row)
    where decisions.cause = 're-extracted' and decisions.is_current
    qualify row_number() over (
        partition by arrivals.identity_kind, arrivals.identity_key order by decisions.article_id
    ) = 1
) as renamed
where renamed.article_id = dim_article.article_id
    and (renamed.identity_kind, renamed.identity_key) not in (select (identity_kind, identity_key) from dim_article);
