-- One row: how many tables DuckLake has no statistics of, since no row was ever put into them.
select count(*)
from __ducklake_metadata_lake.ducklake_table as known
anti join __ducklake_metadata_lake.ducklake_table_stats as counted using (table_id)
where known.end_snapshot is null
