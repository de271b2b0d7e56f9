-- One row per news source as inputs name it, with the identity that stands for it: join source_id of a table to this.
--
-- source_id: The source as an input named it; 0 for none
-- identity_id: The source that stands for it and for all that were merged with it; itself where it stands alone
-- domain: Registrable domain of the identity; null where only a name is known
-- name: Name of the identity as first seen, else of the source itself; null where none was given
-- named_domain: Domain that the input itself named; null where it named none
-- named: Name by which the source itself was first seen; null where none was given
-- merge_cause: operator, declared_name or same_name; null where it stands alone

-- Not read once into a common table: the ids would have no statistics there, by which DuckDB finds that they are dense. A count
-- of a million articles by source took 56 CPU ms so, and takes 45.
select
    member.source_id,
    identity.source_id as identity_id,
    identity.domain,
    coalesce(identity.name, member.name) as name,
    member.domain as named_domain,
    member.name as named,
    case when member.merged_into is not null then member.merge_cause end as merge_cause
from main.dim_source as member
join main.dim_source as identity on identity.source_id = coalesce(member.identity_id, member.source_id)
