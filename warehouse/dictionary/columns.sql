-- One row per column of the lake's views and tables, those that analysts start from first.
with relations as (
    select schema_name, table_name as name, false as is_view, comment
    from duckdb_tables()
    where database_name = 'lake'
    union all
    select schema_name, view_name, true, comment
    from duckdb_views()
    where database_name = 'lake' and not internal
)

select
    relations.schema_name,
    relations.name,
    relations.is_view,
    coalesce(relations.comment, '') as grain,
    columns.column_name,
    columns.data_type,
    coalesce(columns.comment, '') as text
from relations
join duckdb_columns() as columns
    on columns.database_name = 'lake'
    and columns.schema_name = relations.schema_name
    and columns.table_name = relations.name
order by relations.is_view desc, relations.schema_name, relations.name, columns.column_index
