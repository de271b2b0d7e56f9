-- Up to five inputs of a subject that show a cause, the newest first, each with what is wrong with it.
select
    input.input_key,
    case
        when watched.is_rejected
            then coalesce(input.reason, input.state) || coalesce(': ' || left(input.detail, 160), '')
        when $cause = 'repeats' and input.duplicate_of is not null
            then 'the same bytes as ' || coalesce(held.input_key, 'an earlier input')
        when $cause = 'repeats' then 'the same text as an earlier one'
        when $cause = 'bodies_short' then watched.char_count || ' characters'
        when $cause = 'late' then round(watched.hours_late) || ' h after its publication'
        when $cause = 'future_dates' then 'dated ' || coalesce(fault.raw_value, 'in the future')
        else replace($cause, '_', ' ')
    end as what
from watched_subjects as watched
join ops.input as input using (input_id)
left join ops.input as held on held.input_id = input.duplicate_of
left join ops.field_fault as fault
    on fault.input_id = watched.input_id
    and fault.rule_id = 'article.published.range'
    and fault.field = 'published_date'
where watched.kind = $kind
    and watched.subject_id = $subject_id
    and watched.arrived_hour >= $since_hour
    and case $cause
        when 'rejections' then watched.is_rejected
        when 'repeats' then watched.is_repeat and not watched.is_rejected
        when 'future_dates' then watched.is_future or watched.hours_late < -36
        when 'title_missing' then watched.is_new and not watched.has_title
        when 'author_missing' then watched.is_new and not watched.has_author
        when 'date_missing' then watched.is_new and not watched.has_date
        when 'bodies_short' then watched.is_new
        when 'late' then watched.hours_late is not null
        else false
    end
order by
    case when $cause = 'bodies_short' then watched.char_count end,
    case when $cause = 'late' then -watched.hours_late end,
    watched.input_id desc
limit 5
