-- What was forgotten: that it was, when, why and how much, without any of its content; and by which keys it is known
-- again. Keys are hashes: they recognise a key, and do not give it away to who does not have it.

create table lake.ops.forgotten (
    forgotten_id         bigint not null,
    kind                 varchar not null,
    subject_id           bigint not null,
    reason               varchar not null,
    requested_by         varchar not null,
    articles             bigint not null,
    readings             bigint not null,
    inputs               bigint not null,
    run_id               bigint not null,
    batch_id             bigint not null,
    forgotten_at         timestamptz not null,
    cleared_at           timestamptz
);

comment on table lake.ops.forgotten is 'One row per article, source or input that was forgotten.';
comment on column lake.ops.forgotten.forgotten_id is 'Surrogate id, dense, from 1';
comment on column lake.ops.forgotten.kind is 'article, source or input';
comment on column lake.ops.forgotten.subject_id is 'Its article_id or source_id, which nothing else in the lake has any more; its input_id, which the ledger keeps';
comment on column lake.ops.forgotten.reason is 'Why, in the words of who asked for it';
comment on column lake.ops.forgotten.requested_by is 'The account that asked for it';
comment on column lake.ops.forgotten.articles is 'Articles that were taken out';
comment on column lake.ops.forgotten.readings is 'Readings of them that were taken out';
comment on column lake.ops.forgotten.inputs is 'Inputs that came to state quarantined, for the reason forgotten';
comment on column lake.ops.forgotten.run_id is 'The run that stands for it in the books (ops.run)';
comment on column lake.ops.forgotten.batch_id is 'The batch that stands for it in the books (ops.batch)';
comment on column lake.ops.forgotten.forgotten_at is 'When it was taken out of every table';
comment on column lake.ops.forgotten.cleared_at is 'When the files that had held it were gone; null while that is to be finished';

create table lake.ops.forgotten_key (
    forgotten_id         bigint not null,
    key_kind             varchar not null,
    key_hash             varchar not null
);

comment on table lake.ops.forgotten_key is 'One row per key by which something forgotten is known again, and not loaded.';
comment on column lake.ops.forgotten_key.forgotten_id is 'What was forgotten (ops.forgotten)';
comment on column lake.ops.forgotten_key.key_kind is 'identity (of an article) or source';
comment on column lake.ops.forgotten_key.key_hash is 'SHA-256 of the key, 64 hex digits';

create table lake.ops.forgotten_reading (
    forgotten_id         bigint not null,
    article_id           bigint not null,
    revision             integer not null,
    extraction           integer not null,
    cause                varchar not null,
    batch_id             bigint not null
);

comment on table lake.ops.forgotten_reading is 'One row per reading that was taken out: the books of its batch still count it.';
comment on column lake.ops.forgotten_reading.forgotten_id is 'What was forgotten (ops.forgotten)';
comment on column lake.ops.forgotten_reading.article_id is 'The article; the id is not given out again';
comment on column lake.ops.forgotten_reading.revision is 'Its revision';
comment on column lake.ops.forgotten_reading.extraction is 'Its extraction';
comment on column lake.ops.forgotten_reading.cause is 'Why the reading had been made: new, edited or re-extracted';
comment on column lake.ops.forgotten_reading.batch_id is 'The batch that had loaded it';
