-- One row per field in which a reading that was made again (`reread`, one row per reading) differs from the last one in
-- the lake. Long values are cut; of a body its length is told, what stands in it is told by the views.
with lake_authors as (
    select
        place.article_id,
        place.revision,
        place.extraction,
        list(author.name order by place.position) as names
    from bridge_article_author as place
    join dim_author as author using (author_id)
    semi join reread using (article_id, revision, extraction)
    group by all
),

lake_items as (
    select article_id, revision, extraction, list(text order by position) as items
    from fact_article_item
    semi join reread using (article_id, revision, extraction)
    group by all
),

pairs as (
    select
        reread.row,
        [
            {'field': 'kind', 'before': former.kind, 'after': reread.kind},
            {'field': 'title', 'before': former.title, 'after': reread.title},
            {'field': 'kicker', 'before': former.kicker, 'after': reread.kicker},
            {'field': 'summary', 'before': former.summary, 'after': reread.summary},
            {'field': 'highlights', 'before': former.highlights::varchar, 'after': reread.highlights::varchar},
            {
                'field': 'authors',
                'before': coalesce(lake_authors.names, [])::varchar,
                'after': list_transform(coalesce(reread.authors, []), lambda a: a.name)::varchar
            },
            {'field': 'url', 'before': former.url, 'after': reread.url},
            {'field': 'source', 'before': source.domain, 'after': reread.source},
            {'field': 'section', 'before': former.section, 'after': reread.section},
            {'field': 'categories', 'before': former.categories::varchar, 'after': reread.categories::varchar},
            {'field': 'language', 'before': former.language, 'after': reread.language},
            {'field': 'is_translated', 'before': former.is_translated::varchar, 'after': reread.is_translated::varchar},
            {'field': 'is_paywalled', 'before': former.is_paywalled::varchar, 'after': reread.is_paywalled::varchar},
            {
                'field': 'published_date',
                'before': former.published_date::varchar,
                'after': reread.published_date::varchar
            },
            {'field': 'published_at', 'before': former.published_at::varchar, 'after': reread.published_at::varchar},
            {'field': 'modified_at', 'before': former.modified_at::varchar, 'after': reread.modified_at::varchar},
            {'field': 'headings', 'before': former.headings::varchar, 'after': reread.headings::varchar},
            {
                'field': 'items',
                'before': coalesce(lake_items.items, [])::varchar,
                'after': coalesce(reread.items, [])::varchar
            },
            {
                'field': 'body',
                'before': former.body_hash,
                'after': reread.body_hash
            }
        ] as fields,
        former.char_count as chars_before,
        reread.char_count as chars_after
    from reread
    join fact_article as former using (article_id, revision, extraction)
    join dim_source as source on source.source_id = former.source_id
    left join lake_authors using (article_id, revision, extraction)
    left join lake_items using (article_id, revision, extraction)
),

changed as (
    select
        row,
        chars_before,
        chars_after,
        list_filter(fields, lambda f: f.before is distinct from f.after) as fields
    from pairs
),

told as (
    select
        row,
        chars_before,
        chars_after,
        unnest(
            case when len(fields) > 0 then fields else [{'field': 'other', 'before': null, 'after': null}] end
        ) as change
    from changed
)

select
    row,
    change.field as field,
    case when change.field = 'body' then chars_before || ' characters' else left(change.before, 120) end as before,
    case when change.field = 'body' then chars_after || ' characters' else left(change.after, 120) end as after
from told
order by row, field
