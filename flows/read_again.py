"""Targets of a replay in, staged rows of those that read otherwise out; what is the same is counted and let go here.

Kept bytes are put where the extracting children open them, and the rows that come back are matched with their targets
by the hash of the bytes: a file may be there in several contents, a container in as many records as are asked for.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from flows.extraction import Extractor
from flows.kept_bytes import KeptBytes, Missing
from flows.listing import Listed
from flows.replay_summary import Left
from transforms.staged import SCHEMA, Outcome
from warehouse.lake import Connection
from warehouse.replay import Target, quarantined_bytes

STAGED_AGAIN = SCHEMA.append(pa.field("input_id", pa.int64()))  # null for a record that nobody knew of


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What a task gives back: where its rows wait, and what became of the targets that gave none."""

    path: str
    same: int
    unread: tuple[Left, ...]
    refused: tuple[Left, ...]


class Rereader:
    """Reads targets in the children of ``extractor``. Safe to call from several threads."""

    def __init__(self, extractor: Extractor, kept: KeptBytes, con: Connection) -> None:
        self._extractor = extractor
        self._kept = kept
        self._con = con

    def read(self, path: str, targets: Sequence[Target], advance: Callable[[int, int], None]) -> ReadAgain:
        """Leave the rows of :data:`STAGED_AGAIN` that differ from the last reading at ``path``."""
        spool = Path(path).with_suffix(".bytes")
        spool.mkdir()
        try:
            return self._read(path, targets, spool, advance)
        finally:
            shutil.rmtree(spool, ignore_errors=True)

    def _read(
        self, path: str, targets: Sequence[Target], spool: Path, advance: Callable[[int, int], None]
    ) -> ReadAgain:
        quarantined = self._quarantined([target.input_id for target in targets if target.has_raw])
        sheet = _Sheet()
        files: dict[str, Listed] = {}
        for target in targets:
            found = self._kept.find(target, quarantined, spool)
            if isinstance(found, Missing):
                sheet.miss(target, found.reason)
            else:
                files.setdefault(found.listed.path, found.listed)
                sheet.expect(target, is_alone=found.is_alone)
        del quarantined
        with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, STAGED_AGAIN) as writer:
            for table in self._extractor.read(list(files.values()), advance, spool):
                writer.write_table(sheet.take(table))
        return sheet.closed(path)

    def _quarantined(self, input_ids: Sequence[int]) -> dict[int, bytes]:
        if not input_ids:
            return {}
        # A connection of its own: the flow's is in a transaction while this thread reads.
        con = self._con.cursor()
        try:
            con.execute("use lake")
            return quarantined_bytes(con, input_ids)
        finally:
            con.close()


class _Sheet:
    """The targets of one chunk: which rows are theirs, and what became of each."""

    def __init__(self) -> None:
        self._by_content: dict[tuple[str, str | None], Target] = {}
        self._too_large: dict[str, Target] = {}  # of these only the beginning was hashed
        self._alone: set[int] = set()
        self._unfolding: set[str] = set()  # files and members in quarantine: a record in one is news
        self._waiting: dict[int, Target] = {}
        self._same = 0
        self._unread: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def miss(self, target: Target, reason: str) -> None:
        """Its bytes are not to be had."""
        self._unread[reason] += 1
        self._first.setdefault(reason, target.input_key)

    def expect(self, target: Target, *, is_alone: bool) -> None:
        """Its bytes are going to be read."""
        self._waiting[target.input_id] = target
        if is_alone:
            self._alone.add(target.input_id)
            self._by_content[target.file_key, target.content_hash] = target
        else:
            self._by_content[target.input_key, target.content_hash] = target
        if not is_alone and target.state == "quarantined":
            self._unfolding.add(target.input_key)
        if target.record is None and target.reason == "too_large":
            self._too_large[target.input_key] = target

    def take(self, table: pa.Table) -> pa.Table:
        """The rows that are to be judged and loaded, with the ids of their inputs."""
        light = ["input_key", "file_key", "record", "content_hash", "outcome", "reason", "detail"]
        rows = table.select([*light, "reading_hash", "body_hash"]).to_pylist()
        places: list[int] = []
        ids: list[int | None] = []
        alone: dict[int, Target] = {}
        for place, row in enumerate(rows):
            target = self._target_of(row)
            if target is None:
                if self._is_news(row["input_key"]):
                    places.append(place)
                    ids.append(None)
                continue
            del self._waiting[target.input_id]
            if self._is_to_be_loaded(target, row):
                if target.input_id in self._alone:
                    alone[len(places)] = target
                places.append(place)
                ids.append(target.input_id)
        taken = table.take(pa.array(places, pa.int64()))
        for place, target in alone.items():
            taken = _as_record(taken, place, target)
        return taken.append_column(STAGED_AGAIN.field("input_id"), pa.array(ids, pa.int64())).cast(STAGED_AGAIN)

    def closed(self, path: str) -> ReadAgain:
        """What became of the targets; those without a row are no longer what they were."""
        for target in self._waiting.values():
            self.miss(target, "changed")
        return ReadAgain(path, self._same, self._left(self._unread), self._left(self._refused))

    def _is_news(self, key: str) -> bool:
        """Whether ``key`` is of a record in something that is in quarantine until now."""
        parts = key.split("#")
        return any("#".join(parts[:end]) in self._unfolding for end in range(1, len(parts)))

    def _target_of(self, row: dict[str, str | None]) -> Target | None:
        key, content = row["input_key"] or "", row["content_hash"]
        target = self._by_content.get((key, content)) or self._too_large.get(key)
        if target is None and row["record"] is not None:
            # A record's own bytes, read without their container, may look like a container of one.
            target = self._by_content.get((row["file_key"] or "", content))
        if target is None or target.input_id not in self._waiting:
            return None
        if target.input_id in self._alone and row["outcome"] == Outcome.CONTAINER:
            return None
        return target

    def _is_to_be_loaded(self, target: Target, row: dict[str, str | None]) -> bool:
        outcome = row["outcome"]
        if outcome not in (Outcome.ARTICLE, Outcome.REJECTED, Outcome.CONTAINER):
            self.miss(target, row["reason"] or "unreadable")
            return False
        if target.article_id is not None and outcome != Outcome.ARTICLE:
            reason = row["reason"] or "reads_as_container"
            self._refused[reason] += 1
            self._first.setdefault(reason, target.input_key)
            return False
        is_same = (
            (row["reading_hash"], row["body_hash"]) == (target.reading_hash, target.body_hash)
            if target.article_id is not None
            else outcome == Outcome.REJECTED and [{"reason": row["reason"], "detail": row["detail"]}] == target.reasons
        )
        self._same += is_same
        return not is_same

    def _left(self, counted: Counter[str]) -> tuple[Left, ...]:
        return tuple(Left(reason, count, self._first[reason]) for reason, count in sorted(counted.items()))


def _as_record(table: pa.Table, place: int, target: Target) -> pa.Table:
    """The row of a record that was read without its container, under the names that it has in it."""
    patch = {"input_key": target.input_key, "file_key": target.file_key, "record": target.record}
    for name, value in patch.items():
        values = table[name].to_pylist()
        values[place] = value
        table = table.set_column(table.column_names.index(name), SCHEMA.field(name), pa.array(values, pa.string()))
    return table
