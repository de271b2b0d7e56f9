"""What a run says of itself becomes incidents too: one message when a cause begins, one when a good run ends it.

A run's alert goes in as :func:`flows.alerts.alert_for_run` words it; the next run that fails alike tells nobody again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.alerts import Alert
from flows.delivery import deliver
from flows.rounds import REMEMBERED, Rules, make_round
from flows.run_findings import HELD, RUN, of_gates, run_finding
from flows.settings import Alerts
from flows.telling import Evidence, Place
from warehouse.incidents import IncidentRow, keep, known, next_incident_id
from warehouse.lake import Connection, transaction

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
    ``loaded_something`` does not show it; one that found nothing new has shown nothing. What a gate holds is over when
    nothing of the slice waits.
    """
    causes = set(alert.cause.split("+")) - {HELD} if alert else set()
    if alert is None and not _rows(con, inbox, resolved_after=now):
        return "; ".join(deliver(con, said, now=now)) or None
    with transaction(con, f"incidents of run {run_id}"):
        rows = _rows(con, inbox, resolved_after=now - REMEMBERED)
        open_now = {row.cause for row in rows if row.monitor == RUN and row.resolved_at is None}
        well = open_now - causes - {HELD}
        if not loaded_something:
            well &= _BY_STATE
        if "run_failed" in causes:
            well &= {"run_died"}
        why = "; ".join(alert.what) if alert else f"run {run_id} shows it no more"
        findings = [
            run_finding(cause, inbox, run_id, now, bad=cause in causes, since=began, why=why)
            for cause in sorted(causes | well)
        ]
        findings += of_gates(con, rows, now, of_run=run_id)
        rules = _rules(said, Place(warehouse, inbox), run_id, now)
        made = make_round(rows, findings, rules, next_id=next_incident_id(con), told=alert, remind=False)
        keep(con, made.changed, made.messages)
    problems = deliver(con, said, now=now)
    if alert is not None and not made.opened:
        return f"{alert.title} (told before; it is open still)"
    return _told([message.title for message in made.messages], problems)


def tell_of_decision(con: Connection, said: Alerts, *, run_id: int, warehouse: str, now: datetime) -> str | None:
    """Resolve the incidents of slices of which nothing waits any more, after decision ``run_id``; what was told."""
    with transaction(con, f"incidents of decision {run_id}"):
        rows = _rows(con, None, resolved_after=now - REMEMBERED)
        findings = of_gates(con, rows, now, of_run=run_id)
        rules = _rules(said, Place(warehouse, None), run_id, now)
        made = make_round(rows, findings, rules, next_id=next_incident_id(con), remind=False)
        keep(con, made.changed, made.messages)
    problems = deliver(con, said, now=now)
    return _told([message.title for message in made.messages], problems)


def _told(titles: Sequence[str], problems: Sequence[str]) -> str | None:
    """The messages by their titles and what became of them. A problem begins with the title of its message: where all
    of them have the same one, it is said once and without."""
    if not titles:
        return None
    alike = {problem.removeprefix(f"{titles[0]}: ") for problem in problems if problem.startswith(f"{titles[0]}: ")}
    shared = [problem for problem in alike if all(f"{title}: {problem}" in problems for title in titles)]
    named = {f"{title}: {problem}" for title in titles for problem in shared}
    others = [problem for problem in problems if problem not in named]
    return f"{'; '.join(titles)} ({'; '.join([*shared, *others]) or 'sent'})"


def _rows(con: Connection, inbox: str | None, *, resolved_after: datetime) -> list[IncidentRow]:
    """The incidents of an inbox and those of gates, with those that lead them and those that they lead."""
    rows = known(con, resolved_after=resolved_after)
    own = {row.led_by for row in rows if row.cause == HELD or (row.subject_kind, row.subject) == ("inbox", inbox)}
    return [row for row in rows if row.led_by in own]


def _rules(said: Alerts, place: Place, run_id: int, now: datetime) -> Rules:
    return Rules(now=now, said=said, place=place, evidence=lambda _: Evidence(), feeds={}, source_ids={}, run_id=run_id)
