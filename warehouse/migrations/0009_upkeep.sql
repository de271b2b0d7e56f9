-- What upkeep did, each time: the lasting record of snapshots that were let go and files that were removed.

create table lake.ops.upkeep (
    upkeep_id            bigint not null,
    started_at           timestamptz not null,
    seconds              double not null,
    merged_files         bigint not null,
    rewritten_files      bigint not null,
    expired_snapshots    bigint not null,
    old_files            bigint not null,
    orphan_files         bigint not null,
    staging_files        bigint not null,
    raw_files            bigint not null,
    files_before         bigint not null,
    files_after          bigint not null,
    bytes_before         bigint not null,
    bytes_after          bigint not null,
    stored_files_before  bigint not null,
    stored_files_after   bigint not null,
    stored_bytes_before  bigint not null,
    stored_bytes_after   bigint not null,
    snapshots_before     bigint not null,
    snapshots_after      bigint not null,
    catalog_bytes_before bigint,
    catalog_bytes_after  bigint
);

comment on table lake.ops.upkeep is 'One row per upkeep that went to its end: what it did, and how large the lake was before and after.';
comment on column lake.ops.upkeep.upkeep_id is 'Number of the upkeep, from 1';
comment on column lake.ops.upkeep.started_at is 'When it began';
comment on column lake.ops.upkeep.seconds is 'How long it took, in seconds';
comment on column lake.ops.upkeep.merged_files is 'Small files that were merged with others';
comment on column lake.ops.upkeep.rewritten_files is 'Files that were rewritten without their deleted rows';
comment on column lake.ops.upkeep.expired_snapshots is 'Snapshots that were let go, being older than the retention setting';
comment on column lake.ops.upkeep.old_files is 'Files out of use that were removed';
comment on column lake.ops.upkeep.orphan_files is 'Files of the data folder that no snapshot ever held and that were removed';
comment on column lake.ops.upkeep.staging_files is 'Files that killed processes had left in staging and that were removed';
comment on column lake.ops.upkeep.raw_files is 'Kept bytes of contents that the lake does not know, removed';
comment on column lake.ops.upkeep.files_before is 'Files of the present snapshot, before';
comment on column lake.ops.upkeep.files_after is 'Files of the present snapshot, after';
comment on column lake.ops.upkeep.bytes_before is 'Their bytes, before';
comment on column lake.ops.upkeep.bytes_after is 'Their bytes, after';
comment on column lake.ops.upkeep.stored_files_before is 'Files in the data folder, before';
comment on column lake.ops.upkeep.stored_files_after is 'Files in the data folder, after; files that were merged stay until they have been out of use for a while';
comment on column lake.ops.upkeep.stored_bytes_before is 'Their bytes, before';
comment on column lake.ops.upkeep.stored_bytes_after is 'Their bytes, after';
comment on column lake.ops.upkeep.snapshots_before is 'Snapshots, before';
comment on column lake.ops.upkeep.snapshots_after is 'Snapshots, after';
comment on column lake.ops.upkeep.catalog_bytes_before is 'Bytes of the catalog''s file, before; null where the catalog is a server''s';
comment on column lake.ops.upkeep.catalog_bytes_after is 'The same, after';
