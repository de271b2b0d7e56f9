-- One row per span that was cut from the article's current reading, in the order of the text.
select r.position, r.start_char, r.end_char, r.role, r.rule_id, b.text
from fact_removed_text r
join removed_block b using (block_id)
join dim_article a
    on a.article_id = r.article_id and a.current_revision = r.revision and a.current_extraction = r.extraction
where r.article_id = $article_id
order by r.position
