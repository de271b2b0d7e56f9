"""A listing: the entries of an inbox as Arrow columns, and one of them as a value.

A million files are a run's everyday, and nearly all of them are known: they stay columns until the ledger has said
which few are to be read, and only those become :class:`Listed`.
"""

from __future__ import annotations

import fnmatch
import os
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from transforms.hints import SIDECAR_SUFFIX

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("file_key", pa.string()),
    ("size", pa.int64()),  # bytes; null where the place does not say
    ("mtime_ns", pa.int64()),  # null where the place does not say, and for what can't be read
    ("etag", pa.string()),  # version tag of an object store; null for files
    # What opens the entry, in the file system's own bytes (a name need not be UTF-8); null where it is root/file_key.
    ("path", pa.binary()),
    ("has_sidecar", pa.bool_()),  # null where nobody has looked
    # Why the entry can't be read; null for what can.
    ("reason", pa.string()),
    ("detail", pa.string()),
]
LISTING = pa.schema(_COLUMNS)

_ROWS = 65_536  # of one piece of a listing
_EARLIEST, _LATEST = -(2**63), 2**63 - 1  # moments in ns that 64 bits hold


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of an inbox. ``path`` opens it, surrogate escapes included; ``problem`` is (reason, detail).

    ``size`` is 0 where the place does not say. ``known_hash`` is what the key's content hashed to when it was last
    settled: the same again needs no reading. ``has_sidecar`` is None where nobody has looked for one. ``record`` is the
    place in its container of a record whose own bytes are read again without it, ``form`` how it was read where the
    bytes alone do not say.
    """

    file_key: str
    path: str = field(repr=False)  # a URL may hold credentials
    size: int
    mtime_ns: int | None
    problem: tuple[str, str] | None = None
    known_hash: str | None = None
    etag: str | None = None
    has_sidecar: bool | None = None
    record: str | None = None
    form: str | None = None

    @property
    def input_key(self) -> str:
        """What it is called in a message."""
        return self.file_key if self.record is None else f"{self.file_key}#{self.record}"


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a listing found: its entries (:data:`LISTING`), how many names the settings say to ignore, and how many
    files are so young that they may still be written, with one of them."""

    root: str = field(repr=False)
    entries: pa.Table
    ignored: int = 0
    settling: int = 0
    settling_example: str = ""

    @property
    def listed(self) -> int:
        """How many entries there are, those that settle and those that can't be read included."""
        return self.entries.num_rows + self.settling

    def read(self, entries: pa.Table) -> Iterator[Listed]:
        """Rows of :data:`LISTING`, with a column ``known_hash`` or without, as values, in their order."""
        root = self.root.rstrip("/")
        for batch in entries.to_batches(max_chunksize=_ROWS):
            for row in batch.to_pylist():
                yield Listed(
                    row["file_key"],
                    f"{root}/{row['file_key']}" if row["path"] is None else os.fsdecode(row["path"]),
                    row["size"] or 0,
                    row["mtime_ns"],
                    None if row["reason"] is None else (row["reason"], row["detail"]),
                    row.get("known_hash"),
                    row["etag"],
                    row["has_sidecar"],
                )

    def sorted(self) -> list[Listed]:
        """Every entry by key: for few."""
        alone = self.entries.num_rows == 1  # to sort it would import pyarrow's functions
        return list(self.read(self.entries if alone else self.entries.sort_by("file_key")))

    def without_younger(self, than_ns: int, now_ns: int) -> Inbox:
        """The same without files changed after ``than_ns``, which are counted instead.

        Only files are looked at: an object store shows an object when it is whole. A time after ``now_ns`` is a wrong
        clock's and says nothing.
        """
        pc = _functions()
        mtime = self.entries["mtime_ns"]
        young = pc.and_(pc.greater(mtime, than_ns), pc.less_equal(mtime, now_ns))
        young = pc.fill_null(pc.and_(young, pc.is_null(self.entries["etag"])), False)
        settling = self.entries.filter(young)
        if not settling.num_rows:
            return self
        return Inbox(
            self.root,
            self.entries.filter(pc.invert(young)),
            self.ignored,
            settling.num_rows,
            pc.min(settling["file_key"]).as_py(),
        )


def mtime_of(facts: os.stat_result) -> int:
    """The modification time in ns; of a clock that is centuries off the last that 64 bits hold, in April 2262."""
    told = facts.st_mtime_ns
    return told if _EARLIEST <= told <= _LATEST else _LATEST if told > 0 else _EARLIEST


