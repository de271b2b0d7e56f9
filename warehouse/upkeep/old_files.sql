-- One row per file that has been out of use since before $unused_since and waits to be removed.
select path
from __ducklake_metadata_lake.ducklake_files_scheduled_for_deletion
where schedule_start::timestamptz < $unused_since
