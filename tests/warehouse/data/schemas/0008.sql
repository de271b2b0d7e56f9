-- What a forgetting at schema 8 added: an article whose only input and reading are gone.
insert into ops.run by name
select 2 as run_id, 'completed' as state, '' as inbox, timestamptz '2026-01-06 06:00:00+00' as started_at,
    timestamptz '2026-01-06 06:00:00+00' as ended_at, 0 as listed, 0 as unchanged, 1 as picked_up, 0 as loaded,
    1 as quarantined, 0 as duplicate, 0 as held, 0 as failed, 0 as container, 1 as batches, '0.1.0' as newslake_version;
insert into ops.batch by name
select 3 as batch_id, 2 as run_id, 1 as inputs, 0 as loaded, 1 as quarantined, 0 as duplicate, 0 as failed,
    0 as failed_again, 0 as container, 0 as unchanged, 0 as articles_new, 0 as articles_edited,
    0 as articles_reextracted, 0 as articles_same, 0 as bytes, timestamptz '2026-01-06 06:00:00+00' as committed_at;
update ops.batch set inputs = inputs + 1, loaded = loaded + 1, articles_new = articles_new + 1 where batch_id = 2;
update ops.run set picked_up = picked_up + 1, loaded = loaded + 1 where run_id = 1;
insert into ops.input by name
select 6 as input_id, 'e.html' as input_key, 'c6' as content_hash, 'e.html' as file_key, 0 as feed_id, 0 as source_id,
    'html' as format, 'quarantined' as state, 'forgotten' as reason, 'it was forgotten' as detail, 100 as size,
    true as is_latest, 2 as run_id, 3 as batch_id, timestamptz '2026-01-06 06:00:00+00' as recorded_at;
insert into ops.input_history by name
select 6 as input_id, 'e.html' as input_key, 'c6' as content_hash, 'loaded' as state, 1 as run_id, 2 as batch_id,
    timestamptz '2026-01-05 06:00:50+00' as recorded_at, 3 as replaced_in_batch;
insert into ops.quarantine by name
select 2 as quarantine_id, 6 as input_id, [{'reason': 'forgotten', 'detail': 'it was forgotten'}] as reasons,
    2 as run_id, 3 as batch_id, timestamptz '2026-01-06 06:00:00+00' as recorded_at;
insert into ops.forgotten by name
select 1 as forgotten_id, 'article' as kind, 2 as subject_id, 'asked' as reason, 'steward' as requested_by,
    1 as articles, 1 as readings, 1 as inputs, 2 as run_id, 3 as batch_id,
    timestamptz '2026-01-06 06:00:00+00' as forgotten_at, timestamptz '2026-01-06 06:00:10+00' as cleared_at;
insert into ops.forgotten_key by name
select 1 as forgotten_id, 'identity' as key_kind, 'ab' as key_hash;
insert into ops.forgotten_reading by name
select 1 as forgotten_id, 2 as article_id, 1 as revision, 1 as extraction, 'new' as cause, 2 as batch_id;
