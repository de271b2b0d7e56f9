-- forgetting_sources: one row per source that the one named stands for, itself among them; none for an article.
create or replace temp table forgetting_sources as
select source_id
from dim_source
where source_id <> 0 and coalesce(identity_id, source_id) = getvariable('source_id');

-- forgetting: one row per article that is to be taken out, by its id or by its source.
create or replace temp table forgetting as
select article_id
from dim_article
where article_id = getvariable('article_id') or source_id in (select source_id from forgetting_sources)
union
select article_id
from fact_article
where source_id in (select source_id from forgetting_sources);

-- forgetting_inputs: one row per input that gave one of them, and per input of the source that gave none.
create or replace temp table forgetting_inputs as
select input_id
from ops.input
where reason is distinct from 'forgotten'
    and (
        (state = 'loaded' and article_id in (select article_id from forgetting))
        or input_id = getvariable('input_id')
        or (state in ('loaded', 'quarantined', 'held') and source_id in (select source_id from forgetting_sources))
    );

-- forgetting_readings: one row per reading of one of them, with the wide columns left where they are.
create or replace temp table forgetting_readings as
select article_id, revision, extraction, cause, batch_id
from fact_article
where article_id in (select article_id from forgetting);

-- lone_authors, lone_blocks: what only these articles name, or had cut from them.
create or replace temp table lone_authors as
select author_id
from bridge_article_author
where author_id <> 0
group by author_id
having bool_and(article_id in (select article_id from forgetting));

create or replace temp table lone_blocks as
select block_id
from fact_removed_text
group by block_id
having bool_and(article_id in (select article_id from forgetting));
