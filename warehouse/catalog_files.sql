-- One row per file that the catalog knows: data and delete files of any snapshot that there is, and files that wait to be
-- removed; file is the whole path.
with data_path as (
    select data_path as root from ducklake_settings('lake')
),

-- A table that was renamed has a row a name; its files lie where they lay.
places as (
    select distinct
        tables.table_id,
        case when tables.path_is_relative then schemas.path || tables.path else tables.path end as place,
        schemas.path_is_relative and tables.path_is_relative as is_relative
    from __ducklake_metadata_lake.ducklake_table as tables
    join __ducklake_metadata_lake.ducklake_schema as schemas using (schema_id)
),

in_tables as (
    select table_id, path, path_is_relative, file_size_bytes as bytes, 'data' as kind
    from __ducklake_metadata_lake.ducklake_data_file
    union all
    select table_id, path, path_is_relative, file_size_bytes, 'delete'
    from __ducklake_metadata_lake.ducklake_delete_file
)

select
    case
        when not in_tables.path_is_relative then in_tables.path
        when not places.is_relative then places.place || in_tables.path
        else data_path.root || places.place || in_tables.path
    end as file,
    in_tables.bytes,
    in_tables.kind
from in_tables
cross join data_path
left join places using (table_id)
union all
select case when path_is_relative then data_path.root || path else path end, null, 'old'
from __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
cross join data_path
