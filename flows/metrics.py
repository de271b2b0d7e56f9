"""What a monitoring system is told of a warehouse: gauges in the Prometheus text format.

The figures are those of `newslake status`, which are in the lake: nothing has to run between two scrapes, and whoever
asks gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.ledger import Status

_INPUTS = ("listed", "picked_up", "loaded", "quarantined", "duplicate", "held", "failed", "unchanged")


def exposition(now: Status, held: pa.Table, *, is_running: bool) -> str:
    """The gauges of a warehouse whose standing is ``now`` and behind whose gates ``held`` waits (a row a slice)."""
    registry = CollectorRegistry()

    def gauge(name: str, says: str, of: Iterable[tuple[tuple[str, ...], object]], labels: tuple[str, ...] = ()) -> None:
        known = [(values, value) for values, value in of if value is not None]
        if not known and not labels:
            return  # a gauge that is never set says 0: a time in 1970, of which every alert on an age would tell
        told = Gauge(f"newslake_{name}", says, labels, registry=registry)
        for values, value in known:
            (told.labels(*values) if labels else told).set(_number(value))

    totals = now.totals.to_pylist()[0]
    gauge("articles", "Articles in the lake.", [((), totals["articles"])])
    gauge("readings", "Readings of articles, all revisions and extractions.", [((), totals["readings"])])
    gauge("sources", "Sources, merged ones aside.", [((), totals["sources"])])
    gauge("last_loaded_timestamp_seconds", "When an article was loaded last.", [((), totals["newest_loaded"])])
    gauge("data_bytes", "Bytes of the present snapshot's files.", [((), now.data_bytes)])
    gauge("snapshots", "Snapshots that are kept.", [((), now.snapshots)])
    states = now.states.to_pylist()
    gauge("inputs", "Inputs by their state.", [((row["state"],), row["inputs"]) for row in states], ("state",))

    gauge("run_in_progress", "Whether a run goes on.", [((), is_running)])
    # What was killed has no end, and is marked by the next run alone: none in progress, and this newer than every end.
    gauge("run_started_timestamp_seconds", "When the last run began.", [((), now.last_begun)])
    newest = now.outcomes.to_pylist()
    gauge(
        "run_ended_timestamp_seconds",
        "When the last run of each outcome ended.",
        [((run["state"],), run["ended_at"]) for run in newest],
        ("state",),
    )
    last: dict[str, Any] = newest[0] if newest else {}
    gauge(
        "run_inputs",
        "Inputs of the last run, by what became of them.",
        [((name,), last.get(name)) for name in _INPUTS],
        ("state",),
    )
    gauge(
        "run_stage_seconds",
        "Wall seconds of the last run by stage; some go on side by side.",
        [((stage,), seconds) for stage, seconds in dict(last.get("stage_seconds") or {}).items()],
        ("stage",),
    )

    slices = held.to_pylist()
    gauge("held_inputs", "Inputs that wait behind gates.", [((), sum(row["inputs"] for row in slices))])
    since = min((row["since"] for row in slices), default=None)
    gauge("held_since_timestamp_seconds", "Since when the longest of them waits.", [((), since)])
    open_now: dict[tuple[str, ...], int] = {}
    for row in now.incidents.to_pylist():
        key = (row["monitor"], row["severity"])
        open_now[key] = open_now.get(key, 0) + 1
    gauge("open_incidents", "Incidents that are open.", open_now.items(), ("monitor", "severity"))
    gauge(
        "alerts_waiting",
        "Messages that a channel did not take yet.",
        [((row["channel"],), row["waiting"]) for row in now.channels.to_pylist()],
        ("channel",),
    )
    gauge("last_watch_timestamp_seconds", "As of when the last watch judged.", [((), now.last_watch)])
    return generate_latest(registry).decode()


def _number(value: object) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value)  # type: ignore[arg-type]
