-- The times at which files went out of use, as DuckLake writes the time that it compares them with. Both are text where the
-- catalog is SQLite: '2026-11-28 13:30:02+00' is before '2026-11-28T00:00:00+00', whatever the hour, so that a file of today
-- would be removed from under its readers.
update __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
set schedule_start = replace(schedule_start, ' ', 'T')
where contains(schedule_start, ' ')
