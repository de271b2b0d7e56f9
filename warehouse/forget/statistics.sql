-- The statistics of a DuckLake catalog without values that no file holds any more. Run on the catalog itself, in SQLite
-- and in PostgreSQL (with its collation by bytes), since DuckLake drops neither those of files that were deleted nor a
-- table's least and greatest value when the row that gave it is gone. Null is unknown; DuckLake then reads the files.
delete from ducklake_file_column_stats where data_file_id not in (select data_file_id from ducklake_data_file);
delete from ducklake_file_variant_stats where data_file_id not in (select data_file_id from ducklake_data_file);
delete from ducklake_file_partition_value where data_file_id not in (select data_file_id from ducklake_data_file);

update ducklake_table_column_stats
set
    min_value = (
        select
            case
                when max(case when stats.min_value is null and stats.null_count < file.record_count then 1 else 0 end) = 0
                    then min(stats.min_value /* collation */)
            end
        from ducklake_file_column_stats as stats
        join ducklake_data_file as file on file.data_file_id = stats.data_file_id
        where stats.table_id = ducklake_table_column_stats.table_id
            and stats.column_id = ducklake_table_column_stats.column_id
    ),
    max_value = (
        select
            case
                when max(case when stats.max_value is null and stats.null_count < file.record_count then 1 else 0 end) = 0
                    then max(stats.max_value /* collation */)
            end
        from ducklake_file_column_stats as stats
        join ducklake_data_file as file on file.data_file_id = stats.data_file_id
        where stats.table_id = ducklake_table_column_stats.table_id
            and stats.column_id = ducklake_table_column_stats.column_id
    )
where exists (
    select 1
    from ducklake_column
    where ducklake_column.table_id = ducklake_table_column_stats.table_id
        and ducklake_column.column_id = ducklake_table_column_stats.column_id
        and ducklake_column.column_type in ('varchar', 'blob', 'json')
);
