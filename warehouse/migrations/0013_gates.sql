-- Gates: what a slice of a run (a feed's or a source's inputs) was judged by, what was held back, and who let it through or
-- dropped it. What is held waits as it was staged, so that letting it through loads what an undisturbed run would have.
-- Sources in `sources` are hashes: whatever is forgotten of a source leaves no name behind in the counts of its feeds.

alter table lake.ops.batch add column held bigint;
comment on column lake.ops.batch.held is 'Inputs that wait behind a gate; null, in batches from before there were gates, for none';

comment on column lake.ops.run.kind is 'ingest, replay (readings made again), quarantine_replay, accept or discard (of what a gate held) or forget; null, in runs from before it was recorded, for ingest';

create table lake.ops.gate (
    run_id               bigint not null,
    piece                integer not null,
    unit                 varchar not null,
    name                 varchar not null,
    verdict              varchar not null,
    inputs               bigint not null,
    rejected             bigint not null,
    articles             bigint not null,
    with_title           bigint not null,
    with_published       bigint not null,
    with_language        bigint not null,
    impossible_dates     bigint not null,
    outside_dates        bigint not null,
    same_bytes           bigint not null,
    same_bodies          bigint not null,
    languages            map(varchar, bigint) not null,
    sources              map(varchar, bigint) not null,
    history              integer not null,
    judged_at            timestamptz not null
);

comment on table lake.ops.gate is 'One row per run, piece and slice (the inputs of a feed, else of a source) that came before a gate: its counts and the verdict.';
comment on column lake.ops.gate.run_id is 'The run';
comment on column lake.ops.gate.piece is 'Part of the run, from 1; a run of more rows than gates.max_rows is judged in several';
comment on column lake.ops.gate.unit is 'feed, source (of inputs without a feed) or rest (of inputs without both)';
comment on column lake.ops.gate.name is 'Name of the feed, domain or name of the source; empty for the rest';
comment on column lake.ops.gate.verdict is 'passed, held, or too_few to be judged';
comment on column lake.ops.gate.inputs is 'Records of the slice that were read: containers count their records, and what could not be opened is not among them';
comment on column lake.ops.gate.rejected is 'Of these, refused by their reader or by a rule';
comment on column lake.ops.gate.articles is 'Of these, articles that nothing speaks against';
comment on column lake.ops.gate.with_title is 'Articles with a title';
comment on column lake.ops.gate.with_published is 'Articles with a date of publication';
comment on column lake.ops.gate.with_language is 'Articles with a language';
comment on column lake.ops.gate.impossible_dates is 'Articles whose date of publication was impossible and became null';
comment on column lake.ops.gate.outside_dates is 'Articles with a date of publication before the window of the settings';
comment on column lake.ops.gate.same_bytes is 'Records with the bytes of an earlier one of the slice';
comment on column lake.ops.gate.same_bodies is 'Articles with the body of an earlier one of the slice';
comment on column lake.ops.gate.languages is 'Articles by language';
comment on column lake.ops.gate.sources is 'Articles by source, each given by the first 16 digits of the xxh3-128 of its domain or name';
comment on column lake.ops.gate.history is 'Earlier slices of the same feed or source that it was held against';
comment on column lake.ops.gate.judged_at is 'When it was judged';

create table lake.ops.gate_breach (
    run_id               bigint not null,
    piece                integer not null,
    unit                 varchar not null,
    name                 varchar not null,
    measure              varchar not null,
    observed             double not null,
    bound                double not null,
    usual                double,
    why                  varchar not null,
    remedy               varchar not null
);

