-- One row per reading of the article, oldest first: where it came from and how its fields were found.
select
    f.article_id,
    f.revision,
    f.extraction,
    f.cause,
    a.identity_kind,
    a.identity_key,
    a.current_revision = f.revision and a.current_extraction = f.extraction as is_current,
    i.input_key,
    i.content_hash,
    i.format,
    s.domain as source,
    e.engine || ' ' || e.version as extractor,
    e.rules_hash,
    f.kind,
    f.title,
    f.language,
    f.published_date,
    f.published_at,
    f.published_precision,
    f.observed_at,
    f.observed_origin,
    f.word_count,
    f.removed_chars,
    f.confidence,
    f.origins,
    f.input_id,
    f.batch_id,
    f.run_id,
    f.loaded_at
from fact_article f
join dim_article a using (article_id)
join dim_extractor e using (extractor_id)
left join dim_source s on s.source_id = f.source_id and s.source_id <> 0
left join ops.input i on i.input_id = f.input_id
where f.article_id = $article_id
order by f.revision, f.extraction
