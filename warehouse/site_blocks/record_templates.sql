-- How the pages of some sites came out, into the lake: `templates` holds a row per site.
insert into ops.site_template
select getvariable('run_id'), *, getvariable('now') from templates
