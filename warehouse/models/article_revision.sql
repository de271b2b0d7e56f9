-- One row per revision of an article, in its last extraction, with the interval in which it was the one to be seen.
--
-- article_id: The article
-- revision: Number of the publisher's version, in the order of loading
-- extraction: The last of our readings of that version
-- cause: new, edited or re-extracted
-- valid_from: When it was observed; included
-- valid_to: When the next one was observed; excluded; null for the last one
-- is_current: True for the reading that the view article shows
-- title: Headline
-- summary: Standfirst or summary
-- published_date: The publisher's calendar day
-- modified_at: Moment of the publisher's last change, as declared
-- url: Address
-- source: Registrable domain of the news source; null where unknown
-- body: The text
-- word_count: Words of the body: runs of letters and digits, and one for every two letters of a script that puts no spaces between words (Chinese, Japanese, Thai, …)
-- body_changed: Whether the body differs from the revision observed before it; null for the first, and where it differs
-- between two readers, so that it may be our doing (article_change compares what is comparable)
-- title_changed: Whether the title differs from the revision observed before it; null for the first, and where it differs
-- between two readers
-- path: Key of the input that it was read from
-- observed_origin: Where valid_from comes from: sidecar, declared, path, file or run
-- loaded_at: When it was loaded
with last_extractions as (
    from main.fact_article
    qualify row_number() over (partition by article_id, revision order by extraction desc) = 1
),

ordered as (
    select
        *,
        lead(observed_at) over article as next_observed_at,
        lag(body_hash) over article as former_body_hash,
        lag(title) over article as former_title,
        coalesce(extractor_id = lag(extractor_id) over article, false) as is_comparable
    from last_extractions
    window article as (partition by article_id order by observed_at, revision)
)

select
    reading.article_id,
    reading.revision,
    reading.extraction,
    reading.cause,
    reading.observed_at as valid_from,
    reading.next_observed_at as valid_to,
    reading.revision = article.current_revision as is_current,
    reading.title,
    reading.summary,
    reading.published_date,
    reading.modified_at,
    reading.url,
    reading.source,
    reading.body,
    reading.word_count,
    case
        when reading.former_body_hash is null then null
        when reading.body_hash = reading.former_body_hash then false
        when reading.is_comparable then true
    end as body_changed,
    case
        when reading.former_body_hash is null then null
        when reading.title is not distinct from reading.former_title then false
        when reading.is_comparable then true
    end as title_changed,
    reading.path,
    reading.observed_origin,
    reading.loaded_at
from ordered as reading
join main.dim_article as article on article.article_id = reading.article_id
