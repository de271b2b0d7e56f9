-- Blocks learned per site: the set, what each run learned and from how far, and how each site's pages came out.
--
-- The new column of the readings has no default and may be null: DuckLake's statistics do not bear a default that is
-- added later, and rows that are there already are not rewritten for it. Null stands for 0.

alter table lake.fact_article add column block_set_version integer;
comment on column lake.fact_article.block_set_version is 'Version of the site blocks that the body was stripped of; 0, or null in readings from before there were any, for none';

create table lake.site_block (
    source_id            bigint not null,
    text_hash            varchar not null,
    text                 varchar not null,
    place                varchar not null,
    learned_version      integer not null,
    aged_version         integer,
    articles             integer not null,
    recent_articles      integer not null,
    first_seen_at        timestamptz not null,
    last_seen_at         timestamptz not null
);

comment on table lake.site_block is 'One row per line that was learned as a recurring block of a site, and per time that it was learned.';
comment on column lake.site_block.source_id is 'The site (dim_source)';
comment on column lake.site_block.text_hash is 'xxh3-128 of its text';
comment on column lake.site_block.text is 'The line, its white space evened out';
comment on column lake.site_block.place is 'Where in a body it is cut: head, tail or anywhere';
comment on column lake.site_block.learned_version is 'First version of the set that holds it';
comment on column lake.site_block.aged_version is 'First version of the set without it, since the site shows it no more; null while it is in force';
comment on column lake.site_block.articles is 'How many of the site''s recent articles showed it, when a run last looked';
comment on column lake.site_block.recent_articles is 'How many recent articles that run looked at';
comment on column lake.site_block.first_seen_at is 'Earliest observation of an article with it, of those that were looked at';
comment on column lake.site_block.last_seen_at is 'Latest observation of an article with it';

create table lake.ops.block_learning (
    run_id               bigint not null,
    version              integer not null,
    last_batch_id        bigint not null,
    sites                integer not null,
    learned              integer not null,
    aged                 integer not null,
    recorded_at          timestamptz not null
);

comment on table lake.ops.block_learning is 'One row per run at whose end blocks were learned, or found not to have changed.';
comment on column lake.ops.block_learning.run_id is 'The run';
comment on column lake.ops.block_learning.version is 'Version of the set after it, in force from the next run on';
comment on column lake.ops.block_learning.last_batch_id is 'Newest batch that it took into account';
comment on column lake.ops.block_learning.sites is 'Sites that had new inputs and were looked at';
comment on column lake.ops.block_learning.learned is 'Blocks that the version before does not hold';
comment on column lake.ops.block_learning.aged is 'Blocks of the version before that their sites show no more';
comment on column lake.ops.block_learning.recorded_at is 'When it was recorded';

create table lake.ops.site_template (
    run_id               bigint not null,
    source_id            bigint not null,
    inputs               integer not null,
    past_inputs          integer not null,
    articles             integer not null,
    past_articles        integer not null,
    with_article         double not null,
    past_with_article    double,
    median_chars         double,
    past_median_chars    double,
    with_block           double,
    past_with_block      double,
    with_title           double,
    past_with_title      double,
    with_author          double,
    past_with_author     double,
    with_date            double,
    past_with_date       double,
    signs                varchar[] not null,
    recorded_at          timestamptz not null
);

comment on table lake.ops.site_template is 'One row per run and site with new inputs: how its pages came out, beside the site''s own recent past.';
comment on column lake.ops.site_template.run_id is 'The run';
comment on column lake.ops.site_template.source_id is 'The site (dim_source)';
comment on column lake.ops.site_template.inputs is 'Its inputs that were loaded or quarantined since the last run that learned';
comment on column lake.ops.site_template.past_inputs is 'The same before';
comment on column lake.ops.site_template.with_article is 'Share of the new inputs that gave an article, 0 to 1; a page whose site is unknown since nothing of it could be read is not among them';
comment on column lake.ops.site_template.past_with_article is 'The same of the past';
comment on column lake.ops.site_template.articles is 'Articles with a reading that is new since the last run that learned';
comment on column lake.ops.site_template.past_articles is 'Articles before them that they are compared with, 100 at most';
comment on column lake.ops.site_template.median_chars is 'Median length of the new bodies, in characters';
comment on column lake.ops.site_template.past_median_chars is 'The same of the past';
comment on column lake.ops.site_template.with_block is 'Share of the new readings from which a learned block was cut, 0 to 1';
comment on column lake.ops.site_template.past_with_block is 'The same of the past';
comment on column lake.ops.site_template.with_title is 'Share of the new readings with a title';
comment on column lake.ops.site_template.past_with_title is 'The same of the past';
comment on column lake.ops.site_template.with_author is 'Share of the new readings with an author';
comment on column lake.ops.site_template.past_with_author is 'The same of the past';
comment on column lake.ops.site_template.with_date is 'Share of the new readings with a publication date';
comment on column lake.ops.site_template.past_with_date is 'The same of the past';
comment on column lake.ops.site_template.signs is 'What speaks for a changed template: articles_gone, short_bodies, blocks_gone, titles_gone, authors_gone, dates_gone; empty where nothing does';
comment on column lake.ops.site_template.recorded_at is 'When it was recorded';
