-- One row per name that a source and those merged into it go by, by first use.
select alias.alias, alias.source_id, coalesce(alias.origin, 'declared') as origin, alias.valid_from, alias.valid_to, alias.last_seen_at
from dim_source_alias as alias
join dim_source as member using (source_id)
where coalesce(member.identity_id, member.source_id) = $source_id and alias.alias_kind = 'name'
order by alias.valid_from, alias.alias, alias.source_id
