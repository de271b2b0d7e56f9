-- What a run at schema 3 added: a block of the site that was learned.
insert into site_block by name
select 1 as source_id, 'h1' as text_hash, 'Recent Posts' as text, 'tail' as place, 1 as learned_version, 8 as articles,
    8 as recent_articles, timestamptz '2026-01-04 00:00:00+00' as first_seen_at,
    timestamptz '2026-01-05 00:00:00+00' as last_seen_at;
insert into ops.block_learning by name
select 1 as run_id, 1 as version, 2 as last_batch_id, 1 as sites, 1 as learned, 0 as aged,
    timestamptz '2026-01-05 06:01:00+00' as recorded_at;
insert into ops.site_template by name
select 1 as run_id, 1 as source_id, 3 as inputs, 0 as past_inputs, 1 as articles, 0 as past_articles,
    0.5 as with_article, [] as signs, timestamptz '2026-01-05 06:01:00+00' as recorded_at;
