"""What runs and gates say, as findings: of runs that failed or died, and of slices that wait for somebody to decide.

A slice is its own subject, so that what a gate holds of one feed explains nothing of the others; its incident is open
exactly as long as something of it waits in the warehouse, whatever later runs load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from expectations.monitors.findings import REST, Expectation, Finding, State, Subject
from warehouse.incidents import IncidentRow
from warehouse.lake import Connection
from warehouse.statements import statement
from warehouse.watched import WatchedRun

RUN, GATE = "run", "gate"  # the monitors
HELD = "gate_held"
_UNUSED = timedelta(days=14)  # longer than an inbox that is read once a week may fail before it is read again


def of_runs(runs: Sequence[WatchedRun], as_of: datetime, *, goes_on: bool) -> list[Finding]:
    """What the books say of the last run of each inbox, where the run itself could not say it: it died, or it failed
    and was killed before it told."""
    latest: dict[str, WatchedRun] = {}
    for run in runs:
        if run.kind == "ingest" and run.inbox is not None:
            latest[run.inbox] = run
    running = max((run.run_id for run in runs if run.kind == "ingest" and run.state == "running"), default=None)
    found = []
    for inbox, run in latest.items():
        if is_unused(inbox, runs, as_of):
            continue
        if run.state == "interrupted" or (goes_on and run.run_id == running):
            continue  # somebody ended it and knows, or it is not over yet: what was open stays open
        found.append(_of_run("run_died", inbox, run, as_of, bad=run.state == "running"))
        found.append(_of_run("run_failed", inbox, run, as_of, bad=run.state == "failed"))
    return found


def is_unused(inbox: str, runs: Sequence[WatchedRun], as_of: datetime) -> bool:
    """Whether nothing has run on an inbox for two weeks, while a run of another one was good since: it was mistyped, or
    has been given up, and no good run of its own will ever end its incidents."""
    ingests = [run for run in runs if run.kind == "ingest"]
    last = max((run.started_at for run in ingests if run.inbox == inbox), default=None)
    if last is not None and as_of - last < _UNUSED:
        return False
    others = [run for run in ingests if run.inbox != inbox and run.state == "completed"]
    return any(last is None or run.started_at > last for run in others)


def _of_run(cause: str, inbox: str, run: WatchedRun, as_of: datetime, *, bad: bool) -> Finding:
    words = f"run {run.run_id} began {run.started_at:%Y-%m-%d %H:%M} UTC and "
    if not bad:
        words += f"is {run.state}"
    elif cause == "run_failed":
        words += f"failed: {run.message or 'no message was left'}"
    else:
        words += "ended without a word: killed, or the machine went down; what was committed stays"
    return run_finding(cause, inbox, run.run_id, as_of, bad=bad, since=run.started_at, why=words)


def run_finding(
    cause: str, inbox: str, run_id: int, as_of: datetime, *, bad: bool, since: datetime, why: str
) -> Finding:
    """What a run says of itself, or the books of it, as a finding about its inbox."""
    basis = f"run {run_id} and the bounds of the settings"
    return _finding(RUN, Subject("inbox", inbox), cause, as_of, bad=bad, since=since, why=why, basis=basis)


def of_gates(
    con: Connection, known: Sequence[IncidentRow], now: datetime, *, of_run: int | None = None
) -> list[Finding]:
    """What waits behind gates, a finding a slice; and of each open incident of a slice that nothing of it waits any
    more. The caller holds the transaction, so that no decision comes between. With ``of_run`` slices that have no
    incident yet are left out, save those which that run holds."""
    standing = {_subject_of(row): row for row in known if row.cause == HELD and row.resolved_at is None}
    waiting: dict[Subject, list[dict[str, Any]]] = {}
    for each in con.execute(statement("gates/waiting")).to_arrow_table().to_pylist():
        if each["since"] <= now:
            waiting.setdefault(slice_subject(each["unit"], each["name"]), []).append(each)
    found = []
    for subject in sorted(waiting.keys() | standing.keys()):
        row, held = standing.get(subject), waiting.get(subject, [])
        if row is not None and row.monitor != GATE:  # of all that an inbox held, as earlier versions told it
            held = [each for several in waiting.values() for each in several]
        if row is None and of_run is not None and all(each["run_id"] != of_run for each in held):
            continue
        since = min((each["since"] for each in held), default=now)
        why = "; ".join(_held_in_words(each) for each in held) or "nothing of it waits any more"
        monitor = GATE if row is None else row.monitor
        basis = "the bounds of its gate"
        found.append(_finding(monitor, subject, HELD, now, bad=bool(held), since=since, why=why, basis=basis))
    return found


def slice_subject(unit: str, name: str) -> Subject:
    """A slice of the gates as the monitors name it."""
    return Subject(unit, name) if name else REST


def _held_in_words(each: Mapping[str, Any]) -> str:
    measures = ", ".join(each["measures"] or ())
    return f"{each['inputs']:,} inputs of run {each['run_id']} wait: {measures}: {each['why']}"


def _subject_of(row: IncidentRow) -> Subject:
    return Subject(row.subject_kind, row.subject)


def _finding(
    monitor: str, subject: Subject, cause: str, as_of: datetime, *, bad: bool, since: datetime, why: str, basis: str
) -> Finding:
    return Finding(
        monitor=monitor,
        subject=subject,
        cause=cause,
        state=State.OPEN if bad else State.OK,
        as_of=as_of,
        since=since if bad else None,
        observed=float(not bad),
        evidence=float(bad),
        needed=1.0,
        why=why,
        expectation=Expectation(
            monitor=monitor,
            subject=subject,
            measure="good runs",
            made_at=as_of,
            starts=since,
            ends=as_of,
            low=1.0,
            high=None,
            unit="runs",
            chance=0.0,
            basis=basis,
        ),
    )
