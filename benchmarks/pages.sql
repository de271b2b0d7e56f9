-- What newslake read on the public pages, one row a page, in the names that pages.py scores.
select
    path,
    body,
    title,
    authors,
    published_date as published_at
from article
