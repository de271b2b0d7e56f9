-- What belongs to the new readings, and the articles that they are readings of.

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

insert into dim_article by name
select
    * exclude (is_new),
    revisions = 1 and current_revision = 1 and current_extraction = 1 and first_seen_at = last_seen_at as seen_once
from articles_seen
where is_new
order by article_id;

update dim_article
set
    revisions = greatest(dim_article.revisions, seen.revisions),
    current_revision = coalesce(seen.current_revision, dim_article.current_revision),
    current_extraction = coalesce(seen.current_extraction, dim_article.current_extraction),
    source_id = coalesce(seen.source_id, dim_article.source_id),
    first_seen_at = least(dim_article.first_seen_at, seen.first_seen_at),
    last_seen_at = greatest(dim_article.last_seen_at, seen.last_seen_at),
    seen_once = false
from articles_seen as seen
where dim_article.article_id = seen.article_id
    and not seen.is_new
    and (
        seen.current_revision is not null
        or dim_article.revisions < seen.revisions
        or dim_article.first_seen_at > seen.first_seen_at
        or dim_article.last_seen_at < seen.last_seen_at
    );
