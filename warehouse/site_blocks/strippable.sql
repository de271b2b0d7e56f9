-- One row per article whose current reading still shows blocks that its site's set has come to hold since: what a
-- further reading of its bytes would cut, if they stand where they were learned.
select
    reading.article_id,
    reading.revision,
    reading.extraction,
    input.input_key,
    reading.content_hash,
    coalesce(reading.block_set_version, 0) as block_set_version,
    list(block.text order by block.text) as blocks
from site_block as block
join fact_article as reading
    on reading.source_id = block.source_id
    and coalesce(reading.block_set_version, 0) < block.learned_version
    and contains(reading.body, block.text)
left join ops.input as input on input.input_id = reading.input_id
where block.aged_version is null and reading.is_current
group by all
order by reading.article_id
