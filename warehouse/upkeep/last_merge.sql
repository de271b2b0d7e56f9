-- One row: the newest snapshot at which files were merged or rewritten; null before the first.
select max(snapshot_id)
from __ducklake_metadata_lake.ducklake_snapshot_changes
where contains(changes_made, 'merge_adjacent:') or contains(changes_made, 'rewrite_delete:')
