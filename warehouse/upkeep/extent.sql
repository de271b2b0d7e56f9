-- One row: how many data and delete files the present snapshot has, and their bytes.
select count(*) as files, coalesce(sum(file_size_bytes), 0)::bigint as bytes
from (
    select file_size_bytes from __ducklake_metadata_lake.ducklake_data_file where end_snapshot is null
    union all
    select file_size_bytes from __ducklake_metadata_lake.ducklake_delete_file where end_snapshot is null
)
