-- One row per value that was there and could not be used, of every input that gave the article a reading.
select ff.field, ff.raw_value, ff.rule_id, i.input_key, ff.recorded_at
from ops.field_fault ff
join ops.input i using (input_id)
where i.article_id = $article_id
order by ff.recorded_at, ff.field
