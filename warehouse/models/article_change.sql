-- One row per two successive revisions of an article, in the order of their observation: what the publisher changed.
--
-- article_id: The article
-- revision: The later of the two
-- former_revision: The one observed before it
-- changed_at: When the later one was observed
-- former_observed_at: When the former one was observed: the change lies between the two
-- is_comparable: True where both were read by the same reader (engine, version and rules), so that every difference is the
-- publisher's; `newslake replay` makes readings comparable where their bytes are kept
-- source: Registrable domain of the news source; null where unknown
-- url: Address
-- title: Headline of the later one
-- former_title: Headline of the former one
-- title_changed: Whether the headline was changed; null where it differs and the two are not comparable
-- body_changed: Whether sentences came, went, moved or were repeated more or less often, blocks of the site left out; null
-- where the text differs and the two are not comparable
-- fields_changed: Fields that differ, in their order among the columns of article; whose doing it is, is_comparable says
-- sentences_added: Sentences of the text that the former one lacks, in their order
-- sentences_removed: Sentences of the former text that the later one lacks, in their order
-- words: Words of the later text
-- former_words: Words of the former text
-- modified_at: Moment of the publisher's last change, as the later one declares it
-- former_modified_at: The same of the former one
-- path: Key of the input of the later one
-- former_path: Key of the input of the former one
with several as (
    select article_id from main.dim_article where revisions > 1
),

readings as (
    select
        reading.article_id,
        reading.revision,
        reading.extraction,
        reading.extractor_id,
        reading.observed_at
    from main.fact_article as reading
    semi join several on several.article_id = reading.article_id
),

successive as (
    select article_id, revision, lag(revision) over (partition by article_id order by observed_at, revision) as former_revision
    from (select article_id, revision, min(observed_at) as observed_at from readings group by all)
),

-- The last two readings that the same reader made, else the last two there are.
pairs as (
    select
        successive.article_id,
        successive.revision,
        later.extraction,
        successive.former_revision,
        former.extraction as former_extraction,
        later.extractor_id = former.extractor_id as is_comparable
    from successive
    join readings as later on later.article_id = successive.article_id and later.revision = successive.revision
    join readings as former
        on former.article_id = successive.article_id and former.revision = successive.former_revision
    qualify row_number() over (
        partition by successive.article_id, successive.revision
        order by is_comparable desc, later.extraction desc, former.extraction desc
    ) = 1
),

sides as (
    select article_id, revision, extraction from pairs
    union
    select article_id, former_revision, former_extraction from pairs
),

by_lines as (
    select place.article_id, place.revision, place.extraction, list(place.author_id order by place.position) as author_ids
    from main.bridge_article_author as place
    semi join sides on sides.article_id = place.article_id
    group by all
),

site_lines as (
    select cut.article_id, cut.revision, cut.extraction, string_agg(block.text, chr(10)) as cut_lines
    from main.fact_removed_text as cut
    join main.removed_block as block on block.block_id = cut.block_id
    semi join sides on sides.article_id = cut.article_id
    where cut.rule_id = 'site.block'
    group by all
),

texts as (
    select
        reading.*,
        coalesce(by_lines.author_ids, []) as author_ids,
        coalesce(site_lines.cut_lines, '') as cut_lines,
        sentences(reading.body) as sentences
    from main.fact_article as reading
    join sides
        on sides.article_id = reading.article_id
        and sides.revision = reading.revision
        and sides.extraction = reading.extraction
    left join by_lines
        on by_lines.article_id = reading.article_id
        and by_lines.revision = reading.revision
        and by_lines.extraction = reading.extraction
    left join site_lines
        on site_lines.article_id = reading.article_id
        and site_lines.revision = reading.revision
        and site_lines.extraction = reading.extraction
),

-- What was cut as the site's from one of the two is nobody's change in the other.
compared as (
    select
        pairs.*,
        later,
        former,
        list_filter(
            later.sentences, lambda s: not list_contains(former.sentences, s) and not contains(former.cut_lines, s)
        ) as sentences_added,
        list_filter(
            former.sentences, lambda s: not list_contains(later.sentences, s) and not contains(later.cut_lines, s)
        ) as sentences_removed,
        later.body_hash is distinct from former.body_hash
        and (
            len(sentences_added) + len(sentences_removed) > 0
            or list_filter(
                later.sentences, lambda s: not contains(former.cut_lines, s) and not contains(later.cut_lines, s)
            ) <> list_filter(
                former.sentences, lambda s: not contains(former.cut_lines, s) and not contains(later.cut_lines, s)
            )
        ) as body_differs
    from pairs
    join texts as later
        on later.article_id = pairs.article_id
        and later.revision = pairs.revision
        and later.extraction = pairs.extraction
    join texts as former
        on former.article_id = pairs.article_id
        and former.revision = pairs.former_revision
        and former.extraction = pairs.former_extraction
)

select
    compared.article_id,
    compared.revision,
    compared.former_revision,
    later.observed_at as changed_at,
    former.observed_at as former_observed_at,
    is_comparable,
    later.source,
    later.url,
    later.title,
    former.title as former_title,
    case
        when later.title is not distinct from former.title then false
        when is_comparable then true
    end as title_changed,
    case
        when not body_differs then false
        when is_comparable then true
    end as body_changed,
    list_filter(
        [
            case when later.kind is distinct from former.kind then 'kind' end,
            case when later.title is distinct from former.title then 'title' end,
            case when later.kicker is distinct from former.kicker then 'kicker' end,
            case when later.summary is distinct from former.summary then 'summary' end,
            case when later.highlights is distinct from former.highlights then 'highlights' end,
            case when later.author_ids <> former.author_ids then 'authors' end,
            case when later.published_date is distinct from former.published_date then 'published_date' end,
            case when later.published_at is distinct from former.published_at then 'published_at' end,
            case when later.modified_at is distinct from former.modified_at then 'modified_at' end,
            case when later.url is distinct from former.url then 'url' end,
            case when later.section is distinct from former.section then 'section' end,
            case when later.categories is distinct from former.categories then 'categories' end,
            case when later.is_paywalled is distinct from former.is_paywalled then 'is_paywalled' end,
            case when body_differs then 'body' end
        ],
        lambda field: field is not null
    ) as fields_changed,
    sentences_added,
    sentences_removed,
    later.word_count as words,
    former.word_count as former_words,
    later.modified_at,
    former.modified_at as former_modified_at,
    later.path,
    former.path as former_path
from compared
