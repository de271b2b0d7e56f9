-- One row per author: whom the current readings of the articles name in their by-lines, and what is known of the work.
--
-- author_id: The author
-- name: Name as printed
-- author_kind: person or organisation
-- articles: Articles with the author in the by-line
-- alone: Those of them that name nobody else
-- words: Words of their bodies; an article of two authors counts for both
-- sources: Registrable domains of the sources that published them, sorted; empty where none is known
-- roles: Roles as printed, sorted; empty where none is
-- first_published: Earliest day of publication; null where no article has one
-- last_published: Latest day of publication
with places as (
    select
        place.author_id,
        place.role,
        reading.article_id,
        reading.word_count,
        reading.published_date,
        len(reading.authors) = 1 as is_alone,
        reading.source
    from main.bridge_article_author as place
    join main.fact_article as reading
        on reading.article_id = place.article_id
        and reading.revision = place.revision
        and reading.extraction = place.extraction
    where reading.is_current
),

works as (
    select
        author_id,
        article_id,
        any_value(word_count) as word_count,
        any_value(published_date) as published_date,
        bool_or(is_alone) as is_alone,
        any_value(source) as source,
        list(role) filter (where role is not null) as roles
    from places
    group by all
)

select
    author.author_id,
    author.name,
    author.author_kind,
    count(*) as articles,
    count(*) filter (where works.is_alone) as alone,
    sum(works.word_count)::bigint as words,
    coalesce(list_sort(list(distinct works.source) filter (where works.source is not null)), []) as sources,
    coalesce(list_sort(list_distinct(flatten(list(works.roles) filter (where works.roles is not null)))), []) as roles,
    min(works.published_date) as first_published,
    max(works.published_date) as last_published
from works
join main.dim_author as author using (author_id)
group by all
