-- One row: how much the lake holds.
select
    (select count(*) from dim_article) as articles,
    (select count(*) from fact_article) as readings,
    (select count(*) from dim_source where source_id > 0 and merged_into is null) as sources,
    (select count(*) from dim_author where author_id > 0) as authors,
    (select max(published_date) from fact_article) as newest_published,
    (select max(loaded_at) from fact_article) as newest_loaded
