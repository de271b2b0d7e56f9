-- Where a run's time went, so that it can be asked, and watched, over many.

alter table lake.ops.run add column stage_seconds map(varchar, double);
comment on column lake.ops.run.stage_seconds is 'Wall seconds by stage (listing, opening, comparing, reading, validating, loading, learning), some of which go on side by side; total is from start to end';
