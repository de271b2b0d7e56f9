-- What was forgotten is gone from every file: where it is not, `newslake forget --finish` clears what is left.
select forgotten_id, kind, subject_id, forgotten_at
from ops.forgotten
where cleared_at is null
order by forgotten_id
