-- How files are laid out for those who ask. Ids and counts are written as differences (Parquet's second version), which are
-- read in half the time. A row group ends at 128 MB too: upkeep's merging asks for more rows in one than loading does
-- (warehouse/upkeep.py), and may hold no more than that.
call lake.set_option('parquet_version', 2, table_name => 'fact_article');
call lake.set_option('parquet_row_group_size_bytes', '128MB', table_name => 'fact_article');

-- The articles that the view `article` looks up lie together, and a file or row group without any is not read.
alter table lake.dim_article set sorted by (seen_once, article_id);
