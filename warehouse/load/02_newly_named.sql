-- One row: how many sources had no name before the batch gave them one, by which they and their articles are shown from now on.
select count(*)
from sources_named
join sources_known using (source_id)
where sources_known.name is null and sources_named.name is not null