comment on table lake.ops.gate_breach is 'One row per bound that a slice passed, for which it was held.';
comment on column lake.ops.gate_breach.run_id is 'The run';
comment on column lake.ops.gate_breach.piece is 'Part of the run, as in ops.gate';
comment on column lake.ops.gate_breach.unit is 'feed, source or rest';
comment on column lake.ops.gate_breach.name is 'Name of the feed or source; empty for the rest';
comment on column lake.ops.gate_breach.measure is 'Stable id of the measure, such as gate.rejected_share';
comment on column lake.ops.gate_breach.observed is 'What was measured: a share from 0 to 1, or a number of inputs';
comment on column lake.ops.gate_breach.bound is 'The bound that it passed';
comment on column lake.ops.gate_breach.usual is 'The same of the earlier slices; null where the bound is one of the settings alone';
comment on column lake.ops.gate_breach.why is 'What is wrong, in words';
comment on column lake.ops.gate_breach.remedy is 'What to look at';

create table lake.ops.gate_decision (
    run_id               bigint not null,
    unit                 varchar not null,
    name                 varchar not null,
    decision             varchar not null,
    reason               varchar not null,
    decided_by           varchar not null,
    decided_in_run       bigint not null,
    decided_at           timestamptz not null
);

comment on table lake.ops.gate_decision is 'One row per held slice and decision about it; a second one is about what the first had left, having been killed.';
comment on column lake.ops.gate_decision.run_id is 'The run that had held it';
comment on column lake.ops.gate_decision.unit is 'feed, source or rest';
comment on column lake.ops.gate_decision.name is 'Name of the feed or source; empty for the rest';
comment on column lake.ops.gate_decision.decision is 'accepted (loaded) or discarded (quarantined, for the reason gate_discarded)';
comment on column lake.ops.gate_decision.reason is 'Why, in the words of who decided';
comment on column lake.ops.gate_decision.decided_by is 'Account that decided';
comment on column lake.ops.gate_decision.decided_in_run is 'The run that carried it out';
comment on column lake.ops.gate_decision.decided_at is 'When';

create table lake.ops.held (
    input_id             bigint not null,
    run_id               bigint not null,
    unit                 varchar not null,
    slice                varchar not null,
    extractor_id         bigint,
    input_key            varchar not null,
    file_key             varchar not null,
    record               varchar,
    feed                 varchar,
    size                 bigint,
    mtime_ns             bigint,
    etag                 varchar,
    content_hash         varchar,
    format               varchar,
    raw                  blob,
    outcome              varchar not null,
    reason               varchar,
    detail               varchar,
    passed_over          struct(reason varchar, records bigint, example varchar)[],
    engine               varchar,
    identity_key         varchar,
    identity_kind        varchar,
    kind                 varchar,
    title                varchar,
    kicker               varchar,
    summary              varchar,
    highlights           varchar[],
    authors              struct(name varchar, kind varchar, role varchar)[],
    published_date       date,
    published_at         timestamptz,
    published_offset     integer,
    published_precision  varchar,
    published_origin     varchar,
    modified_at          timestamptz,
    observed_at          timestamptz,
    observed_origin      varchar,
    url                  varchar,
    source               varchar,
    source_name          varchar,
    section              varchar,
    categories           varchar[],
    language             varchar,
    is_translated        boolean,
    is_paywalled         boolean,
    headings             varchar[],
    items                varchar[],
    body                 varchar,
    word_count           integer,
    char_count           integer,
    removed_chars        integer,
    body_hash            varchar,
    reading_hash         varchar,
    confidence           float,
    block_set_version    integer,
    origins              map(varchar, varchar),
    removed              struct("start" integer, "end" integer, role varchar, rule varchar, "text" varchar, text_hash varchar)[],
    faults               struct(field varchar, raw_value varchar, rule varchar)[]
);

