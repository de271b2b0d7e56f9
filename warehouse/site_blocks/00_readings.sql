-- site_readings: one row per article, in its current reading, of the sites of $sites: those loaded since the last
-- learning, the last 100 before them, and so the last 100 of all, by observation.
--
-- age        place among all of the site, 1 for the one observed last; exact up to 100
-- past_age   place among those before the new ones; null for a new one
--
-- The identity decides between articles of one moment, so that neither the order of loading nor an id has a say. It is
-- looked up for those alone that it can matter to: this reads every reading there is, so it reads light columns.
create or replace temp table site_readings as
with current as (
    select
        reading.source_id,
        reading.article_id,
        reading.revision,
        reading.extraction,
        reading.observed_at,
        reading.loaded_at,
        reading.char_count,
        coalesce(reading.published_date, reading.observed_at::date) as day,
        reading.batch_id > getvariable('learned_up_to') as is_new
    from fact_article as reading
    where reading.is_current and reading.source_id in (select unnest(getvariable('sites')))
),

-- The hundredth last moment of each site, of its new articles and of the others: a heap each, not a sort of the lake.
moments as (
    select source_id, is_new, list_last(max(observed_at, 100)) as since
    from current
    group by all
),

wanted as (
    select
        current.*,
        rank() over (partition by current.source_id order by current.observed_at desc) as place
    from current
    join moments using (source_id, is_new)
    where current.is_new or current.observed_at >= moments.since
),

identities as (
    select article_id, identity_kind, identity_key
    from dim_article
    semi join (from wanted where place <= 100 or not is_new) using (article_id)
)

select
    wanted.* exclude (place),
    row_number() over (
        partition by source_id
        order by observed_at desc, identity_kind, identity_key
    ) as age,
    case when not is_new then row_number() over (
        partition by source_id, is_new
        order by observed_at desc, identity_kind, identity_key
    ) end as past_age
from wanted
left join identities using (article_id);
