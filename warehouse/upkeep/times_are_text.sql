-- One row: whether files wait to be removed, and the times at which they went out of use are kept as text.
select count(*) > 0 from __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
where typeof(schedule_start) = 'VARCHAR'
