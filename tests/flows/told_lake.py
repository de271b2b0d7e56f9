"""A lake of which runs and watches tell: settings with channels, and runs in the books that nothing ran."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from flows.alerts import Alert
from flows.settings import Alerts, Loaded, load
from warehouse.lake import Connection
from warehouse.ledger import begin_run, end_run

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAILED = Alert(
    cause="run_failed",
    severity="critical",
    title="newslake run 1: failed",
    what=("The run failed: NoInbox: nothing there",),
    where="inbox in",
    since="run 1",
    samples=(),
    sql="select 1",
    command="newslake run in",
)


def settings(*channels: str, **alerts: object) -> Loaded:
    loaded = load(None, {})
    said = msgspec.structs.replace(loaded.settings.alerts, channels=channels, **alerts)
    return Loaded(msgspec.structs.replace(loaded.settings, alerts=said), None, Path())


def with_runs(runs: str, *channels: str, **alerts: object) -> Loaded:
    loaded = settings(*channels, **alerts)
    watch = msgspec.structs.replace(loaded.settings.watch, runs=runs)
    return Loaded(msgspec.structs.replace(loaded.settings, watch=watch), None, Path())


def said(*channels: str, **alerts: object) -> Alerts:
    return settings(*channels, **alerts).settings.alerts


def a_run(con: Connection, now: datetime, state: str = "completed", inbox: str = "in") -> int:
    run_id = begin_run(con, inbox=inbox, now=now, version="0.1.0")
    end_run(con, run_id, state=state, now=now + timedelta(minutes=1), listed=0, unchanged=0, message=None)
    return run_id