comment on table lake.ops.held is 'One row per input that waits behind a gate, as it was read; the row goes once the input is let through or dropped.';
comment on column lake.ops.held.input_id is 'The input (ops.input)';
comment on column lake.ops.held.run_id is 'The run that held it (ops.gate)';
comment on column lake.ops.held.unit is 'Unit of its slice: feed, source or rest';
comment on column lake.ops.held.slice is 'Name of its slice; empty for the rest';
comment on column lake.ops.held.extractor_id is 'The engine, version and rules that read it (dim_extractor); null where it gave no article';
comment on column lake.ops.held.input_key is 'Path inside the inbox; a record of a container adds "#" and its place';
comment on column lake.ops.held.file_key is 'Path of the file inside the inbox';
comment on column lake.ops.held.record is 'Place of the record in its container; null where the file is the record';
comment on column lake.ops.held.feed is 'Name of its feed';
comment on column lake.ops.held.size is 'Bytes';
comment on column lake.ops.held.mtime_ns is 'Modification time of the file, nanoseconds since 1970';
comment on column lake.ops.held.etag is 'Version tag of an object store';
comment on column lake.ops.held.content_hash is 'xxh3-128 of the bytes';
comment on column lake.ops.held.format is 'Shape that the reader recognised';
comment on column lake.ops.held.raw is 'The bytes, zstd; null where the settings keep none';
comment on column lake.ops.held.outcome is 'article, or rejected by its reader';
comment on column lake.ops.held.reason is 'Why its reader rejected it';
comment on column lake.ops.held.detail is 'What is wrong with it and what can be done';
comment on column lake.ops.held.passed_over is 'Of containers only, which are not held';
comment on column lake.ops.held.engine is 'The engine that read it';
comment on column lake.ops.held.identity_key is 'Key by which the article is known again';
comment on column lake.ops.held.identity_kind is 'record, url or input';
comment on column lake.ops.held.kind is 'Kind of piece';
comment on column lake.ops.held.title is 'Headline';
comment on column lake.ops.held.kicker is 'The line above the headline';
comment on column lake.ops.held.summary is 'Standfirst or summary';
comment on column lake.ops.held.highlights is 'Key points';
comment on column lake.ops.held.authors is 'By-line';
comment on column lake.ops.held.published_date is 'Day of publication';
comment on column lake.ops.held.published_at is 'Moment of publication';
comment on column lake.ops.held.published_offset is 'Offset from UTC in minutes';
comment on column lake.ops.held.published_precision is 'second, minute, day, month or year';
comment on column lake.ops.held.published_origin is 'Where the date comes from';
comment on column lake.ops.held.modified_at is 'Moment of the last change, as declared';
comment on column lake.ops.held.observed_at is 'When it was fetched';
comment on column lake.ops.held.observed_origin is 'Where that comes from';
comment on column lake.ops.held.url is 'Address';
comment on column lake.ops.held.source is 'Registrable domain of the source';
comment on column lake.ops.held.source_name is 'Name of the source';
comment on column lake.ops.held.section is 'Part of the publication';
comment on column lake.ops.held.categories is 'Categories and tags';
comment on column lake.ops.held.language is 'Language of the text';
comment on column lake.ops.held.is_translated is 'Whether it says that it was translated by machine';
comment on column lake.ops.held.is_paywalled is 'Whether it declares that it is not free to read';
comment on column lake.ops.held.headings is 'Section headings';
comment on column lake.ops.held.items is 'Items of a roundup';
comment on column lake.ops.held.body is 'The text';
comment on column lake.ops.held.word_count is 'Words of the body';
comment on column lake.ops.held.char_count is 'Characters of the body';
comment on column lake.ops.held.removed_chars is 'Characters that were cut';
comment on column lake.ops.held.body_hash is 'xxh3-128 of the body';
comment on column lake.ops.held.reading_hash is 'xxh3-128 of every field';
comment on column lake.ops.held.confidence is 'How sure the reader is, 0 to 1';
comment on column lake.ops.held.block_set_version is 'Version of the site''s blocks that were cut';
comment on column lake.ops.held.origins is 'Where each field comes from';
comment on column lake.ops.held.removed is 'What was cut, and by which rule';
comment on column lake.ops.held.faults is 'Values that the reader could not use';
