-- Who wrote for whom?
select
    name,
    author_kind as kind,
    count(distinct article_id) as articles,
    list_sort(list(distinct source) filter (where source is not null)) as sources,
    max(published_date) as latest
from article_author
group by name, author_kind
order by articles desc, name
