"""A user's rules tried on an invented batch, before a run reads anything.

What cannot be meant at all (a text compared with a number, a day with a title) Great Expectations says only when it has
data before it; a run would have read them all by then, and none of the next ones would load anything either.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from expectations.errors import RuleFileError, ValidationBroken
from expectations.rules import RuleBook
from transforms.staged import SCHEMA, Outcome

_MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def try_out(rules: RuleBook) -> None:
    """Judge two invented records, of which one has every field and one none, where a user wrote a rule.

    Raises :class:`RuleFileError` with file and line of the rule that cannot be evaluated, or is wrong otherwise. It
    imports Great Expectations, some seconds, where there is anything to be tried.
    """
    own = {rule.id: rule for suite in rules.values() for rule in (*suite.row, *suite.batch) if rule.file}
    if not own:
        return
    from expectations.verdict import judge

    full: dict[str, Any] = {field.name: _sample(field.type) for field in SCHEMA}
    of_each = {"outcome": Outcome.ARTICLE.value, "input_key": "tried.html", "faults": []}
    # A rule for one feed or source is tried on a record of it.
    places = {(rule.feed or "wire", rule.source or "tried.example") for rule in own.values()}
    records = [full | of_each | {"feed": feed, "source": source} for feed, source in sorted(places)]
    empty = dict.fromkeys(SCHEMA.names) | of_each
    try:
        judge(pa.Table.from_pylist([*records, empty], SCHEMA), as_of=_MOMENT, rules=rules)
    except ValidationBroken as error:
        if error.rule not in own:
            raise
        rule = own[error.rule]
        problem = f"it cannot be evaluated on columns {', '.join(rule.columns)}: {error.problem}"
        raise RuleFileError(Path(rule.file), rule.id, None, problem, rule.line) from error


def _sample(kind: pa.DataType) -> object:
    """A value of a column's type."""
    if pa.types.is_string(kind):
        return "tried"
    if pa.types.is_boolean(kind):
        return True
    if pa.types.is_integer(kind):
        return 7
    if pa.types.is_floating(kind):
        return 0.5
    if pa.types.is_binary(kind):
        return b"tried"
    if pa.types.is_timestamp(kind):
        return _MOMENT
    if pa.types.is_date(kind):
        return _MOMENT.date()
    if pa.types.is_map(kind):
        return [("tried", "tried")]
    if pa.types.is_list(kind):
        return [_sample(kind.value_type)]
    if pa.types.is_struct(kind):
        return {field.name: _sample(field.type) for field in kind}
    raise TypeError(f"no sample of {kind}")
