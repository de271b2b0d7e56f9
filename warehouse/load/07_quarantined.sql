-- What is in quarantine, with its bytes; in the way of 07_wide.
insert into ops.quarantine
select
    -- Ids that a decision names are not given again: the entry may be gone.
    greatest(
        (select coalesce(max(quarantine_id), 0) from ops.quarantine),
        (select coalesce(max(quarantine_id), 0) from ops.quarantine_decision)
    ) + refused.place,
    refused.input_id,
    refused.reasons,
    case when getvariable('keep_raw') <> 'none' then staged.raw end,
    getvariable('run_id'),
    getvariable('batch_id'),
    getvariable('now')
from staged
join (
    select placed.row, placed.input_id, states.reasons, row_number() over (order by placed.input_id) as place
    from placed
    join states using (row)
    where states.state = 'quarantined'
) as refused using (row);
