"""`newslake sources`: which news sources there are, and which of them are one: list, show, merge, split, alias."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.machine_faults import machine_faults_told
from flows.terminal import complain, console, print_table, shown
from warehouse import sources
from warehouse.errors import LakeError
from warehouse.lake import Connection, connect
from warehouse.migrate import prepare

if TYPE_CHECKING:
    import pyarrow as pa

_LISTED = ["source_id", "domain", "name", "articles", "languages", "first_seen_at", "last_seen_at", "feeds", "merged"]


def list_sources(folder: Path, *, like: str | None, as_json: bool) -> int:
    """Print the sources, one a line, the largest first; the exit status."""
    try:
        found = _plain(sources.list_sources(connect(folder, read_only=True), like=like))
    except LakeError as error:
        complain(str(error))
        return 1
    if as_json:
        for row in found:
            _print_json(row)
        return 0
    print_table(_LISTED, [tuple(_short(row[name]) for name in _LISTED) for row in found])
    return 0


def show_source(folder: Path, said: str, *, as_json: bool) -> int:
    """Print all that is known of a source; the exit status."""
    try:
        story = sources.tell(connect(folder, read_only=True), said)
    except LakeError as error:
        complain(str(error))
        return 1
    parts = {name: _plain(getattr(story, name)) for name in ("source", "members", "names", "changes")}
    if as_json:
        _print_json(parts["source"][0] | {name: rows for name, rows in parts.items() if name != "source"})
        return 0
    out = console()
    for name, value in parts["source"][0].items():
        out.print(f"{name:<16} {shown(_short(value))}", highlight=False, markup=False)
    for name, title in (("members", "what it is made of"), ("names", "names"), ("changes", "decisions")):
        if rows := parts[name]:
            print_table(list(rows[0]), [tuple(_short(v) for v in row.values()) for row in rows], title)
    return 0


def merge(folder: Path, source: str, into: str, *, reason: str, until: str | None, as_json: bool) -> int:
    """Let one source stand for another; the exit status."""

    def decide(con: Connection) -> sources.Decided:
        return sources.merge(con, source, into, reason=reason, now=_now(), until=_moment(until))

    def words(done: sources.Decided) -> str:
        told = f"{done.identity} stands for {done.source} from now on, {done.articles:,} articles of it."
        if done.after:
            told += f" {done.after:,} of them were seen after {until}; they stay with it, for facts are never changed."
        return f"{told} Undo it with `newslake sources split '#{done.source.source_id}' --reason …`."

    return _decide(folder, decide, words, as_json=as_json)


def split(folder: Path, source: str, *, reason: str, as_json: bool) -> int:
    """Let a merged source stand for itself again; the exit status."""

    def decide(con: Connection) -> sources.Decided:
        return sources.split(con, source, reason=reason, now=_now())

    return _decide(
        folder, decide, lambda done: f"{done.source} stands for itself, {done.articles:,} articles.", as_json=as_json
    )


def alias(
    folder: Path, source: str, name: str, *, since: str | None, until: str | None, reason: str | None, as_json: bool
) -> int:
    """Say that a source goes, or went, by a name; the exit status."""

    def decide(con: Connection) -> sources.Decided:
        return sources.name(con, source, name, now=_now(), since=_moment(since), until=_moment(until), reason=reason)

    def words(done: sources.Decided) -> str:
        went = f"went by {name} until {until}" if until else f"goes by {name}"
        return f"{done.source} {went}; it has {done.articles:,} articles now."

    return _decide(folder, decide, words, as_json=as_json)


def moment(said: str) -> datetime:
    """A day or time as people write it (ISO 8601; a day begins at 0:00 UTC). Raises ValueError."""
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(said: str | None) -> datetime | None:
    return moment(said) if said else None


def _decide(
    folder: Path,
    decide: Callable[[Connection], sources.Decided],
    words: Callable[[sources.Decided], str],
    *,
    as_json: bool,
) -> int:
    try:
        with machine_faults_told(folder):
            connect(folder, read_only=True).close()  # there is one: preparing makes what is not there
            done = decide(prepare(folder))
    except LakeError as error:
        complain(str(error))
        return 1
    if as_json:
        _print_json(
            {
                "source_id": done.source.source_id,
                "identity_id": done.identity.source_id,
                "domain": done.identity.domain,
                "name": done.identity.name,
                "articles": done.articles,
                "articles_after": done.after,
            }
        )
    else:
        console().print(words(done), highlight=False, markup=False, soft_wrap=True)
    return 0


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    maps = [field.name for field in table.schema if str(field.type).startswith("map")]
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row | {name: dict(row[name]) for name in maps} for row in rows]


def _short(value: object) -> object:
    if isinstance(value, dict):
        parts = sorted(value.items(), key=lambda part: (-part[1], part[0]))
        return ", ".join(f"{name} {share:.0%}" for name, share in parts)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def _now() -> datetime:
    return datetime.now(UTC)
