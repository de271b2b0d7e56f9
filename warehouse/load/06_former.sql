-- Readings that one of the batch takes the place of. It costs the row groups in which they lie, bodies among them, so that
-- questions about current readings, which are nearly all, cost nothing.
update fact_article
set is_current = false
where is_current
    and article_id in (select article_id from articles_seen where not is_new and current_revision is not null);
