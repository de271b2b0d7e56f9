-- A reading says itself whether it is the current one of its article and of which source it is, so that the view `article` is
-- one flat table: naming the current reading by way of dim_article, and its source by way of dim_source, cost the cheapest
-- questions four times what they take over such a table, and a source's articles could not be told from a file's statistics.
-- What follows from the other tables is set where they change: in a load that replaces a reading, in a decision about sources.

alter table lake.dim_source add column identity_domain varchar;
alter table lake.dim_source add column identity_name varchar;
comment on column lake.dim_source.identity_domain is 'Domain of the source that stands for it (identity_id), else its own';
comment on column lake.dim_source.identity_name is 'Name of the source that stands for it, else its own';

update lake.dim_source
set identity_domain = identity.domain, identity_name = coalesce(identity.name, dim_source.name)
from lake.dim_source as identity
where identity.source_id = coalesce(dim_source.identity_id, dim_source.source_id);

alter table lake.fact_article add column is_current boolean default 'true';
alter table lake.fact_article add column source varchar;
alter table lake.fact_article add column source_name varchar;
comment on column lake.fact_article.is_current is 'True for the current reading of its article: of the revision observed last, the last extraction';
comment on column lake.fact_article.source is 'Registrable domain of the news source that stands for source_id (dim_source.identity_domain); null where unknown';
comment on column lake.fact_article.source_name is 'Name of that source as first seen (dim_source.identity_name); null where none was given';
comment on table lake.fact_article is 'One row per reading of a revision of an article; never changed but in what follows from other tables (is_current, source, source_name).';

update lake.fact_article
set
    is_current = (fact_article.revision, fact_article.extraction) = (article.current_revision, article.current_extraction),
    source = shown.identity_domain,
    source_name = shown.identity_name
from lake.dim_article as article
cross join lake.dim_source as shown
where article.article_id = fact_article.article_id and shown.source_id = fact_article.source_id;

comment on table lake.dim_article is 'One row per article, whatever the number of its revisions.';

-- It served to look up those articles alone that have several readings.
alter table lake.dim_article set sorted by (article_id);
comment on column lake.dim_article.seen_once is 'To be retired for fact_article.is_current: true where the article has one reading of one revision and was seen once';
