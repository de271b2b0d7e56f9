-- The items of new readings of roundups.
insert into fact_article_item
select decisions.article_id, decisions.revision, decisions.extraction, item.position, item.text
from (
    select row, unnest(items) as text, generate_subscripts(items, 1)::integer as position from staged
) as item
join decisions using (row)
where decisions.is_reading
order by all;
