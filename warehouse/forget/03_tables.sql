-- One row per table and the column by which it belongs to an article, an input or a source: whatever is known of one
-- that is forgotten goes from all of them. The books that count inputs stay, and what is recorded of the forgetting.
select table_schema || '.' || table_name as table_name, column_name
from information_schema.columns
where table_catalog = 'lake'
    and table_schema in ('main', 'ops')
    and column_name in ('article_id', 'input_id', 'source_id')
    and (table_schema, table_name) not in (
        select (schema_name, view_name) from duckdb_views() where database_name = 'lake'
    )
    and table_schema || '.' || table_name
        not in ('ops.input', 'ops.input_history', 'ops.forgotten', 'ops.forgotten_key', 'ops.forgotten_reading')
order by all
