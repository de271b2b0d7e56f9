-- One row per news source as inputs name it, with the identity that stands for it: join source_id of a table to this.
--
-- source_id: The source as an input named it; 0 for none
-- identity_id: The source that stands for it and for all that were merged with it; itself where it stands alone
-- domain: Registrable domain of the identity; null where only a name is known
-- name: Name of the identity as first seen, else of the source itself; null where none was given
-- named_domain: Domain that the input itself named; null where it named none
-- named: Name by which the source itself was first seen; null where none was given
-- merge_cause: operator, declared_name or same_name; null where it stands alone
select
    source_id,
    coalesce(identity_id, source_id) as identity_id,
    identity_domain as domain,
    identity_name as name,
    domain as named_domain,
    name as named,
    case when merged_into is not null then merge_cause end as merge_cause
from main.dim_source
