-- One row per article: what makes it one and the same, how many versions of it are known, and when it was seen.
--
-- article_id: The article
-- identity_kind: What makes it the same article: record, url or input
-- identity_key: The record's id, the address, or the key of the input
-- revision: Number of the publisher's version that is current, the one observed last
-- extraction: Number of our reading of that version that is current, the last one
-- revisions: How many versions are known; they are numbered from 1 in the order of loading
-- first_seen_at: Earliest observation of the article
-- last_seen_at: Latest observation of the article, repetitions among them
-- source: Registrable domain of the news source; null where unknown

select
    article.article_id,
    article.identity_kind,
    article.identity_key,
    article.current_revision as revision,
    article.current_extraction as extraction,
    article.revisions,
    article.first_seen_at,
    article.last_seen_at,
    source.domain as source
from main.dim_article as article
join main.source_identity as source on source.source_id = article.source_id
