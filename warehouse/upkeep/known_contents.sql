-- One row per content that an input has, or a reading was made from: what raw/ may keep the bytes of.
select content_hash from ops.input where content_hash is not null
union
select content_hash from fact_article
