-- One page of what was found, with the bodies; `{matches}` are conditions on the text where words must stand together.
select
    page.article_id,
    page.score,
    page.published_date,
    page.source,
    page.title,
    page.url,
    reading.body
from main.fact_article as reading
join page
    on page.article_id = reading.article_id
    and page.revision = reading.revision
    and page.extraction = reading.extraction
where reading.article_id in ({ids}){matches}
order by page.score desc, page.published_date desc nulls last, page.article_id
