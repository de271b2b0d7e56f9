-- Why inputs of a subject were refused since an hour, the commonest reason first.
select coalesce(input.reason, input.state) as reason, count(*)::bigint as inputs
from watched_subjects as watched
join ops.input as input using (input_id)
where watched.kind = $kind
    and watched.subject_id = $subject_id
    and watched.arrived_hour >= $since_hour
    and watched.is_rejected
group by all
order by inputs desc, reason
limit 5
