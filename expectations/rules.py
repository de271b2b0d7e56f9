"""The rule files as values: ``fact_article.toml`` and ``dim_source.toml`` in, checked :class:`Suite` records out.

One file a table. Its ``[[row]]`` rules judge one record each and know no ``mostly``; its ``[[batch]]`` rules judge a
share of many records. This module knows no Great Expectations: what a rule says can be read, listed and
tested without the seconds that importing it costs.

An argument may name what is not known when the file is written:

=================================  ====================================================================
``{ as_of_plus_hours = 36 }``      the moment of judging plus 36 hours
``{ at_least = "BOUND" }``         a share of :class:`Bounds`
``{ at_most_failing = "BOUND" }``  1 minus a share of :class:`Bounds`, for a bound on what fails
``{ values_of = "Kind" }``         the values of that enumeration of ``transforms``
``{ one_of = "Origin" }``          the same as a regular expression
=================================  ====================================================================
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pyarrow as pa

from expectations.errors import RuleFileError
from expectations.measures import article_frame, batch_frame, source_frame
from transforms.article import Kind, Origin, Precision
from transforms.staged import SCHEMA, Outcome

FOLDER = Path(__file__).parent
FILES = ("fact_article.toml", "dim_source.toml")

_ENUMERATIONS: dict[str, type[StrEnum]] = {e.__name__: e for e in (Kind, Origin, Precision, Outcome)}

# What the rules of each section may judge: the columns of the frames, as they come out for an empty batch.
_EMPTY = SCHEMA.empty_table()
_SOURCE_COLUMNS = frozenset(source_frame(_EMPTY).frame.column_names)
_ROW_COLUMNS = {"fact_article": frozenset(article_frame(_EMPTY).column_names), "dim_source": _SOURCE_COLUMNS}
_BATCH_COLUMNS = {"fact_article": frozenset(batch_frame(_EMPTY, set()).column_names), "dim_source": _SOURCE_COLUMNS}

Text = Annotated[str, msgspec.Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How good a batch must be. Shares are between 0 and 1; ``min_rows`` is the number of records under which a
    share says nothing (the rejected share is judged from the first record on)."""

    max_rejected_share: float = 0.2
    min_title_share: float = 0.5
    min_published_share: float = 0.3
    min_language_share: float = 0.8
    max_duplicate_share: float = 0.5
    min_rows: int = 20


