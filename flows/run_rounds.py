"""What a run says of itself becomes incidents too: one message when a cause begins, one when a good run ends it.

A run's alert goes in as :func:`flows.alerts.alert_for_run` words it; the next run that fails alike tells nobody again.
"""

from __future__ import annotations

from datetime import datetime

from flows.alerts import Alert
from flows.delivery import deliver
from flows.rounds import REMEMBERED, Rules, make_round
from flows.settings import Alerts
from flows.telling import Evidence, Place
from flows.watching import run_finding
from warehouse.incidents import IncidentRow, keep, known, next_incident_id
from warehouse.lake import Connection, transaction

_MONITOR = "run"
_BY_STATE = frozenset({"run_failed", "run_died"})  # what any run that goes to its end is the end of


def tell_of_run(
    con: Connection,
    alert: Alert | None,
    said: Alerts,
    *,
    run_id: int,
    inbox: str,
    warehouse: str,
    loaded_something: bool,
    began: datetime,
    now: datetime,
) -> str | None:
    """Open or resolve the incidents of a run, keep the messages, send what is due; what became of it, in words.

    ``alert`` is what the run has to tell, None where it is well. A cause of the data is over when a run that
    ``loaded_something`` does not show it; one that found nothing new has shown nothing.
    """
    causes = set(alert.cause.split("+")) if alert else set()
    if not causes and not any(_is_of(row, inbox) for row in known(con, resolved_after=now)):
        return "; ".join(deliver(con, said, now=now)) or None
    with transaction(con, f"incidents of run {run_id}"):
        rows = [row for row in known(con, resolved_after=now - REMEMBERED) if _is_of(row, inbox)]
        standing = {row.cause for row in rows if row.monitor == _MONITOR and row.resolved_at is None}
        well = standing - causes
        if not loaded_something:
            well &= _BY_STATE
        if "run_failed" in causes:
            well &= {"run_died"}
        why = "; ".join(alert.what) if alert else f"run {run_id} shows it no more"
        findings = [
            run_finding(cause, inbox, run_id, now, bad=cause in causes, since=began, why=why)
            for cause in sorted(causes | well)
        ]
        rules = Rules(
            now=now,
            said=said,
            place=Place(warehouse, inbox),
            evidence=lambda _: Evidence(),
            feeds={},
            source_ids={},
            run_id=run_id,
        )
        made = make_round(rows, findings, rules, next_id=next_incident_id(con), told=alert, remind=False)
        keep(con, made.changed, made.messages)
    problems = deliver(con, said, now=now)
    if alert is not None and not made.opened:
        return f"{alert.title} (told before; it is open still)"
    titles = [message.title for message in made.messages]
    return f"{'; '.join(titles)} ({'; '.join(problems) or 'sent'})" if titles else None


def _is_of(row: IncidentRow, inbox: str) -> bool:
    return (row.subject_kind, row.subject) == ("inbox", inbox)
