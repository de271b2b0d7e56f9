-- What a run tells of its inbox beyond what it picked up. No default, as for every column that is added later; null is
-- unknown, in runs from before there were the columns.

alter table lake.ops.run add column settling bigint;
comment on column lake.ops.run.settling is 'Files that were left for the next run, since they were still being written';

alter table lake.ops.run add column archived bigint;
comment on column lake.ops.run.archived is 'Loaded files that were moved from the inbox to the archive; 0 where the settings keep them';
