-- One row per block that was ever learned: its site's domain, the hash of its text, where it is cut, those in force
-- last. A block ages when its site shows it no more; the pages from when it did are what is read again.
select source.domain, block.text_hash, block.place
from site_block as block
join dim_source as source using (source_id)
order by source.domain, block.text_hash, block.aged_version is null, block.learned_version
