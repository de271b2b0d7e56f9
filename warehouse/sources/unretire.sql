-- Gives a domain back to the source that it was taken from, where no other source has come to hold it.
update dim_source
set retired_at = null
where source_id = $source_id
    and domain not in (
        select domain from dim_source where domain is not null and source_id <> $source_id
    )
