-- The rows of a row group where they are limited for this one table; no row where they are not.
select value
from ducklake_options('lake')
where option_name = 'parquet_row_group_size' and scope_entry = $table
