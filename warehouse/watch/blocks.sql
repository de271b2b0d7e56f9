-- One row per site and run that had new pages of it: articles, and those from which a learned block was cut.
select
    source.identity_id as subject_id,
    floor(epoch(template.recorded_at) / 3600)::bigint - 1 as hour,
    sum(template.articles)::bigint as articles,
    sum(round(template.articles * template.with_block))::bigint as with_block
from ops.site_template as template
join main.source_identity as source on source.source_id = template.source_id
where template.articles > 0
    and template.with_block is not null
    and template.recorded_at >= getvariable('watched_since')
    and template.recorded_at <= getvariable('as_of')
group by all
having hour < $end
order by all
