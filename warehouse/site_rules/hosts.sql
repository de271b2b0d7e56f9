-- One row per host of loaded web pages: how many of them are the latest reading of their input.
select
    lower(regexp_extract(reading.url, '^[a-zA-Z]+://(?:[^/?#@]*@)?([^/?#:]+)', 1)) as host,
    count(*) as pages
from ops.input as input
join main.fact_article as reading using (article_id, revision, extraction)
where input.is_latest
and input.state = 'loaded'
and input.format = 'html'
and reading.url is not null
group by all
order by host
