-- The first schema: facts and dimensions in `lake.main`, the books of the pipeline in `lake.ops`.
--
-- DuckLake has no keys, checks or sequences. Surrogate ids are dense BIGINTs given out under the commit lock; 0 is
-- "unknown". Uniqueness and references are audited by SQL inside each loading transaction. Column types are final:
-- widening a column, with the default, update and merge that go with it, leaves corrupt statistics behind in DuckLake 1.0,
-- so ids are BIGINT and counts INTEGER or BIGINT from the start.

create schema lake.ops;

create table lake.ops.migration (
    version              integer not null,
    name                 varchar not null,
    checksum             varchar not null,
    applied_at           timestamptz not null
);

create table lake.ops.model (
    name                 varchar not null,
    checksum             varchar not null,
    applied_at           timestamptz not null
);

create table lake.fact_article (
    article_id           bigint not null,
    revision             integer not null,
    extraction           integer not null,
    cause                varchar not null,
    source_id            bigint not null,
    feed_id              bigint not null,
    extractor_id         bigint not null,
    date_id              bigint not null,
    url                  varchar,
    kind                 varchar not null,
    title                varchar,
    kicker               varchar,
    summary              varchar,
    highlights           varchar[],
    section              varchar,
    categories           varchar[],
    language             varchar,
    is_translated        boolean,
    headings             varchar[],
    published_date       date,
    published_at         timestamptz,
    published_offset     integer,
    published_precision  varchar,
    published_origin     varchar,
    modified_at          timestamptz,
    observed_at          timestamptz not null,
    observed_origin      varchar not null,
    body                 varchar not null,
    word_count           integer not null,
    char_count           integer not null,
    removed_chars        integer not null,
    confidence           float,
    origins              map(varchar, varchar),
    content_hash         varchar not null,
    body_hash            varchar not null,
    reading_hash         varchar not null,
    input_id             bigint not null,
    batch_id             bigint not null,
    run_id               bigint not null,
    loaded_at            timestamptz not null
);

create table lake.dim_article (
    article_id           bigint not null,
    identity_key         varchar not null,
    identity_kind        varchar not null,
    source_id            bigint not null,
    current_revision     integer not null,
    current_extraction   integer not null,
    revisions            integer not null,
    first_seen_at        timestamptz not null,
    last_seen_at         timestamptz not null
);

create table lake.dim_source (
    source_id            bigint not null,
    domain               varchar,
    name                 varchar,
    first_seen_at        timestamptz not null,
    last_seen_at         timestamptz not null
);

create table lake.dim_source_alias (
    source_id            bigint not null,
    alias                varchar not null,
    alias_kind           varchar not null,
    valid_from           timestamptz not null,
    valid_to             timestamptz
);

create table lake.dim_author (
    author_id            bigint not null,
    name                 varchar not null,
    author_kind          varchar not null
);

create table lake.bridge_article_author (
    article_id           bigint not null,
    revision             integer not null,
    extraction           integer not null,
    position             integer not null,
    author_id            bigint not null,
    role                 varchar
);

create table lake.dim_date (
    date_id              bigint not null,
    day                  date,
    year                 integer,
    quarter              integer,
    month                integer,
    day_of_month         integer,
    iso_year             integer,
    iso_week             integer,
    iso_weekday          integer,
    is_weekend           boolean
);

create table lake.dim_feed (
    feed_id              bigint not null,
    name                 varchar not null,
    pattern              varchar,
    source               varchar,
    language             varchar,
    rhythm               varchar
);

create table lake.dim_extractor (
    extractor_id         bigint not null,
    engine               varchar not null,
    version              varchar not null,
    rules_hash           varchar not null
);

create table lake.fact_article_item (
    article_id           bigint not null,
    revision             integer not null,
    extraction           integer not null,
    position             integer not null,
    text                 varchar not null
);

create table lake.removed_block (
    block_id             bigint not null,
    text_hash            varchar not null,
    text                 varchar not null,
    char_count           integer not null
);

create table lake.fact_removed_text (
    article_id           bigint not null,
    revision             integer not null,
    extraction           integer not null,
    position             integer not null,
    block_id             bigint not null,
    start_char           integer not null,
    end_char             integer not null,
    role                 varchar not null,
    rule_id              varchar not null
);

