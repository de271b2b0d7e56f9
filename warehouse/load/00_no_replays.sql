-- replays, of a batch that reads no input of the lake again: no row, and no look at the lake.
create or replace temp table replays (
    row             bigint,
    input_id        bigint,
    state           varchar,
    etag            varchar,
    is_latest       boolean,
    article_id      bigint,
    revision        integer,
    extraction      integer,
    reading_hash    varchar,
    body_hash       varchar,
    observed_at     timestamptz,
    observed_origin varchar,
    reasons         struct(reason varchar, detail varchar)[]
);
