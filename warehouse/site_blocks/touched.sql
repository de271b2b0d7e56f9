-- One row per site with inputs in batches that learning has not taken into account, and whether it has the articles
-- that anything is learned from, 5 at least. A source without a domain is no site: what its files have in common, such
-- as a collector's own footer, need not hold for the next one's.
with touched as (
    select distinct input.source_id
    from ops.input as input
    join dim_source as source using (source_id)
    where input.batch_id > getvariable('learned_up_to')
        and input.state in ('loaded', 'quarantined')
        and source.domain is not null
)

select touched.source_id, count(*) >= 5 as has_enough
from touched
left join dim_article as article using (source_id)
group by touched.source_id
order by touched.source_id
