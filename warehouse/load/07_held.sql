-- What waits behind a gate, as it was staged: impossible values included, since it is judged again when it is let through.
insert into ops.held by name
select
    waiting.input_id,
    getvariable('run_id') as run_id,
    waiting.unit,
    waiting.slice,
    waiting.extractor_id,
    staged.* exclude (row, field_names)
from staged
join (
    select placed.row, placed.input_id, holding.unit, holding.slice, extractor.extractor_id
    from placed
    join states using (row)
    join holding using (row)
    join arrivals using (row)
    left join extractors on extractors.engine = arrivals.engine
    left join dim_extractor as extractor
        on extractor.engine = extractors.engine
        and extractor.version = extractors.version
        and extractor.rules_hash = extractors.rules_hash
    where states.state = 'held'
) as waiting using (row);
