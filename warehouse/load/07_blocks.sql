-- Texts that were cut and that the lake does not hold yet. `showing` has the staged rows that show one for the first time.
insert into removed_block
select new_blocks.block_id, new_blocks.text_hash, showing.removed[position].text, length(showing.removed[position].text)
from showing
join new_blocks using (row);
