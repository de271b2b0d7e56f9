-- What a run learned, into the lake: `templates` holds a row per touched site.

insert into ops.site_template
select getvariable('run_id'), *, getvariable('now') from templates;

insert into ops.block_learning
select
    getvariable('run_id'),
    getvariable('version'),
    getvariable('last_batch'),
    getvariable('sites_seen'),
    (select count(*) from changed where change = 'learned'),
    (select count(*) from changed where change = 'aged'),
    getvariable('now');
