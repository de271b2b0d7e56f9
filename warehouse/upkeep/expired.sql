-- One row per snapshot from before $keep_since, but the newest of all.
select snapshot_id
from ducklake_snapshots('lake')
where snapshot_time < $keep_since
    and snapshot_id < (select max(snapshot_id) from ducklake_snapshots('lake'))
order by snapshot_id