class Entries:
    """A listing in the making."""

    def __init__(self) -> None:
        self._pieces: list[pa.RecordBatch] = []
        self._keys: list[str] = []
        self._sizes = array("q")
        self._mtimes: list[int | None] = []
        self._etags: list[str | None] = []
        self._others: list[dict[str, object]] = []

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(piece.num_rows for piece in self._pieces) + len(self._keys) + len(self._others)

    def add_file(self, key: str, size: int, mtime_ns: int | None, etag: str | None = None) -> None:
        """What can be read and whose name is its key."""
        self._keys.append(key)
        self._sizes.append(size)
        self._mtimes.append(mtime_ns)
        self._etags.append(etag)
        if len(self._keys) >= _ROWS:
            self._flush()

    def add_files(self, keys: Sequence[str], sizes: Sequence[int], mtimes: Sequence[int]) -> None:
        """Files of a folder that can be read and whose names are their keys."""
        self._keys += keys
        self._sizes.extend(sizes)
        self._mtimes += mtimes
        self._etags += [None] * len(keys)
        if len(self._keys) >= _ROWS:
            self._flush()

    def add(self, entry: Listed) -> None:
        """Any entry."""
        reason, detail = entry.problem or (None, None)
        self._others.append(
            {
                "file_key": entry.file_key,
                # Where only the tag is known, the tag alone decides.
                "size": entry.size if entry.size or entry.etag is None else None,
                "mtime_ns": entry.mtime_ns,
                "etag": entry.etag,
                "path": os.fsencode(entry.path),
                "has_sidecar": entry.has_sidecar,
                "reason": reason,
                "detail": detail,
            }
        )
        if len(self._others) == _ROWS:
            self._flush_others()

    def table(self) -> pa.Table:
        """What was added, in no order."""
        self._flush()
        self._flush_others()
        return pa.Table.from_batches(self._pieces, LISTING)

    def _flush(self) -> None:
        count = len(self._keys)
        filled: dict[str, pa.Array[Any]] = {
            "file_key": pa.array(self._keys, pa.string()),
            "size": pa.array(self._sizes, pa.int64()),
            "mtime_ns": pa.array(self._mtimes, pa.int64()),
            "etag": pa.array(self._etags, pa.string()),
        }
        columns = [filled[c.name] if c.name in filled else pa.nulls(count, c.type) for c in LISTING]
        self._pieces.append(pa.RecordBatch.from_arrays(columns, schema=LISTING))
        self._keys, self._sizes, self._mtimes, self._etags = [], array("q"), [], []

    def _flush_others(self) -> None:
        self._pieces.append(pa.RecordBatch.from_pylist(self._others, LISTING))
        self._others = []


def with_sidecars(entries: pa.Table) -> pa.Table:
    """The entries of a store, complete, without the sidecars of others among them; the others know that they have one.

    Looking for a sidecar costs a question to the store, which its listing has answered.
    """
    pc = _functions()
    keys = entries["file_key"]
    sidecars = keys.filter(pc.ends_with(keys, SIDECAR_SUFFIX))
    described = pc.utf8_slice_codeunits(sidecars, 0, -len(SIDECAR_SUFFIX))
    beside = sidecars.filter(pc.is_in(described, value_set=keys))
    has_sidecar = pc.is_in(keys, value_set=pc.utf8_slice_codeunits(beside, 0, -len(SIDECAR_SUFFIX)))
    place = entries.schema.get_field_index("has_sidecar")
    return entries.set_column(place, "has_sidecar", has_sidecar).filter(pc.invert(pc.is_in(keys, value_set=beside)))


def with_keys(entries: pa.Table, keys: pa.ChunkedArray[Any]) -> pa.Table:
    """The entries that have one of the keys."""
    pc = _functions()
    return entries.filter(pc.is_in(entries["file_key"], value_set=pc.unique(keys)))


class Names:
    """Names that the settings ignore: shell patterns, made one expression, which a million names meet."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._expression = re.compile("|".join(fnmatch.translate(p) for p in patterns)) if patterns else None

    def match(self, name: str) -> bool:
        """Whether a pattern covers the whole name."""
        return self._expression is not None and self._expression.match(name) is not None


def _functions() -> Any:
    """pyarrow's functions, whose import takes 20 ms: a listing of one file does without."""
    import pyarrow.compute

    return pyarrow.compute
