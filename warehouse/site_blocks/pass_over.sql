-- A run that read again what was there: its batches are none of the site's news, and nothing is learned from them.
insert into ops.block_learning
select getvariable('run_id'), getvariable('version'), getvariable('last_batch'), 0, 0, 0, getvariable('now')
