-- One row per table with files: how many there are now, how many of them hold deleted rows and are to be rewritten, from which
-- share of deleted rows on, and how many are small (below $small_bytes) and lie beside another small one, in the same
-- partition, that they can be merged with.
--
-- Rewritten are files that have lost $deleted_share of their rows and, where more than $most_small of them are small ones that
-- cannot be merged for it, all others too; those that have lost most first, and of the large ones no more than $kept_bytes at
-- a time, since a run waits for the lock meanwhile. The rest is for the next upkeep.
with deleted as (
    select data_file_id, sum(delete_count) as rows
    from __ducklake_metadata_lake.ducklake_delete_file
    where end_snapshot is null
    group by data_file_id
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
        deleted.rows / file.record_count as deleted_share,
        deleted.rows is null and file.file_size_bytes < $small_bytes as is_small,
        count(*) filter (where is_small) over (partition by file.table_id, partitions.partition) as small_beside
    from __ducklake_metadata_lake.ducklake_data_file as file
    left join deleted using (data_file_id)
    left join partitions using (data_file_id)
    where file.end_snapshot is null
),

with_deleted as (
    select
        table_id,
        deleted_share,
        count(*) filter (where bytes < $small_bytes) over (partition by table_id) as small,
        coalesce(sum(case when bytes >= $small_bytes then bytes * (1 - deleted_share) end) over (
            partition by table_id order by deleted_share desc rows between unbounded preceding and 1 preceding
        ), 0) as kept_before
    from files
    where deleted_share is not null
),

due as (
    select table_id, min(deleted_share) as rewritten_from
    from with_deleted
    where kept_before < $kept_bytes and (deleted_share >= $deleted_share or small > $most_small)
    group by table_id
)

select
    schemas.schema_name,
    tables.table_name,
    count(*) as files,
    count(*) filter (where files.deleted_share >= due.rewritten_from) as rewritten,
    any_value(due.rewritten_from) as rewritten_from,
    count(*) filter (where files.is_small and files.small_beside > 1) as small
from files
left join due using (table_id)
join __ducklake_metadata_lake.ducklake_table as tables using (table_id)
join __ducklake_metadata_lake.ducklake_schema as schemas using (schema_id)
where tables.end_snapshot is null
group by schemas.schema_name, tables.table_name
order by schemas.schema_name, tables.table_name
