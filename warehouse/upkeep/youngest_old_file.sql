-- One row: when the last of the files that wait to be removed went out of use; null where none waits.
select max(schedule_start::timestamptz)
from __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
