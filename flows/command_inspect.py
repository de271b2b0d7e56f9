"""`newslake status` and `explain`: how things stand, and how an article came to be."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.terminal import complain, console, print_table, shown
from warehouse.errors import LakeError
from warehouse.lake import connect
from warehouse.undisturbed import undisturbed

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console


def show_status(folder: Path, named_by: str, *, as_json: bool) -> int:
    """Print how the warehouse stands; the exit status."""
    from warehouse.gates import waiting_slices
    from warehouse.ledger import status
    from warehouse.locks import run_in_progress

    try:
        con = connect(folder, read_only=True)
        now = undisturbed(con, lambda: status(con))
        held = waiting_slices(con)
        running = run_in_progress(folder)
    except LakeError as error:
        complain(str(error))
        return 1
    totals = now.totals.to_pylist()[0]
    if as_json:
        _print_json(
            {
                "warehouse": str(folder),
                "running": running,
                "data_bytes": now.data_bytes,
                "snapshots": now.snapshots,
                "totals": totals,
                "held": held.to_pylist(),
                "states": {row["state"]: row["inputs"] for row in now.states.to_pylist()},
                "runs": [run | {"stage_seconds": dict(run["stage_seconds"] or ())} for run in now.runs.to_pylist()],
                "alerts": now.alerts.to_pylist(),
                "incidents": now.incidents.to_pylist(),
                "failing_channels": now.channels.to_pylist(),
                "last_watch": now.last_watch,
            }
        )
        return 0
    out = console()
    out.print(f"warehouse {folder} ({named_by})", highlight=False, markup=False, style="bold")
    out.print(f"a run goes on: {running}" if running else "no run goes on", highlight=False, markup=False)
    out.print(
        f"{totals['articles']:,} articles in {totals['readings']:,} readings from {totals['sources']:,} sources, "
        f"{now.data_bytes / 1e6:,.1f} MB in {now.snapshots:,} snapshots",
        highlight=False,
    )
    _print_arrow(now.states, "inputs by state")
    if held.num_rows:
        _print_arrow(held, "held by gates")
        for run in held["run_id"].unique().to_pylist():
            out.print(f"newslake run --accept {run} --reason WHY    loads them; --discard drops them", highlight=False)
    runs = now.runs.select(
        ["run_id", "state", "started_at", "ended_at", "picked_up", "loaded", "quarantined", "failed", "unchanged"]
    )
    _print_arrow(runs, "last runs")
    if now.incidents.num_rows:
        _print_arrow(now.incidents.select(["incident_id", "severity", "subject", "cause", "since", "why"]), "open")
    if now.channels.num_rows:
        _print_arrow(now.channels, "channels that fail")
    if now.alerts.num_rows:
        columns = ["alert_id", "kind", "run_id", "sent_at", "title", "delivered", "problem"]
        _print_arrow(now.alerts.select(columns), "last alerts")
    return 0


def explain_article(folder: Path, article_id: int, *, as_json: bool) -> int:
    """Print an article's path; the exit status."""
    from warehouse.explain import explain

    try:
        con = connect(folder, read_only=True)
        found = undisturbed(con, lambda: explain(con, article_id))
    except LakeError as error:
        complain(str(error))
        return 1
    readings = found.readings.to_pylist()
    for reading in readings:
        reading["origins"] = dict(reading["origins"] or [])
    if as_json:
        _print_json(
            {
                "readings": readings,
                "changes": found.changes.to_pylist(),
                "corrections": found.corrections.to_pylist(),
                "removed": found.removed.to_pylist(),
                "faults": found.faults.to_pylist(),
            }
        )
        return 0
    out = console()
    for reading in readings:
        mark = " (current)" if reading["is_current"] else ""
        title = f"article {article_id}, revision {reading['revision']}, extraction {reading['extraction']}{mark}"
        out.print(title, style="bold", highlight=False)
        for name, value in reading.items():
            if value is not None and name not in {"article_id", "revision", "extraction", "is_current", "origins"}:
                origin = reading["origins"].get(name)
                note = f"  ({origin})" if origin else ""
                out.print(f"  {name:<20} {shown(value)}{note}", highlight=False, markup=False)
    for change in found.changes.to_pylist():
        _print_change(out, change)
    if found.corrections.num_rows:
        _print_arrow(found.corrections, "corrections that the publisher admits")
    cut = found.removed.to_pylist()
    by_rule = Counter(span["rule_id"] for span in cut)
    out.print(f"removed from the current reading: {len(cut):,} spans", style="bold", highlight=False)
    print_table(["rule", "spans"], sorted(by_rule.items()))
    for span in cut:
        seen = f", on {span['recurs_on']} of the site's last {span['recurs_of']} articles" if span["recurs_of"] else ""
        where = f"{span['start_char']}–{span['end_char']}"
        out.print(f"  {where} {span['rule_id']}{seen}", style="yellow", highlight=False)
        for line in span["text"].splitlines():
            out.print(f"    {shown(line)}", highlight=False, markup=False)
    if found.faults.num_rows:
        _print_arrow(found.faults, "values that could not be used")
    return 0


def _print_change(out: Console, change: dict[str, Any]) -> None:
    """One change as a diff of sentences."""
    fields = ", ".join(change["fields_changed"]) or "nothing that is told apart"
    title = f"changed from revision {change['former_revision']} to {change['revision']}: {fields}"
    out.print(title, style="bold", highlight=False)
    if not change["is_comparable"]:
        out.print("  read by different readers: a difference may be ours (newslake replay)", highlight=False)
    pairs = [("-", "red", change["sentences_removed"]), ("+", "green", change["sentences_added"])]
    if "title" in change["fields_changed"]:
        pairs = [("- title:", "red", [change["former_title"]]), ("+ title:", "green", [change["title"]]), *pairs]
    for sign, colour, sentences in pairs:
        for sentence in sentences:
            out.print(f"  {sign} {shown(sentence)}", style=colour, highlight=False, markup=False)


def _print_arrow(table: pa.Table, title: str) -> None:
    print_table(table.column_names, [tuple(row.values()) for row in table.to_pylist()], title)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
