"""Expectations that Great Expectations lacks: about the members of lists, and about fields that go together.

Importing this module imports Great Expectations and registers them; ``expectations.validation`` does so when a batch
is judged, nothing else does.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

if TYPE_CHECKING:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


def strangers(members: Iterable[object], regex: str, *, matching: bool) -> list[object]:
    """The members of one list that a list expectation objects to, in order: those that match ``regex`` where
    ``matching`` is true, else those that do not. A null among the members is objected to in either case."""
    pattern = re.compile(regex)
    return [m for m in members if not isinstance(m, str) or bool(pattern.search(m)) is matching]


class ListMembersMatchRegex(ColumnMapMetricProvider):
    """True for a list whose members all match."""

    condition_metric_name = "list_members.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        return column.map(lambda members: not strangers(members, regex, matching=False)).astype(bool)


class ListMembersNotMatchRegex(ColumnMapMetricProvider):
    """True for a list of which no member matches."""

    condition_metric_name = "list_members.not_match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        return column.map(lambda members: not strangers(members, regex, matching=True)).astype(bool)


class NoneNull(MulticolumnMapMetricProvider):
    """True for a row whose columns are all filled."""

    condition_metric_name = "multicolumn_values.none_null"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        filled: pd.Series[Any] = column_list.notna().all(axis=1)
        return filled


class AllMatchRegex(MulticolumnMapMetricProvider):
    """True for a row in which every column that is filled matches."""

    condition_metric_name = "multicolumn_values.match_regex"
    condition_domain_keys = NoneNull.condition_domain_keys
    condition_value_keys = ("regex",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        matches = column_list.apply(lambda column: column.isna() | column.astype("str").str.contains(regex))
        sound: pd.Series[Any] = matches.all(axis=1)
        return sound


class ExpectListMembersToMatchRegex(ColumnMapExpectation):
    """Expect every member of each list to match a regular expression. Null lists are not judged."""

    regex: str
    map_metric = "list_members.match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column", "regex")


class ExpectListMembersToNotMatchRegex(ColumnMapExpectation):
    """Expect no member of any list to match a regular expression. Null lists are not judged."""

    regex: str
    map_metric = "list_members.not_match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column", "regex")


class ExpectColumnsToBeNullTogether(MulticolumnMapExpectation):
    """Expect the columns of each row to be all null or all filled."""

    map_metric = "multicolumn_values.none_null"
    args_keys = ("column_list",)
    # The rows that are null altogether are sound, so leaving them out leaves "all filled" to be checked.
    ignore_row_if: Literal["all_values_are_missing"] = "all_values_are_missing"


class ExpectColumnsToNotBeNull(MulticolumnMapExpectation):
    """Expect all columns of each row to be filled."""

    map_metric = "multicolumn_values.none_null"
    args_keys = ("column_list",)
    ignore_row_if: Literal["never"] = "never"


class ExpectColumnsToMatchRegex(MulticolumnMapExpectation):
    """Expect the columns of each row to match a regular expression. Nulls are not judged."""

    regex: str
    map_metric = "multicolumn_values.match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column_list", "regex")
    ignore_row_if: Literal["all_values_are_missing"] = "all_values_are_missing"


class _MadeOnce(Expectation):
    """An expectation that makes its configuration once. Great Expectations makes it anew for every look at one of its
    arguments, 80 times a rule and validation, which was 38 % of the time that validating a batch took."""

    _made: Any = PrivateAttr(default=None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        if self._made is None:
            self._made = super().configuration
        return self._made  # type: ignore[no-any-return]


@cache
def make_once(kind: type[Expectation]) -> None:
    """Register, under the name of ``kind``, one that makes its configuration once.

    Great Expectations takes the registered class for the copies that it makes for each validation. The suite's own
    expectations must not be of it: parameters are written into their configurations, and would stay there.
    """
    types.new_class(kind.__name__, (_MadeOnce, kind), exec_body=lambda body: body.update(__doc__=kind.__doc__))
