-- One row per column of the lake that may hold no null.
select schema_name || '.' || table_name as table_name, column_name
from duckdb_columns()
where database_name = 'lake'
    and not is_nullable
    and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables() where database_name = 'lake')
order by all
