-- copies: one row per record of the batch whose bytes are known under another key, and that says something of its own
-- all the same: when the publisher showed them, which may be again, or at which other source. What is decided about its
-- article makes it a reading or leaves it the duplicate that it is.
--
-- is_timed  it has a time of observation that belongs to it and not to the copying: that of a sidecar, a WARC record, a
--           table's row or a dated path. A file's own time does where the file held other bytes before. The sidecar of a
--           file of records says when the file was fetched, which may hold several states of an article: it does not.
-- held      the revisions that the bytes gave or repeated
create or replace temp table copies as
with known as (
    select
        arrivals.row,
        arrivals.input_key,
        arrivals.content_hash,
        arrivals.identity_kind,
        arrivals.identity_key,
        placed.source_id,
        arrivals.observed_origin in ('warc', 'table')
        or (
            arrivals.observed_origin in ('sidecar', 'path')
            and (arrivals.record is null or arrivals.format = 'html')
        )
        or (
            arrivals.record is null
            and arrivals.input_key in (
                select input_key from known_inputs where is_latest and state in ('loaded', 'duplicate')
            )
        ) as is_timed
    from placed
    join arrivals using (row)
    where placed.duplicate_of is not null and arrivals.is_usable and arrivals.identity_kind in ('record', 'url')
),

held as (
    select content_hash, article_id, revision
    from ops.input
    semi join known using (content_hash)
    where state = 'loaded'
),

articles as (
    select article_id, identity_kind, identity_key, source_id
    from dim_article
    semi join held using (article_id)
),

holders as (
    select held.content_hash, held.article_id, held.revision, articles.identity_kind, articles.identity_key, articles.source_id
    from held
    join articles using (article_id)
    union all
    select arrivals.content_hash, null, null, arrivals.identity_kind, arrivals.identity_key, placed.source_id
    from arrivals
    join placed using (row)
    semi join known using (content_hash)
    where arrivals.is_usable and placed.duplicate_of is null
),

-- The first with its bytes at a source that has none of them. A page at several addresses of one source is one article.
elsewhere as (
    select row, content_hash, identity_kind, identity_key
    from known
    semi join (from holders where identity_kind = 'url') as holder using (content_hash)
    anti join holders using (content_hash, source_id)
    where identity_kind = 'url' and source_id <> 0
    qualify row_number() over (partition by content_hash, source_id order by input_key) = 1
),

again as (
    select row
    from known
    where is_timed
        and (content_hash, identity_kind, identity_key) in (
            select (content_hash, identity_kind, identity_key) from holders
            union all
            select (content_hash, identity_kind, identity_key) from elsewhere
        )
)

select
    known.row,
    known.is_timed,
    coalesce(
        list({'article_id': holders.article_id, 'revision': holders.revision})
            filter (where holders.article_id is not null),
        []
    ) as held
from known
left join holders using (content_hash)
where known.row in (select row from again) or known.row in (select row from elsewhere)
group by known.row, known.is_timed;
