-- One row per two successive revisions of the article, in the order of their observation.
select
    former_revision,
    revision,
    changed_at,
    is_comparable,
    fields_changed,
    former_title,
    title,
    sentences_removed,
    sentences_added
from article_change
where article_id = $article_id
order by changed_at, revision
