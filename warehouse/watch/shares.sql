-- One row per subject and hour (before $hourly_from per subject and day, at its noon): how many inputs or articles, and
-- how many of them have what the measures ask for. `cuts` has what is short and late for each subject; null is unknown.
select
    watched.kind,
    watched.subject_id,
    case
        when watched.arrived_hour >= $hourly_from then watched.arrived_hour
        else watched.arrived_hour // 24 * 24 + 12
    end as hour,
    count(*) as inputs,
    count(*) filter (where is_rejected) as rejected,
    count(*) filter (where not is_rejected) as usable,
    count(*) filter (where is_repeat and not is_rejected) as repeated,
    count(*) filter (where is_new) as articles,
    count(*) filter (where is_new and has_title) as title,
    count(*) filter (where is_new and has_author) as author,
    count(*) filter (where is_new and has_date) as date,
    count(*) filter (where is_new and char_count >= cuts.short_below) as body_length,
    count(*) filter (where hours_late is not null) as dated,
    count(*) filter (where hours_late > cuts.late_beyond) as late,
    count(*) filter (where hours_late is not null or is_future) as dated_or_future,
    count(*) filter (where is_future or hours_late < -$future_hours) as future
from watched_subjects as watched
left join cuts using (kind, subject_id)
where watched.arrived_hour < $end and watched.arrived_hour >= $since
group by all
order by all
