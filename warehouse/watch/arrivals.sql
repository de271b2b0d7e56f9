-- One row per subject and hour with something that was picked up, in order.
select kind, subject_id, arrived_hour as hour, count(*)::bigint as articles
from watched_subjects
where state <> 'failed' and arrived_hour < $end and arrived_hour >= $since
group by all
order by all
