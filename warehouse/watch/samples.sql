-- One row per subject: lengths of bodies and hours from publication to pick-up, of up to 400 articles of its older past
-- each, those whose ids hash lowest: what is short or late for it is learned from them.
select
    kind,
    subject_id,
    arg_min(char_count, hash(input_id), 400) filter (where char_count is not null) as lengths,
    arg_min(hours_late, hash(input_id), 400) filter (where hours_late is not null) as lateness
from watched_subjects
where is_new and arrived_hour < $older_than
group by all
order by all
