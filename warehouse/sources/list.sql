-- Sources by articles; $like is a part of a domain or of a name, in any case, and null for all.
select *
from source
where $like is null
    or len(list_filter(
        list_concat(domains, list_concat(names, former_names)), lambda known: contains(lower(known), lower($like))
    )) > 0
order by articles desc, source_id
