-- One row per content that an input has, or a reading was made from: what raw/ may keep the bytes of. The clearing of
-- what was forgotten reaches the folder that it was asked in; where several share a catalog, upkeep clears the others.
select content_hash
from ops.input
where content_hash not in (
    select content_hash from ops.input where reason = 'forgotten' and content_hash is not null
)
union
select content_hash from fact_article
