"""Staged tables made from readings, and a lake that loads them: what the tests of the warehouse are written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.article import Article, FieldFault, Origin, Rejection, Removed, Role
from transforms.staged import FAULTS, REJECTED, RESULTS, InputFacts, digest, failed_row, rows, to_table
from warehouse.load import REPLAYED, BatchCounts, Extractor, Feed, load_batch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEEDS = [Feed("harbour", "harbour/*.html", source="harbour-gazette.example", language="en", rhythm="daily")]
EXTRACTORS = [Extractor("text", "1", "aa")]


def an_article(body: str, **fields: object) -> Article:
    """An article read from a plain text; its identity is its address where one is given, else the file's key."""
    cut = "Recent Posts"
    url = fields.get("url")
    defaults: dict[str, object] = {
        "format": "text",
        "engine": "text",
        "source_text": f"{body}\n\n{cut}",
        "body": body,
        "title": body.partition(".")[0],
        "removed": (Removed(len(body) + 2, len(body) + 2 + len(cut), Role.BOILERPLATE, "text.teasers"),),
        "identity_key": url or f"file:{digest(body)}",
        "identity_kind": "url" if url else "input",
        "observed_at": datetime(2026, 2, 1, tzinfo=UTC),
        "observed_origin": Origin.SIDECAR,
    }
    return Article(**(defaults | fields))  # type: ignore[arg-type]


@dataclass
class Inbox:
    """Staged rows in the making: files are added, then taken as one table."""

    found: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        key: str,
        *readings: Article | Rejection,
        content: bytes | None = None,
        feed: str | None = None,
        mtime_ns: int | None = 1_770_000_000_000_000_000,
        etag: str | None = None,
    ) -> Inbox:
        if content is None:
            content = "\n".join(r.source_text if isinstance(r, Article) else r.reason for r in readings).encode()
        facts = InputFacts(key, feed, len(content), mtime_ns, digest(content), etag)
        self.found += rows(facts, content, list(readings), keep_raw=True)
        return self

    def fail(self, key: str, reason: str = "unreadable", content_hash: str | None = None) -> Inbox:
        facts = InputFacts(key, None, 0, None, content_hash)
        self.found.append(failed_row(facts, reason, f"{key} could not be read; check its permissions."))
        return self

    @property
    def table(self) -> pa.Table:
        return to_table(self.found)


@dataclass
class Lake:
    """A prepared warehouse with a run begun."""

    folder: Path
    con: DuckDBPyConnection
    run_id: int

    def load(
        self,
        inbox: Inbox,
        *,
        rejected: list[tuple[int, str, str]] | None = None,
        faults: list[tuple[int, FieldFault]] | None = None,
        now: datetime = NOW,
        keep_raw: str = "quarantined",
        extractors: list[Extractor] | None = None,
        again: dict[int, str] | None = None,
    ) -> BatchCounts:
        """``again``: rows of the inbox that read an input again, and its key; of several contents the oldest."""
        first = "select min(input_id) from ops.input where input_key = ?"
        read_again = [{"row": row, "input_id": self.rows(first, key)[0][0]} for row, key in (again or {}).items()]
        return load_batch(
            self.con,
            inbox.table,
            pa.Table.from_pylist([dict(zip(REJECTED.names, r, strict=True)) for r in rejected or []], REJECTED),
            pa.Table.from_pylist(
                [{"row": n, "field": f.field, "raw_value": f.raw_value, "rule_id": f.rule} for n, f in faults or []],
                FAULTS,
            ),
            RESULTS.empty_table(),
            run_id=self.run_id,
            now=now,
            feeds=FEEDS,
            extractors=EXTRACTORS if extractors is None else extractors,
            keep_raw=keep_raw,
            replayed=pa.Table.from_pylist(read_again, REPLAYED),
        )

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        return self.con.execute(sql, list(parameters)).fetchall()
