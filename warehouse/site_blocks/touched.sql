-- One row per site with inputs in batches that learning has not taken into account. A source without a domain is no
-- site: what its files have in common, such as a collector's own footer, need not hold for the next one's.
select distinct input.source_id
from ops.input as input
join dim_source as source using (source_id)
where input.batch_id > getvariable('learned_up_to')
    and input.state in ('loaded', 'quarantined')
    and source.domain is not null
order by input.source_id
