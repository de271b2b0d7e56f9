-- What a run at schema 1 left: two revisions of an article with all that hangs on it, a copy, a refused page, a failure.
insert into ops.run by name
select 1 as run_id, 'completed' as state, '/inbox' as inbox, timestamptz '2026-01-05 06:00:00+00' as started_at,
    timestamptz '2026-01-05 06:01:00+00' as ended_at, 5 as listed, 0 as unchanged, 5 as picked_up, 2 as loaded,
    1 as quarantined, 1 as duplicate, 0 as held, 1 as failed, 0 as container, 2 as batches, '0.1.0' as newslake_version;
insert into ops.batch by name
from (values
    (1, 1, 4, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 900, timestamptz '2026-01-05 06:00:30+00'),
    (2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 400, timestamptz '2026-01-05 06:00:50+00')
) as batch(batch_id, run_id, inputs, loaded, quarantined, duplicate, failed, failed_again, container, unchanged,
    articles_new, articles_edited, articles_reextracted, articles_same, bytes, committed_at);
insert into dim_source by name
select 1 as source_id, 'port.example' as domain, 'The Port' as name, timestamptz '2026-01-04 00:00:00+00' as first_seen_at,
    timestamptz '2026-01-05 00:00:00+00' as last_seen_at;
insert into dim_source_alias by name
select 1 as source_id, 'The Port' as alias, 'name' as alias_kind, timestamptz '2026-01-04 00:00:00+00' as valid_from,
    null::timestamptz as valid_to;
insert into dim_feed by name
select 1 as feed_id, 'harbour' as name, '*.html' as pattern, null as source, 'en' as language, 'daily' as rhythm;
insert into dim_extractor by name
select 1 as extractor_id, 'text' as engine, '1' as version, 'aa' as rules_hash;
insert into dim_author by name
select 1 as author_id, 'Ina Halvorsen' as name, 'person' as author_kind;
insert into dim_article by name
select 1 as article_id, 'https://port.example/storm' as identity_key, 'url' as identity_kind, 1 as source_id,
    2 as current_revision, 1 as current_extraction, 2 as revisions, timestamptz '2026-01-04 00:00:00+00' as first_seen_at,
    timestamptz '2026-01-05 00:00:00+00' as last_seen_at;
insert into fact_article by name
select 1 as article_id, revision, 1 as extraction, cause, 1 as source_id, 1 as feed_id, 1 as extractor_id,
    (select date_id from dim_date where day = date '2026-01-04') as date_id, 'https://port.example/storm' as url,
    'article' as kind, 'Storm closes the harbour' as title, ['wind'] as highlights, ['weather'] as categories,
    'en' as language, [] as headings, date '2026-01-04' as published_date, 'day' as published_precision,
    'page' as published_origin, observed_at, 'sidecar' as observed_origin, body, 7 as word_count,
    length(body) as char_count, 12 as removed_chars, 0.5 as confidence, map {'title': 'page'} as origins, content_hash,
    'b' || revision as body_hash, 'r' || revision as reading_hash, input_id, revision as batch_id, 1 as run_id,
    timestamptz '2026-01-05 06:00:30+00' as loaded_at
from (values
    (1, 'new', timestamptz '2026-01-04 00:00:00+00', 'Ferries stay in port.', 'c1', 1),
    (2, 'edited', timestamptz '2026-01-05 00:00:00+00', 'Ferries stay in port until noon.', 'c2', 5)
) as reading(revision, cause, observed_at, body, content_hash, input_id);
insert into bridge_article_author by name
select 1 as article_id, revision, 1 as extraction, 1 as position, 1 as author_id, 'author' as role
from (values (1), (2)) as reading(revision);
insert into fact_article_item by name
select 1 as article_id, 1 as revision, 1 as extraction, 1 as position, 'An item' as text;
insert into removed_block by name
select 1 as block_id, 'h1' as text_hash, 'Recent Posts' as text, 12 as char_count;
insert into fact_removed_text by name
select 1 as article_id, revision, 1 as extraction, 1 as position, 1 as block_id, 23 as start_char, 35 as end_char,
    'boilerplate' as role, 'text.teasers' as rule_id
from (values (1), (2)) as reading(revision);
insert into ops.input by name
from (values
    (1, 'a.html', 'c1', 1, 1, 'loaded', null, null, null, 1, 1, 1, 300, false, 1),
    (2, 'b.html', 'c1', 1, 1, 'duplicate', null, null, 1, null, null, null, 300, true, 1),
    (3, 'c.html', 'c3', 1, 0, 'quarantined', 'not_an_article', 'c.html: it says Not Found', null, null, null, null, 300, true, 1),
    (4, 'd.html', null, 0, 0, 'failed', 'unreadable', 'd.html: permission denied', null, null, null, null, 0, true, 1),
    (5, 'a.html', 'c2', 1, 1, 'loaded', null, null, null, 1, 2, 1, 400, true, 2)
) as input(input_id, input_key, content_hash, feed_id, source_id, state, reason, detail, duplicate_of, article_id,
    revision, extraction, size, is_latest, batch_id)
select input.*, input_key as file_key, 'html' as format, 1767500000000000000 as mtime_ns, 1 as run_id,
    timestamptz '2026-01-05 06:00:30+00' as recorded_at;
insert into ops.quarantine by name
select 1 as quarantine_id, 3 as input_id,
    [{'reason': 'not_an_article', 'detail': 'c.html: it says Not Found'}] as reasons, 'bytes'::blob as raw, 1 as run_id,
    1 as batch_id, timestamptz '2026-01-05 06:00:30+00' as recorded_at;
insert into ops.field_fault by name
select 1 as input_id, 'published_at' as field, '32 January' as raw_value, 'date.impossible' as rule_id, 1 as run_id,
    1 as batch_id, timestamptz '2026-01-05 06:00:30+00' as recorded_at;
insert into ops.expectation_result by name
select 1 as run_id, 1 as batch_id, 'row' as suite, 'body.present' as rule_id, 'expect' as expectation,
    'body' as column_name, 'quarantine' as outcome, 'critical' as severity, true as success, 4 as evaluated,
    0 as unexpected, timestamptz '2026-01-05 06:00:30+00' as recorded_at;
insert into ops.alert by name
select 1 as alert_id, 1 as run_id, 'rejected_share' as cause, 'warning' as severity, 'Many were refused' as title,
    '2 of 5' as message, ['json'] as channels, true as delivered, timestamptz '2026-01-05 06:01:00+00' as sent_at;
