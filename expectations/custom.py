"""Expectations that Great Expectations lacks: about the members of lists, and about fields that go together.

Each brings examples, which ``run_diagnostics`` puts it to as it does with those of Great Expectations itself.

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
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    Expectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (
    column_pair_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import (
    ColumnPairMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer

if TYPE_CHECKING:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_HOST = re.compile(r"[a-zA-Z]+://(?:[^/?#@\s]*@)?(?P<host>[^/?#:@\s]+)")
_METADATA = {"tags": ["news"], "contributors": ["newslake"], "requirements": []}


def strangers(members: Iterable[object], regex: str, *, matching: bool) -> list[object]:
    """The members of one list that a list expectation objects to, in order: those that match ``regex`` where
    ``matching`` is true, else those that do not. A null among the members is objected to in either case."""
    pattern = re.compile(regex)
    return [m for m in members if not isinstance(m, str) or bool(pattern.search(m)) is matching]


def is_on_domain(url: str, domain: str) -> bool:
    """Whether a URL's host is a domain or a part of it; what has no host is on none that could be told."""
    found = _HOST.match(url)
    return found is None or f".{found['host'].lower()}".endswith(f".{domain.lower()}")


def _free_of_strangers(column: pd.Series[Any], regex: str, *, matching: bool) -> pd.Series[Any]:
    """Which lists have no member that :func:`strangers` names. Each distinct member is looked at once: a batch says the
    same few thousand names and categories over and over."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    arrow: Any = pa.array(column)
    lists: Any = arrow.combine_chunks() if isinstance(arrow, pa.ChunkedArray) else arrow
    members = lists.flatten().dictionary_encode(null_encoding="encode")
    known = [bool(strangers([member], regex, matching=matching)) for member in members.dictionary.to_pylist()]
    objected = np.array(known, bool)[members.indices.to_numpy(zero_copy_only=False)]
    sound = np.ones(len(lists), bool)
    sound[lists.value_parent_indices().to_numpy(zero_copy_only=False)[objected]] = False
    return pd.Series(sound, index=column.index)


class ListMembersMatchRegex(ColumnMapMetricProvider):
    """True for a list whose members all match."""

    condition_metric_name = "list_members.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        return _free_of_strangers(column, regex, matching=False)


class ListMembersNotMatchRegex(ColumnMapMetricProvider):
    """True for a list of which no member matches."""

    condition_metric_name = "list_members.not_match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series[Any], regex: str, **_: Any) -> pd.Series[Any]:  # noqa: N805 - GX's decorator
        return _free_of_strangers(column, regex, matching=True)


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


class UrlOnDomain(ColumnPairMapMetricProvider):
    """True for a URL whose host is the domain beside it, or a part of it."""

    condition_metric_name = "column_pair_values.url_on_domain"
    condition_domain_keys = (
        *("batch_id", "table", "column_A", "column_B"),
        *("row_condition", "condition_parser", "ignore_row_if"),
    )

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: pd.Series[Any], column_B: pd.Series[Any], **_: Any) -> pd.Series[Any]:  # noqa: N803, N805 - GX's names
        pairs = zip(column_A.tolist(), column_B.tolist(), strict=True)
        return pd.Series([is_on_domain(url, domain) for url, domain in pairs], index=column_A.index, dtype=bool)


class _InWords(Expectation):
    """What an expectation says in Data Docs: ``words``, with its arguments in the places of ``$regex`` and the like.

    Great Expectations itself would show its class's name and the arguments as Python has them.
    """

    words: ClassVar[str]

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: object = None,  # noqa: ARG003 - Great Expectations calls it so
        runtime_configuration: object = None,  # noqa: ARG003 - and so
        **_: Any,
    ) -> list[RenderedStringTemplateContent]:
        given = {} if configuration is None else configuration.kwargs
        params = {"regex": given.get("regex", ""), "columns": ", ".join(given.get("column_list", ()))}
        params |= {key: given[key] for key in ("column_A", "column_B") if key in given}
        shown = {"template": cls.words, "params": params, "styling": {"default": {"classes": ["badge"]}}}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=shown)]


# What `run_diagnostics` of Great Expectations puts each expectation to: data, and what comes of it. Any backend but
# pandas is left out, since nothing else ever asks these.
_LISTS = {"names": [["Ada"], ["Ada", "b@c.example"], None, [], ["x@y.example"], ["Ada", None]]}
_PAIRS = {"a": ["x", None, "y", None], "b": ["x", "y", None, None]}
_LINKS = {
    "url": ["https://a.example/1", "https://news.A.example:8443/2", "https://u:p@a.example/3", "https://ba.example/4",
            "https://a.example.org/5", "no address", None, "https://a.example/8"],
    "domain": ["a.example", "a.example", "A.example", "a.example", "a.example", "a.example", "a.example", None],
}  # fmt: skip


def _trial(data: dict[str, list[Any]], **given: Any) -> list[dict[str, Any]]:
    """Examples as Great Expectations has them: on ``data`` ``sound`` holds, and ``broken`` fails for the
    rows ``unsound``."""
    sound, broken, unsound = given["sound"], given["broken"], given["unsound"]
    tests = [
        {"title": "sound", "in": sound, "out": {"success": True, "unexpected_index_list": []}},
        {"title": "broken", "in": broken, "out": {"success": False, "unexpected_index_list": unsound}},
    ]
    every = {"exact_match_out": False, "include_in_gallery": True}
    return [{"data": data, "only_for": ["pandas"], "tests": [test | every for test in tests]}]


class ExpectListMembersToMatchRegex(_InWords, ColumnMapExpectation):
    """Expect every member of each list to match a regular expression. Null lists are not judged."""

    regex: str
    map_metric = "list_members.match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column", "regex")
    words: ClassVar[str] = "members must match this regular expression: $regex"
    library_metadata = _METADATA
    examples = _trial(
        {"names": _LISTS["names"][:5]},
        sound={"column": "names", "regex": "."},
        broken={"column": "names", "regex": "^[A-Z]"},
        unsound=[1, 4],
    )


class ExpectListMembersToNotMatchRegex(_InWords, ColumnMapExpectation):
    """Expect no member of any list to match a regular expression. Null lists are not judged."""

    regex: str
    map_metric = "list_members.not_match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column", "regex")
    words: ClassVar[str] = "no member may match this regular expression: $regex"
    library_metadata = _METADATA
    examples = _trial(
        _LISTS,
        sound={"column": "names", "regex": "@", "mostly": 0.4},
        broken={"column": "names", "regex": "@"},
        unsound=[1, 4, 5],
    )


class ExpectColumnsToBeNullTogether(_InWords, MulticolumnMapExpectation):
    """Expect the columns of each row to be all null or all filled."""

    map_metric = "multicolumn_values.none_null"
    args_keys = ("column_list",)
    # The rows that are null altogether are sound, so leaving them out leaves "all filled" to be checked.
    ignore_row_if: Literal["all_values_are_missing"] = "all_values_are_missing"
    words: ClassVar[str] = "values must be null together or not at all: $columns"
    library_metadata = _METADATA
    examples = _trial(_PAIRS, sound={"column_list": ["a", "a"]}, broken={"column_list": ["a", "b"]}, unsound=[1, 2])


class ExpectColumnsToNotBeNull(_InWords, MulticolumnMapExpectation):
    """Expect all columns of each row to be filled."""

    map_metric = "multicolumn_values.none_null"
    args_keys = ("column_list",)
    ignore_row_if: Literal["never"] = "never"
    words: ClassVar[str] = "values must never be null: $columns"
    library_metadata = _METADATA
    examples = _trial(
        _PAIRS | {"c": ["z"] * 4},
        sound={"column_list": ["c", "c"]},
        broken={"column_list": ["a", "b"]},
        unsound=[1, 2, 3],
    )


class ExpectColumnsToMatchRegex(_InWords, MulticolumnMapExpectation):
    """Expect the columns of each row to match a regular expression. Nulls are not judged."""

    regex: str
    map_metric = "multicolumn_values.match_regex"
    success_keys: ClassVar[tuple[str, ...]] = ("regex", "mostly")
    args_keys = ("column_list", "regex")
    ignore_row_if: Literal["all_values_are_missing"] = "all_values_are_missing"
    words: ClassVar[str] = "values must match $regex: $columns"
    library_metadata = _METADATA
    examples = _trial(
        _PAIRS,
        sound={"column_list": ["a", "b"], "regex": "x|y"},
        broken={"column_list": ["a", "b"], "regex": "x"},
        unsound=[1, 2],
    )


class ExpectUrlsToLieOnDomain(_InWords, ColumnPairMapExpectation):
    """Expect the host of each URL to be the domain beside it or a part of it.

    A row without both is not judged, nor is a URL that has no host.
    """

    map_metric = "column_pair_values.url_on_domain"
    args_keys = ("column_A", "column_B")
    ignore_row_if: Literal["either_value_is_missing"] = "either_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("ignore_row_if", "mostly")
    words: ClassVar[str] = "the host of $column_A must be $column_B or a part of it"
    library_metadata = _METADATA
    examples = _trial(
        _LINKS,
        sound={"column_A": "url", "column_B": "domain", "mostly": 0.6},
        broken={"column_A": "url", "column_B": "domain"},
        unsound=[3, 4],
    )


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
