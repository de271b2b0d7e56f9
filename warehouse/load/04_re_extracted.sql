-- One row per loaded input that was read again with another outcome: the same revision in a further extraction, of which
-- the article, its identity and its observation stay.
select
    replays.row,
    article.identity_kind,
    article.identity_key,
    're-extracted' as cause,
    replays.observed_at,
    replays.observed_origin,
    replays.observed_at as seen_at,
    replays.article_id,
    replays.revision,
    replays.extraction + 1 as extraction,
    article.current_revision = replays.revision as is_current,
    false as is_earlier,
    true as is_reading,
    null::varchar as detail
from replays
join arrivals using (row)
join dim_article as article using (article_id)
where arrivals.standing = 'open'
order by replays.article_id, replays.revision
