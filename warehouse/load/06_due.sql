-- One row: which of the further steps have anything to do. A statement that finds nothing costs its look at the catalog and
-- at every file of the tables that it names all the same, 10 to 20 ms each.
select
    exists (from replaced) as taken_out,
    exists (
        from known_inputs
        join arrivals using (input_key)
        where known_inputs.is_latest
            and arrivals.standing = 'open'
            and arrivals.outcome <> 'failed'
            and arrivals.row not in (select row from replays)
    ) as superseded,
    exists (
        from arrivals where standing = 'unchanged' and row not in (select row from replays)
    ) as touched,
    exists (
        from articles_seen where not is_new and current_revision is not null
    ) as former,
    exists (from decisions where is_earlier) as earlier,
    exists (from states where state = 'quarantined') as quarantined,
    exists (from staged where len(items) > 0) as items,
    exists (from faults) as faults,
    exists (from staged where len(passed_over) > 0) as passed_over,
    exists (from staged where len(field_names) > 0) as record_fields
