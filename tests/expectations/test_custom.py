from __future__ import annotations

from string import Template
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest


@pytest.fixture(scope="module")
def context() -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    found = gx.get_context(mode="ephemeral")
    found.variables.progress_bars = ProgressBarsConfig(globally=False)
    return found


def rows_that_break(context: Any, expectation: Any, frame: pd.DataFrame) -> tuple[bool, list[int], int]:
    """Success, the rows that break it, and how many were not judged."""
    source = context.data_sources.add_or_update_pandas("trial")
    batch = (
        source.add_dataframe_asset("trial")
        .add_batch_definition_whole_dataframe("trial")
        .get_batch({"dataframe": frame.assign(row=range(len(frame)))})
    )
    form = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["row"],
        "return_unexpected_index_query": False,
    }
    found = batch.validate(expectation, result_format=form)
    assert not found.exception_info["raised_exception"]
    return (
        found.success,
        [each["row"] for each in found.result["unexpected_index_list"] or []],
        found.result["missing_count"],
    )


LISTS = pd.DataFrame({"names": pd.array([["Ada"], ["Ada", "b@c.example"], None, [], ["x@y.example"]], dtype=object)})
AS_ARROW = pd.DataFrame({"names": pd.array(LISTS["names"].tolist(), dtype=pd.ArrowDtype(pa.list_(pa.string())))})


@pytest.mark.parametrize("frame", [LISTS, AS_ARROW], ids=["objects", "arrow"])
def test_list_members_are_judged_one_by_one_and_null_lists_not_at_all(context: Any, frame: pd.DataFrame) -> None:
    from expectations.custom import ExpectListMembersToMatchRegex, ExpectListMembersToNotMatchRegex

    without_mail = ExpectListMembersToNotMatchRegex(column="names", regex="@")
    assert rows_that_break(context, without_mail, frame) == (False, [1, 4], 1)
    only_mail = ExpectListMembersToMatchRegex(column="names", regex="@")
    assert rows_that_break(context, only_mail, frame) == (False, [0, 1], 1)
    anything = ExpectListMembersToMatchRegex(column="names", regex=".")
    assert rows_that_break(context, anything, frame) == (True, [], 1)


def test_list_expectations_take_mostly(context: Any) -> None:
    from expectations.custom import ExpectListMembersToNotMatchRegex

    half = ExpectListMembersToNotMatchRegex(column="names", regex="@", mostly=0.5)
    assert rows_that_break(context, half, LISTS) == (True, [1, 4], 1)


def test_a_null_among_the_members_is_objected_to(context: Any) -> None:
    from expectations.custom import ExpectListMembersToMatchRegex

    frame = pd.DataFrame({"names": [["Ada", None], ["Ada"]]})
    found = rows_that_break(context, ExpectListMembersToMatchRegex(column="names", regex="A"), frame)
    assert found == (False, [0], 0)


PAIRS = pd.DataFrame({"a": ["x", None, "y", None], "b": ["x", "y", None, None]})


def test_columns_that_go_together_are_null_together_or_not_at_all(context: Any) -> None:
    from expectations.custom import ExpectColumnsToBeNullTogether

    assert rows_that_break(context, ExpectColumnsToBeNullTogether(column_list=["a", "b"]), PAIRS) == (False, [1, 2], 1)


def test_columns_that_must_be_filled_are_judged_in_every_row(context: Any) -> None:
    from expectations.custom import ExpectColumnsToNotBeNull

    assert rows_that_break(context, ExpectColumnsToNotBeNull(column_list=["a", "b"]), PAIRS) == (False, [1, 2, 3], 0)


def test_several_columns_match_one_expression_where_they_are_filled(context: Any) -> None:
    from expectations.custom import ExpectColumnsToMatchRegex

    only_x = ExpectColumnsToMatchRegex(column_list=["a", "b"], regex="x")
    assert rows_that_break(context, only_x, PAIRS) == (False, [1, 2], 1)


@pytest.mark.parametrize("name", [
    "ExpectListMembersToMatchRegex", "ExpectListMembersToNotMatchRegex", "ExpectColumnsToBeNullTogether",
    "ExpectColumnsToNotBeNull", "ExpectColumnsToMatchRegex", "ExpectUrlsToLieOnDomain",
])  # fmt: skip
def test_each_expectation_passes_what_great_expectations_asks_of_its_own(name: str) -> None:
    from expectations import custom

    kind = getattr(custom, name)
    trial = kind(**kind.examples[0]["tests"][0]["in"])
    found = trial.run_diagnostics(only_consider_these_backends=["pandas"])
    assert [(each.test_title, each.test_passed, each.error_diagnostics) for each in found.tests] == [
        ("sound", True, None),
        ("broken", True, None),
    ]
    passed = found.generate_checklist()
    assert "✔ Has at least one positive and negative example case, and all test cases pass" in passed
    assert "✔ Has a docstring" in passed
    assert "✔ Has both statement Renderers: prescriptive and diagnostic" in passed


def test_every_expectation_of_the_project_is_put_to_its_examples() -> None:
    from great_expectations.expectations.expectation import Expectation

    from expectations import custom

    own = {name for name, kind in vars(custom).items() if name.startswith("Expect") and kind is not Expectation}
    lacking = {name for name in own if getattr(custom, name).__module__ == custom.__name__} - {
        name for name in own if getattr(custom, name).examples
    }
    assert lacking == set()


def test_an_expectation_is_told_in_words_with_its_arguments() -> None:
    from expectations.custom import ExpectColumnsToMatchRegex, ExpectUrlsToLieOnDomain

    for one, told in [
        (ExpectColumnsToMatchRegex(column_list=["a", "b"], regex="x"), "values must match x: a, b"),
        (ExpectUrlsToLieOnDomain(column_A="url", column_B="source"), "the host of url must be source or a part of it"),
    ]:
        [said] = one._prescriptive_renderer(configuration=one.configuration)
        assert Template(said.string_template["template"]).substitute(said.string_template["params"]) == told