_BOUND_NAMES = {f.name for f in fields(Bounds)} - {"min_rows"}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule. ``columns`` are those of the frame that is judged, ``field`` the staged column it speaks of (the first
    of ``columns`` where the file leaves it out), ``nulls`` the fields that become null together. A rule with ``feed``
    or ``source`` judges that one's records alone, and none of those for which it was changed (``except_feeds``,
    ``except_sources``). ``file`` and ``line`` are where a user wrote it."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+(\.[a-z0-9_]+)+$")]
    expectation: Annotated[str, msgspec.Meta(pattern=r"^Expect\w+$")]
    columns: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    outcome: Literal["quarantine", "null_field", "record"]
    severity: Literal["critical", "warning", "info"]
    why: Text
    remedy: Text
    field: str = ""
    nulls: tuple[Text, ...] = ()
    arguments: dict[str, Any] = {}
    needs_min_rows: bool = False
    feed: str = ""
    source: str = ""
    except_feeds: tuple[Text, ...] = ()
    except_sources: tuple[Text, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def conditions(self) -> list[tuple[str, str, bool]]:
        """Which records it judges: column, value, and whether they must have it or must not."""
        asked = [(column, value, True) for column, value in (("feed", self.feed), ("source", self.source)) if value]
        spared = (("feed", self.except_feeds), ("source", self.except_sources))
        return asked + [(column, value, False) for column, values in spared for value in values]

    @property
    def subject(self) -> str:
        """The staged column that the rule speaks of."""
        return self.field or self.columns[0]

    @property
    def nulled(self) -> tuple[str, ...]:
        """The staged columns that a broken rule empties; none unless the outcome is ``null_field``."""
        return (self.nulls or (self.subject,)) if self.outcome == "null_field" else ()


class Suite(msgspec.Struct, frozen=True):
    """The rules of one table, and the file they stand in."""

    table: str
    file: Path
    row: tuple[Rule, ...]
    batch: tuple[Rule, ...]


RuleBook = Mapping[str, Suite]
"""The suites by table: the project's own (:func:`suites`), or those with what a user added."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    table: Literal["fact_article", "dim_source"]
    row: list[dict[str, Any]]
    batch: list[dict[str, Any]] = []


@cache
def suites() -> dict[str, Suite]:
    """The project's own suites by table. Raises :class:`RuleFileError`."""
    loaded = [read_suite(FOLDER / name) for name in FILES]
    seen: dict[str, Path] = {}
    for suite in loaded:
        for rule in (*suite.row, *suite.batch):
            if rule.id in seen:
                raise RuleFileError(suite.file, rule.id, "id", f"{seen[rule.id].name} has a rule of this id already")
            seen[rule.id] = suite.file
    return {suite.table: suite for suite in loaded}


def read_suite(file: Path) -> Suite:
    """Read and check one rule file. Raises :class:`RuleFileError`, which names file, rule and key."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleFileError(file, None, None, str(error)) from error
    except msgspec.ValidationError as error:
        raise RuleFileError(file, None, key_of(error), str(error)) from error
    row = tuple(rule_of(file, values, found.table, batch=False) for values in found.row)
    batch = tuple(rule_of(file, values, found.table, batch=True) for values in found.batch)
    ids = [rule.id for rule in (*row, *batch)]
    for name in ids:
        if ids.count(name) > 1:
            raise RuleFileError(file, name, "id", "two rules have this id; give each one of its own")
    return Suite(found.table, file, row, batch)


def arguments(rule: Rule) -> dict[str, Any]:
    """The rule's arguments as Great Expectations takes them: enumerations written out, the rest as parameters."""
    return {key: _argument(value) for key, value in rule.arguments.items()}


def parameters(as_of: datetime, bounds: Bounds, rules: RuleBook | None = None) -> dict[str, datetime | float]:
    """The values of every parameter that the rules name."""
    found: dict[str, datetime | float] = {}
    for suite in (suites() if rules is None else rules).values():
        for rule in (*suite.row, *suite.batch):
            for value in rule.arguments.values():
                match value:
                    case {"as_of_plus_hours": hours}:
                        found[f"as_of_plus_{hours}_hours"] = as_of + timedelta(hours=hours)
                    case {"at_least": name}:
                        found[f"at_least_{name}"] = getattr(bounds, name)
                    case {"at_most_failing": name}:
                        # Rounded, as 1 - 0.3 is 0.7 only nearly and 7 of 10 must pass.
                        found[f"at_most_failing_{name}"] = round(1 - getattr(bounds, name), 9)
    return found


def _argument(value: object) -> object:
    match value:
        case {"as_of_plus_hours": hours}:
            return {"$PARAMETER": f"as_of_plus_{hours}_hours"}
        case {"at_least": name}:
            return {"$PARAMETER": f"at_least_{name}"}
        case {"at_most_failing": name}:
            return {"$PARAMETER": f"at_most_failing_{name}"}
        case {"values_of": name}:
            return [member.value for member in _ENUMERATIONS[name]]
        case {"one_of": name}:
            return "^(" + "|".join(re.escape(member.value) for member in _ENUMERATIONS[name]) + ")$"
    return value


def rule_of(file: Path, values: dict[str, Any], table: str, *, batch: bool) -> Rule:
    """A rule as it stands in a file, checked. Raises :class:`RuleFileError`."""
    columns = (_BATCH_COLUMNS if batch else _ROW_COLUMNS)[table]
    name = values.get("id") if isinstance(values.get("id"), str) else None
    try:
        rule = msgspec.convert(values, Rule)
    except msgspec.ValidationError as error:
        raise RuleFileError(file, name, key_of(error), str(error)) from error
    for column in rule.columns:
        if column not in columns:
            raise RuleFileError(
                file, rule.id, "columns", f"no column {column!r} is judged here; there are {sorted(columns)}"
            )
    for key, field in [("nulls", f) for f in rule.nulls] + [("field", f) for f in [rule.field] if f]:
        if field not in SCHEMA.names:
            raise RuleFileError(file, rule.id, key, f"{field!r} is no column of a staged article")
    for field in rule.nulled:
        if field not in SCHEMA.names:
            raise RuleFileError(file, rule.id, "field", f"{field!r} is measured; name the staged field to be emptied")
        if pa.types.is_list(SCHEMA.field(field).type) and not rule.expectation.startswith("ExpectListMembers"):
            problem = f"{field} is a list, of which only an ExpectListMembers… can say which members must go"
            raise RuleFileError(file, rule.id, "expectation", problem)
    if batch and rule.outcome != "record":
        raise RuleFileError(file, rule.id, "outcome", "a batch rule can only record: no single row is to blame")
    if not batch and "mostly" in rule.arguments:
        raise RuleFileError(file, rule.id, "mostly", "a row rule holds for every record; shares belong to [[batch]]")
    if table == "dim_source" and rule.feed:
        raise RuleFileError(file, rule.id, "feed", "a source has no feed; name the source")
    for key, value in rule.arguments.items():
        check_argument(file, rule.id, key, value)
    return rule


def check_argument(file: Path, rule: str, key: str, value: object) -> None:
    """Raise :class:`RuleFileError` where an argument refers to something that is not there, or is no pattern."""
    match value:
        case {"as_of_plus_hours": int()}:
            return
        case {"at_least": name} | {"at_most_failing": name}:
            if name not in _BOUND_NAMES:
                raise RuleFileError(file, rule, key, f"no bound is named {name!r}; there are {sorted(_BOUND_NAMES)}")
        case {"values_of": name} | {"one_of": name}:
            if name not in _ENUMERATIONS:
                raise RuleFileError(file, rule, key, f"no set is named {name!r}; there are {sorted(_ENUMERATIONS)}")
        case dict():
            raise RuleFileError(file, rule, key, f"{value!r} is none of the references that a rule file may hold")
        case str() if key == "regex":
            try:
                re.compile(value)
            except re.error as error:
                raise RuleFileError(file, rule, key, f"not a regular expression: {error}") from error


def key_of(error: msgspec.ValidationError) -> str | None:
    """The key that msgspec's message names: in its path, or in backquotes for an unknown or missing one."""
    message = str(error)
    found = re.search(r"at `\$\.([\w.\[\]]+)`", message) or re.search(r"field `(\w+)`", message)
    return found.group(1) if found else None
