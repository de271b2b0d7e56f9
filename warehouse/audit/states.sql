-- Every input is in one of the six states, and has what its state asks for.
select input_id, input_key, state, duplicate_of, article_id, content_hash
from ops.input
where state not in ('loaded', 'quarantined', 'duplicate', 'held', 'failed', 'container')
    or (state = 'loaded') <> (article_id is not null and revision is not null and extraction is not null)
    or (state = 'duplicate') <> (duplicate_of is not null)
    or (state in ('quarantined', 'held', 'failed') and reason is null)
    or (state in ('loaded', 'duplicate') and reason is not null)
    or (state in ('loaded', 'quarantined', 'duplicate', 'held') and content_hash is null)
order by input_id
