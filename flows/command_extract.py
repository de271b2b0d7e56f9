"""`newslake extract`: what newslake makes of files, without a warehouse: cards to read, or JSON Lines."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from expectations.deferred import deferred

with deferred("asyncio", "pebble.asynchronous"):  # decorators that nobody asks for: 0.01 s
    from pebble import CONSTS

from flows.extraction import Extractor, available_cores
from flows.feeds_and_rules import feeds_of, read_site_rules
from flows.forked import children_of_server, children_of_this_process
from flows.listing import Listed
from flows.pickup import NoInbox, list_inbox
from flows.places import is_url, is_web, path_of
from flows.places import shown as shown_address
from flows.reading import Job, access_of, limits_of, unpacker_of
from flows.settings import Loaded
from flows.terminal import complain, console, shown
from transforms.keys import printable
from transforms.staged import Outcome

# How often pebble's threads look whether all is done: its own tenth of a second is a third of what a page takes here.
_LOOK_SECONDS = 0.003
_FIELDS = (
    "kind",
    "title",
    "kicker",
    "summary",
    "highlights",
    "authors",
    "published_date",
    "published_at",
    "published_precision",
    "published_origin",
    "modified_at",
    "url",
    "source",
    "section",
    "categories",
    "language",
    "is_translated",
    "headings",
    "items",
    "body",
)


def extract_paths(loaded: Loaded, paths: list[str], *, as_json: bool) -> int:
    """Print every article of ``paths``; the exit status."""
    try:
        files = [file for path in paths for file in _listed(path, loaded)]
    except NoInbox as error:
        complain(str(error))
        return 2
    show = _json_line if as_json else _card
    for row in _rows(loaded, files):
        if row["outcome"] != Outcome.CONTAINER:
            show(row)
    return 0


def _listed(path: str, loaded: Loaded) -> Iterator[Listed]:
    """The files of ``path`` under keys that begin with the path as it was given: names alone may be alike.

    What is there and no file to read (a broken link, a pipe) is one with its problem: a shell's ``inbox/*`` names it
    among others. Raises :class:`NoInbox` where nothing is there.
    """
    try:
        found = list_inbox(path, loaded.settings.ignore, access_of(loaded.settings)).sorted()
    except NoInbox as error:
        if is_url(path) or not os.path.lexists(path):
            raise
        yield Listed(printable(path), path, 0, None, ("unreadable", str(error)))
        return
    place = path_of(path)
    for file in found:
        if is_url(path):
            yield file if is_web(path) else replace(file, file_key=f"{shown_address(path).rstrip('/')}/{file.file_key}")
        else:
            yield replace(file, file_key=printable(place) if Path(place).is_file() else str(Path(place, file.file_key)))


def _rows(loaded: Loaded, files: list[Listed]) -> Iterator[dict[str, Any]]:
    settings = loaded.settings
    rules = read_site_rules(loaded)
    job = Job(
        datetime.now(UTC),
        feeds_of(settings),
        limits_of(settings),
        keep_raw=False,
        engine=settings.extraction.engine,
        site_rules=rules,
        access=access_of(settings),
        unpacker=unpacker_of(settings),
    )
    CONSTS.sleep_unit = _LOOK_SECONDS
    workers = min(settings.extraction.workers or available_cores(), max(len(files), 1))
    # A store's library has threads of its own by now, with which no process should be forked.
    children = children_of_server if any(is_url(file.path) for file in files) else children_of_this_process
    with Extractor(job, workers, children) as extractor:
        for table in extractor.read(files, lambda _files, _size: None):
            yield from table.to_pylist()


def _json_line(row: dict[str, Any]) -> None:
    if row["outcome"] != Outcome.ARTICLE:
        record = {"path": row["input_key"], "error": {"reason": row["reason"], "detail": row["detail"]}}
    else:
        record = {"path": row["input_key"]} | {name: _value(row, name) for name in _FIELDS}
        record["removed"] = [{name: span[name] for name in ("rule", "role", "text")} for span in row["removed"]]
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _value(row: dict[str, Any], name: str) -> object:
    value = row[name]
    match name:
        case "authors":
            return [author["name"] for author in value]
        case "published_at" if value is not None:
            return value.astimezone(timezone(timedelta(minutes=row["published_offset"]))).isoformat()
        case "published_date" | "modified_at" if value is not None:
            return value.isoformat()
    return value


def _card(row: dict[str, Any]) -> None:
    out = console()
    out.print(row["input_key"], style="bold cyan", highlight=False, markup=False)
    if row["outcome"] != Outcome.ARTICLE:
        out.print(f"  {row['reason']}: {row['detail']}", style="red", highlight=False, markup=False)
        out.print()
        return
    for name in _FIELDS[:-1]:
        value = _value(row, name)
        if value not in (None, []):
            origin = dict(row["origins"] or []).get(name)
            note = f"  ({origin})" if origin else ""
            out.print(f"  {name:<20} {shown(value)}{note}", highlight=False, markup=False)
    cut = Counter(span["rule"] for span in row["removed"])
    removed = ", ".join(f"{rule} × {count}" for rule, count in sorted(cut.items())) or "nothing"
    out.print(f"  {'removed':<20} {removed}", highlight=False, markup=False, style="yellow")
    out.print(f"  {'body':<20} {row['word_count']:,} words", highlight=False)
    for paragraph in row["body"].split("\n\n"):
        out.print(f"    {shown(paragraph)}", highlight=False, markup=False)
    out.print()
