-- What `decisions` (one row per candidate: the reading that it gives, or repeats, and why) comes to, in light columns.

-- new_readings: one row per reading that the batch adds, with all of its ids.
create or replace temp table new_readings as
select
    decisions.row,
    decisions.article_id,
    decisions.revision,
    decisions.extraction,
    decisions.cause,
    decisions.is_current,
    decisions.observed_at,
    decisions.observed_origin,
    placed.source_id,
    shown.identity_domain as source,
    shown.identity_name as source_name,
    placed.feed_id,
    placed.input_id,
    extractor.extractor_id,
    -- The rows of dim_date are numbered by their days; 0 is for the others.
    case
        when arrivals.published_date between date '1800-01-01' and date '2100-12-31'
            then date_diff('day', date '1800-01-01', arrivals.published_date) + 1
        else 0
    end as date_id
from decisions
join placed using (row)
join arrivals using (row)
join dim_source as shown on shown.source_id = placed.source_id
join extractors on extractors.engine = arrivals.engine
join dim_extractor as extractor
    on extractor.engine = extractors.engine
    and extractor.version = extractors.version
    and extractor.rules_hash = extractors.rules_hash
where decisions.is_reading;

-- states: one row per open arrival: the state that it comes to, and every reason of a quarantine.
create or replace temp table states as
select
    arrivals.row,
    case
        when arrivals.outcome in ('failed', 'container') then arrivals.outcome
        when arrivals.row in (select row from holding) then 'held'
        when placed.duplicate_of is not null and not coalesce(decisions.is_reading, false) then 'duplicate'
        when decisions.article_id is not null then 'loaded'
        else 'quarantined'
    end as state,
    case
        when decisions.cause = 'identity_conflict' and placed.duplicate_of is null then [{'reason': decisions.cause, 'detail': decisions.detail}]
        else arrivals.reasons
    end as reasons
from arrivals
join placed using (row)
left join decisions using (row);

-- bylines: one row per place in the by-line of a new reading.
create or replace temp table bylines as
select decisions.article_id, decisions.revision, decisions.extraction, place.position, place.author
from (
    select row, unnest(authors) as author, generate_subscripts(authors, 1)::integer as position from staged
) as place
join decisions using (row)
where decisions.is_reading;

-- cuts: one row per span cut from a new reading, without its text.
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

-- new_blocks: one row per text that the lake does not hold, with one of its places, whence its text is read.
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
    min(decisions.seen_at) as first_seen_at,
    max(decisions.seen_at) as last_seen_at
from decisions
join placed using (row)
where decisions.article_id is not null
group by decisions.article_id;
