-- What the batch takes out of the books, or moves within them, before it adds its own rows.

-- Rows that this batch replaces: an earlier state of the same content, and the failure of a key that can now be read.
create or replace temp table replaced as
select input.input_id
from ops.input as input
join arrivals on arrivals.input_key = input.input_key
where (arrivals.standing = 'open' and arrivals.known_id = input.input_id)
    or (
        input.state = 'failed'
        and arrivals.standing <> 'failed_again'
        and arrivals.row not in (select row from replays)
    );

insert into ops.input_history
select input_id, input_key, content_hash, state, reason, run_id, batch_id, recorded_at, getvariable('batch_id')
from ops.input
semi join replaced using (input_id)
order by input_id;

delete from ops.input where input_id in (select input_id from replaced);
delete from ops.quarantine where input_id in (select input_id from replaced);
delete from ops.field_fault where input_id in (select input_id from replaced);
delete from ops.passed_over where input_id in (select input_id from replaced);

update ops.input
set is_latest = false
where is_latest
    and input_key in (
        select input_key
        from arrivals
        where standing = 'open' and outcome <> 'failed' and row not in (select row from replays)
    );

update ops.input
set size = arrivals.size, mtime_ns = arrivals.mtime_ns, etag = arrivals.etag
from arrivals
where arrivals.known_id = ops.input.input_id
    and arrivals.standing = 'unchanged'
    and arrivals.row not in (select row from replays)
    and (ops.input.size, ops.input.mtime_ns, ops.input.etag)
        is distinct from (arrivals.size, arrivals.mtime_ns, arrivals.etag);
