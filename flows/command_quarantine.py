"""`newslake quarantine list`, `show` and `discard`: what could not be used, one of it, and what nobody waits for."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from flows.account import account
from flows.machine_faults import machine_faults_told
from flows.terminal import complain, console, print_table, shown
from warehouse.errors import LakeError


def list_quarantined(
    folder: Path, *, reason: str | None, since: date | None, with_discarded: bool, as_json: bool
) -> int:
    """Print what is in quarantine; the exit status."""
    from warehouse.lake import connect
    from warehouse.quarantine import waiting

    try:
        found = waiting(connect(folder, read_only=True), reason=reason, since=since, with_discarded=with_discarded)
    except LakeError as error:
        complain(str(error))
        return 1
    rows = found.to_pylist()
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        return 0
    if not rows:
        console().print("nothing in quarantine" + (" that nobody discarded" if not with_discarded else ""))
        return 0
    columns = ["id", "path", "reasons", "source", "size", "since", *(["discarded"] if with_discarded else [])]
    print_table(
        columns,
        [
            (
                row["input_id"],
                row["path"],
                row["reasons"],
                row["source"],
                row["size"],
                f"{row['quarantined_at']:%Y-%m-%d %H:%M}",
                *([row["discard_reason"]] if with_discarded else []),
            )
            for row in rows
        ],
    )
    return 0


def show_quarantined(folder: Path, input_id: int, *, as_json: bool) -> int:
    """Print one input in quarantine; the exit status."""
    from warehouse.lake import connect
    from warehouse.quarantine import look_at

    try:
        found = look_at(connect(folder, read_only=True), input_id)
    except LakeError as error:
        complain(str(error))
        return 1
    beginning = None if found.beginning is None else found.beginning.decode("utf-8", "backslashreplace")
    if as_json:
        said = found.entry | {
            "details": [{"reason": reason, "detail": detail} for reason, detail in found.reasons],
            "beginning": beginning,
            "former": found.former.to_pylist(),
        }
        sys.stdout.write(json.dumps(said, ensure_ascii=False, default=str) + "\n")
        return 0
    out = console()
    entry = found.entry
    out.print(f"input {input_id}: {shown(entry['path'])}", style="bold", highlight=False, markup=False)
    for name, value in entry.items():
        if value is not None and name not in {"input_id", "path", "reason", "reasons", "detail"}:
            out.print(f"  {name:<16} {shown(value)}", highlight=False, markup=False)
    out.print("why, and what would mend it", style="bold", highlight=False)
    for reason, detail in found.reasons:
        out.print(f"  {reason}: {shown(detail)}", highlight=False, markup=False)
    if found.former.num_rows:
        out.print("before", style="bold", highlight=False)
        for row in found.former.to_pylist():
            was = f"{row['state']} {row['reason'] or ''}".strip()
            out.print(f"  run {row['run_id']}: {was}", highlight=False, markup=False)
    if beginning is None:
        out.print("no bytes were kept (keep_raw)", style="bold", highlight=False)
    else:
        out.print(f"its first bytes, of {entry['size']:,}", style="bold", highlight=False)
        for line in beginning.splitlines() or [""]:
            out.print(f"  {shown(line)}", highlight=False, markup=False)
    return 0


def discard_quarantined(folder: Path, input_ids: list[int], *, reason: str) -> int:
    """Record that inputs wait for nothing; the exit status."""
    if not reason.strip():
        complain("--reason: say why in a few words; who looks at it next year has only them")
        return 2
    from warehouse.lake import connect
    from warehouse.migrate import prepare
    from warehouse.quarantine import discard

    try:
        with machine_faults_told(folder):
            connect(folder, read_only=True).close()
            con = prepare(folder)
            done = discard(con, input_ids, reason=reason.strip(), decided_by=account(), now=datetime.now(UTC))
            con.close()
    except LakeError as error:
        complain(str(error))
        return 1
    before = len(set(input_ids)) - done
    told = f"discarded {done:,} of {len(set(input_ids)):,} inputs" + (f", {before:,} were before" if before else "")
    console().print(f"{told}; they stay quarantined and are counted so", highlight=False)
    return 0
