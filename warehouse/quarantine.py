"""The quarantine: what waits in it, one input of it with its bytes, and the decision that one is to wait no longer.

An input that was discarded stays quarantined and is counted as such (N1); only who looks for work passes it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError
from warehouse.lake import Layout, folder_of, transaction
from warehouse.replay import blob_of, quarantined_bytes, unpacked
from warehouse.statements import statement
from warehouse.undisturbed import undisturbed

BEGINNING = 600  # bytes of an input that are shown


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One input in quarantine. ``entry`` is its row of the view `quarantined_input`, ``reasons`` are (reason, detail),
    ``beginning`` the first bytes (None where none were kept), ``former`` what it was before."""

    entry: dict[str, Any]
    reasons: tuple[tuple[str, str], ...]
    beginning: bytes | None
    former: pa.Table


def waiting(
    con: DuckDBPyConnection, *, reason: str | None = None, since: date | None = None, with_discarded: bool = False
) -> pa.Table:
    """What is in quarantine, newest first: input_id, path, reasons, source, size, has_bytes, is_discarded,
    discard_reason, quarantined_at, detail. ``since`` is a day, UTC."""
    moment = datetime(since.year, since.month, since.day, tzinfo=UTC) if since else None
    given = {"reason": reason, "since": moment, "with_discarded": with_discarded}
    return undisturbed(con, lambda: con.execute(statement("quarantine/waiting"), given).to_arrow_table())


def look_at(con: DuckDBPyConnection, input_id: int) -> Quarantined:
    """One input in quarantine. Raises :class:`LakeError` where there is none of this id."""
    given = {"input_id": input_id}
    rows = undisturbed(con, lambda: con.execute(statement("quarantine/one"), given).to_arrow_table().to_pylist())
    if not rows:
        raise _not_there([input_id])
    entry = rows[0]
    reasons = tuple((each["reason"], each["detail"]) for each in entry.pop("details"))
    blob = quarantined_bytes(con, [input_id]).get(input_id) or blob_of(Layout(folder_of(con)), entry["content_hash"])
    former = undisturbed(con, lambda: con.execute(statement("quarantine/former"), given).to_arrow_table())
    return Quarantined(entry, reasons, unpacked(blob, BEGINNING) if blob is not None else None, former)


def discard(con: DuckDBPyConnection, input_ids: Sequence[int], *, reason: str, decided_by: str, now: datetime) -> int:
    """Record that inputs in quarantine wait for nothing; how many were not discarded before.

    Raises :class:`LakeError` where one of them is not in quarantine: nothing is recorded then.
    """
    wanted = sorted(set(input_ids))
    given = {"input_ids": wanted, "reason": reason, "decided_by": decided_by, "now": now}
    with transaction(con, f"{len(wanted)} quarantined inputs discarded"):
        there = {row[0] for row in con.execute("select input_id from ops.quarantine").fetchall()}
        missing = [input_id for input_id in wanted if input_id not in there]
        if missing:
            raise _not_there(missing)
        for name, value in given.items():
            con.execute(f"set variable {name} = ?", [value])
        row = con.execute(statement("quarantine/discard")).fetchone()
    return int(row[0]) if row else 0


def _not_there(input_ids: Sequence[int]) -> LakeError:
    named = ", ".join(map(str, input_ids))
    return LakeError(
        f"Not in quarantine: input {named}; nothing was done. `newslake quarantine list --all` tells the ids of those "
        "that are."
    )
