-- One row per time that a publisher's further version of an article was observed under another title.
--
-- article_id: The article
-- revision: The version with the new title
-- changed_at: When that version was observed
-- former_title: The title of the version observed before it; null where it had none
-- title: The new title; null where it has none
-- hours_after_first: Hours between the first observation of the article and this one
-- body_changed: True where the body changed with it
-- source: Registrable domain of the news source; null where unknown
-- published_date: The publisher's calendar day
with versions as (
    select
        article_id,
        revision,
        title,
        body_changed,
        title_changed,
        valid_from,
        source,
        published_date,
        lag(title) over article as former_title,
        first_value(valid_from) over article as first_seen
    from main.article_revision
    window article as (partition by article_id order by valid_from, revision)
)

select
    article_id,
    revision,
    valid_from as changed_at,
    former_title,
    title,
    date_diff('second', first_seen, valid_from) / 3600 as hours_after_first,
    body_changed,
    source,
    published_date
from versions
where title_changed
