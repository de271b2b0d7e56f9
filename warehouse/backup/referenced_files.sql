-- One row per Parquet file that any snapshot of a DuckLake catalog reads: its path below the data folder, its bytes, and
-- whether it lies there at all. Run by SQLite, on a copy of the catalog.
with tables as (
    select distinct
        ducklake_table.table_id,
        ducklake_schema.path || ducklake_table.path as path,
        ducklake_schema.path_is_relative and ducklake_table.path_is_relative as is_relative
    from ducklake_table
    join ducklake_schema on ducklake_schema.schema_id = ducklake_table.schema_id
),

files as (
    select table_id, path, path_is_relative, file_size_bytes from ducklake_data_file
    union
    select table_id, path, path_is_relative, file_size_bytes from ducklake_delete_file
)

select
    tables.path || files.path as path,
    files.file_size_bytes as size,
    tables.is_relative and files.path_is_relative as is_within
from files
join tables on tables.table_id = files.table_id
order by 1
