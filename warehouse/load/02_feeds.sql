-- Feeds that the settings or the arrivals name, before anything points at them.

insert into dim_feed (feed_id, name)
select (select max(feed_id) from dim_feed) + row_number() over (order by name), name
from (
    select name from feeds
    union
    select feed from arrivals where feed is not null
) as named
where name not in (select name from dim_feed);

update dim_feed
set pattern = feeds.pattern, source = feeds.source, language = feeds.language, rhythm = feeds.rhythm
from feeds
where feeds.name = dim_feed.name
    and (feeds.pattern, feeds.source, feeds.language, feeds.rhythm)
        is distinct from (dim_feed.pattern, dim_feed.source, dim_feed.language, dim_feed.rhythm);
