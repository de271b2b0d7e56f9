"""Reading again what the lake was made from: which inputs, where their bytes are kept, what differs from last time.

A scope goes in; targets come out, one an input, with what it takes to read it and the hashes of what was read last.
The flow reads them and :func:`warehouse.load.load_batch` loads what differs. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.lake import Layout, register, unregister
from warehouse.scope import Scope
from warehouse.statements import one_row, statement
from warehouse.undisturbed import undisturbed


@dataclass(frozen=True, slots=True)
class Target:
    """An input that is to be read again, and what its last reading hashed to (None of an input in quarantine).

    ``size`` is bytes; ``has_raw``: the quarantine keeps its bytes; ``inbox`` is where it was picked up. ``sidecar_url``
    and ``sidecar_fetched_at`` are what its sidecar said, where the last reading tells of it; ``reasons`` those of its
    quarantine (reason, detail).
    """

    input_id: int
    input_key: str
    file_key: str
    record: str | None
    content_hash: str
    size: int
    mtime_ns: int | None
    etag: str | None
    state: str
    reason: str | None
    has_raw: bool
    inbox: str
    article_id: int | None
    revision: int | None
    extraction: int | None
    reading_hash: str | None
    body_hash: str | None
    sidecar_url: str | None
    sidecar_fetched_at: datetime | None
    reasons: list[dict[str, str]] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one reading that differs from the last one; ``row`` is the row of the table that was compared."""

    row: int
    field: str
    before: str | None
    after: str | None


def select_targets(con: DuckDBPyConnection, scope: Scope) -> list[Target]:
    """The inputs of a scope, by key."""
    since = datetime(scope.since.year, scope.since.month, scope.since.day, tzinfo=UTC) if scope.since else None
    if scope.is_quarantine:
        given = {"since": since, "reason": scope.reason, "input_ids": list(scope.input_ids)}
        rows = undisturbed(con, lambda: con.execute(statement("replay/quarantined"), given).fetchall())
    else:
        of_readings = {
            "since": since,
            "source": scope.source,
            "article_id": scope.article_id,
            "feed": scope.feed,
        }
        rows = undisturbed(con, lambda: con.execute(statement("replay/readings"), of_readings).fetchall())
    return [Target(*row) for row in rows]


def in_quarantine(con: DuckDBPyConnection) -> int:
    """How many inputs are in quarantine, whatever was decided about them."""
    (inputs,) = undisturbed(con, lambda: one_row(con, "select count(*) from ops.quarantine"))
    return int(inputs)


def blob_of(layout: Layout, content_hash: str) -> bytes | None:
    """The kept bytes of a content, compressed (zstd); None where the settings of its run kept none."""
    path = layout.raw / content_hash[:2] / f"{content_hash}.zst"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def quarantined_bytes(con: DuckDBPyConnection, input_ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes (zstd) that the quarantine keeps of some inputs, by their ids."""
    given = {"input_ids": list(input_ids)}
    return dict(undisturbed(con, lambda: con.execute(statement("replay/raw"), given).fetchall()))


def unpacked(blob: bytes, most: int) -> bytes:
    """The content of a kept blob, at most ``most`` bytes of it. Raises OSError where it is no whole zstd frame."""
    with pa.CompressedInputStream(pa.BufferReader(blob), "zstd") as stream:
        return bytes(stream.read(most))


def differences(con: DuckDBPyConnection, staged: pa.Table, targets: Sequence[Target]) -> list[Difference]:
    """What differs, field by field, between rows of staged articles and the last readings of their targets, by row.

    A reading whose hash differs in nothing that is told apart here has the field ``other``.
    """
    reread = staged.append_column("row", pa.array(range(staged.num_rows), pa.int64()))
    for name, kind in (("article_id", pa.int64()), ("revision", pa.int32()), ("extraction", pa.int32())):
        reread = reread.append_column(name, pa.array([getattr(target, name) for target in targets], kind))
    register(con, {"reread": reread.drop_columns(["raw", "removed"])})
    try:
        rows = undisturbed(con, lambda: con.execute(statement("replay/differences")).fetchall())
    finally:
        unregister(con, ["reread"])
    return [Difference(*row) for row in rows]
