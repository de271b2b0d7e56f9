-- What was turned away, why, and what can be done about it?
select path, reason, detail
from rejection
order by path, position