create table lake.ops.run (
    run_id               bigint not null,
    state                varchar not null,
    inbox                varchar not null,
    started_at           timestamptz not null,
    ended_at             timestamptz,
    listed               bigint,
    unchanged            bigint,
    picked_up            bigint,
    loaded               bigint,
    quarantined          bigint,
    duplicate            bigint,
    held                 bigint,
    failed               bigint,
    container            bigint,
    batches              integer,
    message              varchar,
    newslake_version     varchar not null,
    flow_run_id          varchar
);

create table lake.ops.batch (
    batch_id             bigint not null,
    run_id               bigint not null,
    inputs               bigint not null,
    loaded               bigint not null,
    quarantined          bigint not null,
    duplicate            bigint not null,
    failed               bigint not null,
    failed_again         bigint not null,
    container            bigint not null,
    unchanged            bigint not null,
    articles_new         bigint not null,
    articles_edited      bigint not null,
    articles_reextracted bigint not null,
    articles_same        bigint not null,
    bytes                bigint not null,
    committed_at         timestamptz not null
);

create table lake.ops.input (
    input_id             bigint not null,
    input_key            varchar not null,
    content_hash         varchar,
    file_key             varchar not null,
    record               varchar,
    feed_id              bigint not null,
    source_id            bigint not null,
    format               varchar,
    state                varchar not null,
    reason               varchar,
    detail               varchar,
    duplicate_of         bigint,
    article_id           bigint,
    revision             integer,
    extraction           integer,
    size                 bigint not null,
    mtime_ns             bigint,
    etag                 varchar,
    is_latest            boolean not null,
    run_id               bigint not null,
    batch_id             bigint not null,
    recorded_at          timestamptz not null
);

create table lake.ops.input_history (
    input_id             bigint not null,
    input_key            varchar not null,
    content_hash         varchar,
    state                varchar not null,
    reason               varchar,
    run_id               bigint not null,
    batch_id             bigint not null,
    recorded_at          timestamptz not null,
    replaced_in_batch    bigint not null
);

create table lake.ops.expectation_result (
    run_id               bigint not null,
    batch_id             bigint not null,
    suite                varchar not null,
    rule_id              varchar not null,
    expectation          varchar not null,
    column_name          varchar,
    outcome              varchar not null,
    severity             varchar not null,
    success              boolean not null,
    evaluated            bigint,
    unexpected           bigint,
    observed             varchar,
    recorded_at          timestamptz not null
);

create table lake.ops.field_fault (
    input_id             bigint not null,
    field                varchar not null,
    raw_value            varchar,
    rule_id              varchar not null,
    run_id               bigint not null,
    batch_id             bigint not null,
    recorded_at          timestamptz not null
);

create table lake.ops.quarantine (
    quarantine_id        bigint not null,
    input_id             bigint not null,
    reasons              struct(reason varchar, detail varchar)[] not null,
    raw                  blob,
    run_id               bigint not null,
    batch_id             bigint not null,
    recorded_at          timestamptz not null
);

create table lake.ops.alert (
    alert_id             bigint not null,
    run_id               bigint not null,
    cause                varchar not null,
    severity             varchar not null,
    title                varchar not null,
    message              varchar not null,
    channels             varchar[],
    delivered            boolean not null,
    problem              varchar,
    sent_at              timestamptz not null
);

alter table lake.fact_article set partitioned by (year(loaded_at), month(loaded_at));
alter table lake.fact_article set sorted by (source_id, published_date);

-- Row 0 of a dimension is "unknown", so that a fact's id always finds its row.
insert into lake.dim_source values (0, null, null, timestamptz '1970-01-01 00:00:00+00', timestamptz '1970-01-01 00:00:00+00');
insert into lake.dim_author values (0, 'unknown', 'unknown');
insert into lake.dim_feed values (0, '(none)', null, null, null, null);
insert into lake.dim_extractor values (0, 'unknown', 'unknown', 'unknown');
insert into lake.dim_date values (0, null, null, null, null, null, null, null, null, null);

-- Every day that a validated publication date can fall on; the id counts days from 1800-01-01, which is 1.
insert into lake.dim_date
select
    row_number() over (order by day),
    day,
    year(day),
    quarter(day),
    month(day),
    dayofmonth(day),
    isoyear(day),
    weekofyear(day),
    isodow(day),
    isodow(day) >= 6
from (select unnest(generate_series(timestamp '1800-01-01', timestamp '2100-12-31', interval 1 day))::date as day)
order by day;
