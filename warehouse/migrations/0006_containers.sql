-- What of a container is no article by its kind: images, redirects and requests in a WARC file, names that the settings
-- ignore in an archive. They are no inputs, so they are counted, with the first of each as an example.

create table lake.ops.passed_over (
    input_id             bigint not null,
    reason               varchar not null,
    records              bigint not null,
    example              varchar not null,
    run_id               bigint not null,
    batch_id             bigint not null,
    recorded_at          timestamptz not null
);
comment on table lake.ops.passed_over is 'One row per container and reason for which records of it are no articles by their kind; they are no inputs.';
comment on column lake.ops.passed_over.input_id is 'The container';
comment on column lake.ops.passed_over.reason is 'Stable word: warc_request, http_status_4xx, not_html, ignored_by_name and so on';
comment on column lake.ops.passed_over.records is 'Records of the container that were passed over for it';
comment on column lake.ops.passed_over.example is 'Place in the container of the first of them';
comment on column lake.ops.passed_over.run_id is 'Run that read the container';
comment on column lake.ops.passed_over.batch_id is 'Batch that recorded it';
comment on column lake.ops.passed_over.recorded_at is 'When it was recorded';
