-- Bodies are written in row groups of 10,000 articles. The writer holds a row group in memory until it is whole: with
-- DuckDB's 122,880 rows a batch of 50,000 articles was held at once, now a fifth of it is. Their statistics by source
-- and day, which the rows are sorted by, also let a query of one source pass over most of a file.
call lake.set_option('parquet_row_group_size', 10000, table_name => 'fact_article');
