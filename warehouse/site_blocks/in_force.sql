-- One row per block in force: its site's domain, the hash of its text, where it is cut.
select source.domain, block.text_hash, block.place
from site_block as block
join dim_source as source using (source_id)
where block.aged_version is null
order by all
