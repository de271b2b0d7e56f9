-- One row per column of the lake that may hold no null, of the tables into which a row was ever put.
with filled as (
    select schemas.schema_name, known.table_name
    from __ducklake_metadata_lake.ducklake_table_stats as counted
    join __ducklake_metadata_lake.ducklake_table as known using (table_id)
    join __ducklake_metadata_lake.ducklake_schema as schemas using (schema_id)
    where counted.record_count > 0 and known.end_snapshot is null
)

select schema_name || '.' || table_name as table_name, column_name
from duckdb_columns()
where database_name = 'lake' and not is_nullable and (schema_name, table_name) in (from filled)
order by all
