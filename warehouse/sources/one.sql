-- The row of one source.
select * from source where source_id = $source_id
