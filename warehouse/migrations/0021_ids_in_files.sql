-- A record's id without a feed counted in the whole lake, so that two dumps that number their rows were one. It counts within
-- its source now, a domain or a name, and within its file where it has none. Articles that are there are known by the new key
-- from now on, unless another one has it: what comes of them tomorrow must find them.
update lake.dim_article
set identity_key = renamed.scope || substring(dim_article.identity_key, 2)
from (
    select
        article.article_id,
        coalesce(source.domain, lower(source.name), regexp_replace(reading.path, '#\d+$', '')) as scope
    from lake.dim_article as article
    join lake.dim_source as source on source.source_id = article.source_id
    join lake.fact_article as reading on reading.article_id = article.article_id
    where article.identity_kind = 'record' and starts_with(article.identity_key, '-:') and reading.is_current
) as renamed
where renamed.article_id = dim_article.article_id
    and ('record', renamed.scope || substring(dim_article.identity_key, 2))
        not in (select (identity_kind, identity_key) from lake.dim_article);

comment on column lake.dim_article.identity_key is 'What makes it the same article: a record id with its feed, else its source, else its file; an address; or an input''s key';
comment on column lake.fact_article.observed_at is 'When these bytes were fetched or, failing that, last written; earlier where another input shows its revision before that and behind the former one; orders the revisions';
comment on table lake.fact_article is 'One row per reading of a revision of an article; never changed but in what follows from other rows (is_current, source, source_name, observed_at).';
