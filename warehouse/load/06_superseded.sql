-- Contents that are not the newest of their key any more.
update ops.input
set is_latest = false
where is_latest
    and input_key in (
        select input_key
        from arrivals
        where standing = 'open' and outcome <> 'failed' and row not in (select row from replays)
    );
