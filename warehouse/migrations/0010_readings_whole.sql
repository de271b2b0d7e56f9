-- A reading carries its by-line, its items, its input's key and what makes it the same article, so that the view
-- `article` needs no join of the size of the lake for them: a count of 100,000 articles by source took 37 times what it
-- takes over one flat table. Readings that are there already get them from where they stand.

alter table lake.fact_article add column path varchar;
alter table lake.fact_article add column authors varchar[];
alter table lake.fact_article add column organisations varchar[];
alter table lake.fact_article add column items varchar[];
alter table lake.fact_article add column identity_kind varchar;
alter table lake.fact_article add column feed varchar;
alter table lake.fact_article add column engine varchar;
alter table lake.dim_article add column seen_once boolean;

comment on column lake.fact_article.path is 'Key of the input that it was read from: its path inside the inbox, with "#" and a place for a record';
comment on column lake.fact_article.authors is 'Names in the by-line, in order; empty where none is known (bridge_article_author has their roles)';
comment on column lake.fact_article.organisations is 'Those of the authors that are organisations';
comment on column lake.fact_article.items is 'Items of a roundup, in order; empty for the other kinds (fact_article_item)';
comment on column lake.fact_article.identity_kind is 'What makes it the same article: record, url or input';

comment on column lake.fact_article.feed is 'Feed that the file came by (dim_feed); "(none)" where no feed matches';
comment on column lake.fact_article.engine is 'Engine that read it (dim_extractor)';
comment on column lake.dim_article.seen_once is 'True where the article has one reading of one revision and was seen once: all of it stands in fact_article';

create temp table readings_whole as
with bylines as (
    select
        place.article_id,
        place.revision,
        place.extraction,
        list(author.name order by place.position) as authors,
        list(author.name order by place.position) filter (where author.author_kind = 'organisation') as organisations
    from lake.bridge_article_author as place
    join lake.dim_author as author using (author_id)
    group by all
),

roundups as (
    select article_id, revision, extraction, list(text order by position) as items
    from lake.fact_article_item
    group by all
)

select
    reading.article_id,
    reading.revision,
    reading.extraction,
    input.input_key as path,
    coalesce(bylines.authors, []) as authors,
    coalesce(bylines.organisations, []) as organisations,
    coalesce(roundups.items, []) as items,
    article.identity_kind,
    feed.name as feed,
    extractor.engine
from lake.fact_article as reading
join lake.dim_article as article using (article_id)
join lake.dim_feed as feed on feed.feed_id = reading.feed_id
join lake.dim_extractor as extractor on extractor.extractor_id = reading.extractor_id
left join lake.ops.input as input on input.input_id = reading.input_id
left join bylines
    on bylines.article_id = reading.article_id
    and bylines.revision = reading.revision
    and bylines.extraction = reading.extraction
left join roundups
    on roundups.article_id = reading.article_id
    and roundups.revision = reading.revision
    and roundups.extraction = reading.extraction;

update lake.fact_article as reading
set
    path = whole.path,
    authors = whole.authors,
    organisations = whole.organisations,
    items = whole.items,
    identity_kind = whole.identity_kind,
    feed = whole.feed,
    engine = whole.engine
from readings_whole as whole
where reading.article_id = whole.article_id
    and reading.revision = whole.revision
    and reading.extraction = whole.extraction;

drop table readings_whole;

update lake.dim_article
set seen_once = revisions = 1 and current_revision = 1 and current_extraction = 1 and first_seen_at = last_seen_at;
