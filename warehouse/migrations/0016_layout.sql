-- How files are laid out for those who ask. A reading's row group holds 40,960 articles or 128 MB (which upkeep's merging can
-- sort on one thread): a count over a million articles by source spent half of its time on row groups of 10,000, on their
-- footers above all. Ids and counts are written as differences (Parquet's second version), which are read in half the time.
call lake.set_option('parquet_row_group_size', 40960, table_name => 'fact_article');
call lake.set_option('parquet_row_group_size_bytes', '128MB', table_name => 'fact_article');
call lake.set_option('parquet_version', 2, table_name => 'fact_article');

-- The articles that the view `article` looks up lie together, and a file or row group without any is not read.
alter table lake.dim_article set sorted by (seen_once, article_id);
