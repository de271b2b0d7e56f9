"""What a user adds: rules of his own and other thresholds, as the same readable data, in the settings or beside them.

``[[rules]]`` has the words of the project's rule files, and ``table`` (fact_article where it is left out), ``over``
("row", or "batch" for a rule over a share), ``feed`` or ``source`` for one that judges those records alone.
``[[rule_changes]]`` names a ``rule`` and gives it other ``arguments`` or another ``severity``, for all records or for
those of one ``feed`` or ``source``. What is wrong is a :class:`RuleFileError` with file and line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from expectations.errors import RuleFileError
from expectations.rules import Rule, RuleBook, Suite, Text, check_argument, key_of, rule_of, suites

_TABLES = ("fact_article", "dim_source")
_KINDS = ("rules", "rule_changes")
_NOT_FOR_USERS = ("except_feeds", "except_sources", "file", "line")


class _Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    rule: Text
    feed: str = ""
    source: str = ""
    arguments: dict[str, Any] = {}
    severity: Literal["critical", "warning", "info"] | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of a file: which, its values, and where it stands."""

    file: Path
    text: str
    kind: str
    place: int  # among those of its kind, from 0
    values: dict[str, Any]

    def line(self, key: str | None = None) -> int:
        """The line of a key, else of the table's head, from 1."""
        lines = self.text.splitlines()
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{self.kind}\s*\]\]", line)]
        if self.place >= len(heads):  # written as one array: then its beginning has to do
            heads = [n for n, line in enumerate(lines) if re.match(rf"\s*{self.kind}\s*=", line)] or [0]
            return heads[0] + 1
        first = heads[self.place]
        for number, line in enumerate(lines[first + 1 :], start=first + 2):
            if re.match(r"\s*\[", line) and not re.match(rf"\s*\[\s*{self.kind}\.", line):
                break
            if key and re.search(rf"(?:^\s*|[{{,]\s*|\[\s*{self.kind}\.)[\"']?{re.escape(key)}\b", line):
                return number
        return first + 1

    def wrong(self, key: str | None, problem: str) -> RuleFileError:
        """The error about one of its keys."""
        name = self.values.get("id" if self.kind == "rules" else "rule")
        return RuleFileError(self.file, name if isinstance(name, str) else None, key, problem, self.line(key))


def with_user_rules(settings: Sequence[Path], files: Sequence[Path]) -> RuleBook:
    """The project's suites with the rules and changes of ``settings``, which hold other tables too, and of ``files``.

    Raises :class:`RuleFileError`, which names file, line, rule and key.
    """
    book = dict(suites())
    entries = [entry for file in settings for entry in _entries(file, alone=False)]
    entries += [entry for file in files for entry in _entries(file, alone=True)]
    if not entries:
        return suites()
    for entry in entries:
        if entry.kind == "rules":
            _add(book, entry)
    changed: set[tuple[str, str, str]] = set()
    # Changes for all records first: those for one feed or source are changes to these.
    ordered = sorted(
        (entry for entry in entries if entry.kind == "rule_changes"),
        key=lambda entry: bool(entry.values.get("feed") or entry.values.get("source")),
    )
    for entry in ordered:
        _change(book, entry, changed)
    return book


def _entries(file: Path, *, alone: bool) -> Iterator[_Entry]:
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleFileError(file, None, None, f"{error}; a rule file is TOML in UTF-8") from error
    for name in found:
        if alone and name not in _KINDS:
            raise RuleFileError(file, None, name, "a rule file holds [[rules]] and [[rule_changes]] and nothing else")
    for kind in _KINDS:
        tables = found.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise RuleFileError(file, None, kind, f"write each as [[{kind}]]")
        for place, values in enumerate(tables):
            yield _Entry(file, text, kind, place, values)


def _add(book: dict[str, Suite], entry: _Entry) -> None:
    values = dict(entry.values)
    table, over = values.pop("table", "fact_article"), values.pop("over", "row")
    if table not in _TABLES:
        raise entry.wrong("table", f"no table {table!r} is judged; there are {', '.join(_TABLES)}")
    if over not in ("row", "batch"):
        raise entry.wrong("over", f"a rule is over a row or a batch, not {over!r}")
    for key in _NOT_FOR_USERS:
        if key in values:
            raise entry.wrong(key, "unknown key")
    try:
        rule = rule_of(entry.file, values, table, batch=over == "batch")
    except RuleFileError as error:
        raise entry.wrong(error.key, error.problem) from error
    if any(rule.id == known.id for suite in book.values() for known in (*suite.row, *suite.batch)):
        raise entry.wrong("id", "there is a rule of this id already; to move its threshold write [[rule_changes]]")
    rule = msgspec.structs.replace(rule, file=str(entry.file), line=entry.line())
    suite = book[table]
    section = {"batch": (*suite.batch, rule)} if over == "batch" else {"row": (*suite.row, rule)}
    book[table] = msgspec.structs.replace(suite, **section)


def _change(book: dict[str, Suite], entry: _Entry, changed: set[tuple[str, str, str]]) -> None:
    try:
        change = msgspec.convert(entry.values, _Change)
    except msgspec.ValidationError as error:
        raise entry.wrong(key_of(error), str(error)) from error
    if change.feed and change.source:
        raise entry.wrong("source", "a change is for a feed or for a source; write two")
    if not change.arguments and change.severity is None:
        raise entry.wrong(None, "nothing is changed; give arguments or severity")
    if (change.rule, change.feed, change.source) in changed:
        raise entry.wrong("rule", "this rule is changed twice for the same records")
    changed.add((change.rule, change.feed, change.source))
    for table, suite in book.items():
        for section in ("row", "batch"):
            rules: tuple[Rule, ...] = getattr(suite, section)
            for place, rule in enumerate(rules):
                if rule.id == change.rule:
                    made = _moved(rule, change, entry, table)
                    replaced = (*rules[:place], *made, *rules[place + 1 :])
                    book[table] = msgspec.structs.replace(suite, **{section: replaced})
                    return
    raise entry.wrong("rule", "there is no rule of this id")


def _moved(rule: Rule, change: _Change, entry: _Entry, table: str) -> tuple[Rule, ...]:
    """The rule as changed; for one feed or source two: the rule for all others, and that one's."""
    if table == "dim_source" and (change.feed or change.source):
        raise entry.wrong("feed" if change.feed else "source", "rules of dim_source are changed for all sources")
    for key, value in change.arguments.items():
        if key not in rule.arguments:
            raise entry.wrong(key, f"the rule has no argument of this name; it has {sorted(rule.arguments)}")
        try:
            check_argument(entry.file, rule.id, key, value)
        except RuleFileError as error:
            raise entry.wrong(key, error.problem) from error
    new = msgspec.structs.replace(
        rule,
        arguments=rule.arguments | change.arguments,
        severity=change.severity or rule.severity,
        file=str(entry.file),
        line=entry.line("arguments"),
    )
    if not change.feed and not change.source:
        return (new,)
    others = msgspec.structs.replace(
        rule,
        except_feeds=(*rule.except_feeds, *filter(None, [change.feed])),
        except_sources=(*rule.except_sources, *filter(None, [change.source])),
    )
    own = f"{rule.id}@{change.feed or change.source}"
    return others, msgspec.structs.replace(
        new, id=own, feed=change.feed or new.feed, source=change.source or new.source
    )
