-- The articles and their readings. `decisions` has one row per candidate: the reading that it gives, or repeats, and why.

insert into fact_article by name
select
    decisions.article_id,
    decisions.revision,
    decisions.extraction,
    decisions.cause,
    placed.source_id,
    placed.feed_id,
    extractor.extractor_id,
    coalesce(day.date_id, 0) as date_id,
    staged.url,
    staged.kind,
    staged.title,
    staged.kicker,
    staged.summary,
    staged.highlights,
    staged.section,
    staged.categories,
    staged.language,
    staged.is_translated,
    staged.headings,
    staged.published_date,
    staged.published_at,
    staged.published_offset,
    staged.published_precision,
    staged.published_origin,
    staged.modified_at,
    decisions.observed_at,
    arrivals.observed_origin,
    staged.body,
    staged.word_count,
    staged.char_count,
    staged.removed_chars,
    staged.confidence,
    staged.origins,
    staged.content_hash,
    staged.body_hash,
    staged.reading_hash,
    placed.input_id,
    getvariable('batch_id') as batch_id,
    getvariable('run_id') as run_id,
    getvariable('now') as loaded_at
from staged
join decisions using (row)
join placed using (row)
join arrivals using (row)
join extractors on extractors.engine = staged.engine
join dim_extractor as extractor
    on extractor.engine = extractors.engine
    and extractor.version = extractors.version
    and extractor.rules_hash = extractors.rules_hash
left join dim_date as day on day.day = staged.published_date
where decisions.is_reading
order by decisions.article_id, decisions.revision;

insert into fact_article_item
select decisions.article_id, decisions.revision, decisions.extraction, item.position, item.text
from (
    select row, unnest(items) as text, generate_subscripts(items, 1)::integer as position from staged
) as item
join decisions using (row)
where decisions.is_reading
order by all;

create or replace temp table bylines as
select decisions.article_id, decisions.revision, decisions.extraction, place.position, place.author
from (
    select row, unnest(authors) as author, generate_subscripts(authors, 1)::integer as position from staged
) as place
join decisions using (row)
where decisions.is_reading;

insert into dim_author
select
    (select max(author_id) from dim_author) + row_number() over (order by named.name, named.kind),
    named.name,
    named.kind
from (select distinct author.name as name, author.kind as kind from bylines) as named
where (named.name, named.kind) not in (select (name, author_kind) from dim_author);

insert into bridge_article_author
select byline.article_id, byline.revision, byline.extraction, byline.position, author.author_id, byline.author.role
from bylines as byline
join dim_author as author on author.name = byline.author.name and author.author_kind = byline.author.kind
order by all;

create or replace temp table cuts as
select decisions.article_id, decisions.revision, decisions.extraction, cut.row, cut.position, cut.span
from (
    select
        row,
        list_transform(removed, lambda span: {
            'start': span.start, 'end': span.end, 'role': span.role, 'rule': span.rule, 'text_hash': span.text_hash
        }) as spans,
        unnest(spans) as span,
        generate_subscripts(removed, 1)::integer as position
    from staged
) as cut
join decisions using (row)
where decisions.is_reading;

-- One place of each text that the lake does not hold: the texts themselves are read from there, once.
create or replace temp table new_blocks as
select
    (select coalesce(max(block_id), 0) from removed_block) + row_number() over (order by row, position) as block_id,
    text_hash,
    row,
    position
from (
    select span.text_hash as text_hash, unnest(min((row, position)), recursive := true)
    from cuts
    where span.text_hash not in (select text_hash from removed_block)
    group by span.text_hash
) as found(text_hash, row, position);

insert into removed_block
select new_blocks.block_id, new_blocks.text_hash, staged.removed[position].text, length(staged.removed[position].text)
from staged
join new_blocks using (row)
order by new_blocks.block_id;

insert into fact_removed_text
select
    cuts.article_id,
    cuts.revision,
    cuts.extraction,
    cuts.position,
    block.block_id,
    cuts.span.start,
    cuts.span.end,
    cuts.span.role,
    cuts.span.rule
from cuts
join removed_block as block on block.text_hash = cuts.span.text_hash
order by all;

-- articles_seen: one row per article of the batch.
create or replace temp table articles_seen as
select
    decisions.article_id,
    any_value(decisions.identity_key) as identity_key,
    any_value(decisions.identity_kind) as identity_kind,
    bool_or(decisions.cause = 'new') as is_new,
    max(decisions.revision) as revisions,
    max(decisions.revision) filter (where decisions.is_current) as current_revision,
    max(decisions.extraction) filter (where decisions.is_current) as current_extraction,
    max(placed.source_id) filter (where decisions.is_current) as source_id,
    min(decisions.observed_at) as first_seen_at,
    max(decisions.observed_at) as last_seen_at
from decisions
join placed using (row)
where decisions.article_id is not null
group by decisions.article_id;

insert into dim_article by name
select * exclude (is_new) from articles_seen where is_new order by article_id;

update dim_article
set
    revisions = greatest(dim_article.revisions, seen.revisions),
    current_revision = coalesce(seen.current_revision, dim_article.current_revision),
    current_extraction = coalesce(seen.current_extraction, dim_article.current_extraction),
    source_id = coalesce(seen.source_id, dim_article.source_id),
    first_seen_at = least(dim_article.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(dim_article.last_seen_at, seen.last_seen_at)
from articles_seen as seen
where dim_article.article_id = seen.article_id
    and not seen.is_new
    and (
        seen.current_revision is not null
        or dim_article.revisions < seen.revisions
        or dim_article.first_seen_at > seen.first_seen_at
        or dim_article.last_seen_at < seen.last_seen_at
    );
