-- The wide columns; quarantined bytes are 07_quarantined's. `staged` streams past a light table on its right; the loader keeps
-- the optimizer from turning the join round, which takes an Arrow table for one row and would hold all of the texts in a hash
-- table (measured with 50,000 articles: 0.8 GB more).

insert into fact_article by name
select
    new_readings.article_id,
    new_readings.revision,
    new_readings.extraction,
    new_readings.cause,
    new_readings.source_id,
    new_readings.feed_id,
    new_readings.extractor_id,
    new_readings.date_id,
    staged.url,
    staged.kind,
    staged.title,
    staged.kicker,
    staged.summary,
    staged.highlights,
    staged.section,
    staged.categories,
    staged.language,
    staged.is_translated,
    staged.headings,
    staged.published_date,
    staged.published_at,
    staged.published_offset,
    staged.published_precision,
    staged.published_origin,
    staged.modified_at,
    new_readings.observed_at,
    new_readings.observed_origin,
    staged.body,
    staged.word_count,
    staged.char_count,
    staged.removed_chars,
    staged.confidence,
    staged.block_set_version,
    staged.is_paywalled,
    staged.origins,
    staged.input_key as path,
    list_transform(coalesce(staged.authors, []), lambda author: author.name) as authors,
    list_transform(
        list_filter(coalesce(staged.authors, []), lambda author: author.kind = 'organisation'), lambda author: author.name
    ) as organisations,
    coalesce(staged.items, []) as items,
    staged.identity_kind,
    coalesce(staged.feed, '(none)') as feed,
    staged.engine,
    staged.content_hash,
    staged.body_hash,
    staged.reading_hash,
    new_readings.input_id,
    getvariable('batch_id') as batch_id,
    getvariable('run_id') as run_id,
    getvariable('now') as loaded_at
from staged
join new_readings using (row);
