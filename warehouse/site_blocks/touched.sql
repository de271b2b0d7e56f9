-- One row per site with readings in batches that learning has not taken into account. A source without a domain is no
-- site: what its files have in common, such as a collector's own footer, need not hold for the next one's.
select distinct reading.source_id
from fact_article as reading
join dim_source as source using (source_id)
where reading.batch_id > getvariable('learned_up_to') and source.domain is not null
order by reading.source_id
