-- replaced: one row per input whose row this batch replaces: an earlier state of the same content, and the failure of a
-- key that can now be read.
create or replace temp table replaced as
select input.input_id
from known_inputs as input
join arrivals on arrivals.input_key = input.input_key
where (arrivals.standing = 'open' and arrivals.known_id = input.input_id)
    or (
        input.state = 'failed'
        and arrivals.standing <> 'failed_again'
        and arrivals.row not in (select row from replays)
    );
