-- The statistics of the tables into which no row was ever put, as DuckLake itself begins them with the first row: it has
-- read no row and no null, and knows no least or greatest value. Lists and maps have none, what they are made of has.
--
-- A table's own row comes last, since its columns are looked at through it.
insert into __ducklake_metadata_lake.ducklake_table_column_stats by name
select
    columns.table_id,
    columns.column_id,
    false as contains_null,
    case when columns.column_type in ('float32', 'float64') then false end as contains_nan
from __ducklake_metadata_lake.ducklake_column as columns
semi join __ducklake_metadata_lake.ducklake_table as known
    on known.table_id = columns.table_id and known.end_snapshot is null
anti join __ducklake_metadata_lake.ducklake_table_stats as counted on counted.table_id = columns.table_id
where columns.end_snapshot is null and columns.column_type not in ('list', 'map', 'struct');

insert into __ducklake_metadata_lake.ducklake_table_stats by name
select known.table_id, 0 as record_count, 0 as next_row_id, 0 as file_size_bytes
from __ducklake_metadata_lake.ducklake_table as known
anti join __ducklake_metadata_lake.ducklake_table_stats as counted using (table_id)
where known.end_snapshot is null;
