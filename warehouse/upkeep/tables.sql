-- One row per table with files: how many there are now, how many of them hold rows that are deleted, and how many are small
-- (below $small_bytes) and lie beside another small one, in the same partition, that they can be merged with.
with deleted as (
    select distinct data_file_id
    from __ducklake_metadata_lake.ducklake_delete_file
    where end_snapshot is null
),

partitions as (
    select data_file_id, list(partition_value order by partition_key_index) as partition
    from __ducklake_metadata_lake.ducklake_file_partition_value
    group by data_file_id
),

files as (
    select
        file.table_id,
        file.file_size_bytes as bytes,
        deleted.data_file_id is not null as has_deleted,
        deleted.data_file_id is null and file.file_size_bytes < $small_bytes as is_small,
        count(*) filter (where is_small) over (partition by file.table_id, partitions.partition) as small_beside
    from __ducklake_metadata_lake.ducklake_data_file as file
    left join deleted using (data_file_id)
    left join partitions using (data_file_id)
    where file.end_snapshot is null
)

select
    schemas.schema_name,
    tables.table_name,
    count(*) as files,
    sum(files.bytes)::bigint as bytes,
    count(*) filter (where files.has_deleted) as with_deleted,
    count(*) filter (where files.is_small and files.small_beside > 1) as small
from files
join __ducklake_metadata_lake.ducklake_table as tables using (table_id)
join __ducklake_metadata_lake.ducklake_schema as schemas using (schema_id)
where tables.end_snapshot is null
group by schemas.schema_name, tables.table_name
order by schemas.schema_name, tables.table_name
