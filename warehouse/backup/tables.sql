-- Every table of the lake, as one writes it in a query.
select schema_name || '.' || table_name as name
from duckdb_tables()
where database_name = 'lake' and schema_name in ('main', 'ops')
order by name
