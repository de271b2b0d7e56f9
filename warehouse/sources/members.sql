-- One row per source that inputs name and that this one stands for, itself first.
select
    member.source_id,
    member.domain,
    member.name,
    member.merged_into,
    member.merge_cause,
    member.merge_reason,
    member.merged_at,
    member.retired_at,
    member.first_seen_at,
    member.last_seen_at,
    (select count(*) from dim_article as article where article.source_id = member.source_id) as articles
from dim_source as member
where coalesce(member.identity_id, member.source_id) = $source_id
order by member.merged_into is not null, member.source_id
