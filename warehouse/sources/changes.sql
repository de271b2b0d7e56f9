-- One row per decision about a source or one that was ever merged into it, in order.
select change_id, action, source_id, into_source_id, alias, cause, reason, recorded_at
from ops.source_change
where source_id = $source_id
    or into_source_id = $source_id
    or source_id in (select source_id from dim_source where identity_id = $source_id)
order by change_id
