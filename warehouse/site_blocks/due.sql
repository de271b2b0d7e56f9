-- One row per site of $sites whose lines are to be looked at, with how many characters the bodies of its last 100
-- articles have: the sites of which the fifth, tenth, … article is among the new ones; above the hundredth the
-- hundred and tenth, and so on; above the thousandth the thousand and twentieth.
--
-- A look reads those bodies wherever they lie, for a site of a page a week in the files of a year. With a thousand new
-- pages of 269 sites, in a lake of a million articles, half of the sites have but one: by fives 116 are looked at, by
-- tens 78.
with counted as (
    select
        source_id,
        count(*) filter (where is_new and revision = 1) as new_articles,
        sum(char_count) filter (where age <= 100)::bigint as characters
    from site_readings
    group by source_id
),

known as (
    select source_id, count(*) as articles, case when count(*) > 1000 then 20 when count(*) > 100 then 10 else 5 end as step
    from dim_article
    where list_contains(getvariable('sites'), source_id)
    group by source_id
)

select source_id, counted.characters
from counted
join known using (source_id)
where known.articles // step > (known.articles - counted.new_articles) // step
order by source_id
