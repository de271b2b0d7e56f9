from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from expectations.errors import RuleFileError
from expectations.rules import Bounds, parameters, read_suite, suites
from expectations.validation import Engine
from flows.settings import Quality
from transforms.staged import SCHEMA

RULE = """
table = "fact_article"

[[row]]
id = "article.title.form"
expectation = "ExpectColumnValuesToMatchRegex"
columns = ["title"]
arguments = { regex = "^.+$" }
outcome = "null_field"
severity = "warning"
why = "the title is empty"
remedy = "Look at the page"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "fact_article.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_rule_file_is_read_as_it_stands(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path, RULE))
    assert [rule.id for rule in suite.row] == ["article.title.form"]
    assert suite.row[0].subject == "title"
    assert suite.row[0].nulled == ("title",)
    assert suite.batch == ()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('severity = "warning"', 'severity = "grave"', ("article.title.form", "severity")),
        ('outcome = "null_field"', 'outcome = "drop"', ("article.title.form", "outcome")),
        ('why = "the title is empty"\n', "", ("article.title.form", "why")),
        ('why = "the title is empty"', 'wy = "the title is empty"\nwhy = "x"', ("article.title.form", "wy")),
        ('columns = ["title"]', 'columns = ["headline"]', ("article.title.form", "columns", "headline")),
        ('columns = ["title"]', "columns = []", ("article.title.form", "columns")),
        ('"^.+$" }', '"(" }', ("article.title.form", "regex")),
        ('"^.+$" }', '"^.+$", mostly = 0.9 }', ("article.title.form", "mostly")),
        ('"^.+$" }', '{ one_of = "Mood" } }', ("article.title.form", "regex", "Mood")),
        ('"^.+$" }', '{ at_least = "min_mood" } }', ("article.title.form", "regex", "min_mood")),
        ('"^.+$" }', "{ today = 1 } }", ("article.title.form", "regex", "today")),
        ('outcome = "null_field"', 'outcome = "null_field"\nnulls = ["headline"]', ("nulls", "headline")),
        ('id = "article.title.form"', 'id = "Title!"', ("Title!", "id")),
        ("[[row]]", "[[batch]]", ("row",)),
        (
            'columns = ["title"]',
            'columns = ["title"]\nfield = "authors"',
            ("article.title.form", "expectation", "authors"),
        ),
        ('table = "fact_article"', 'table = "fact_mood"', ("table", "fact_mood")),
        ('table = "fact_article"', 'table = "fact_article', ("fact_article.toml",)),
    ],
)
def test_a_wrong_rule_file_is_an_error_that_names_file_rule_and_key(
    tmp_path: Path, old: str, new: str, named: tuple[str, ...]
) -> None:
    assert old in RULE
    file = written(tmp_path, RULE.replace(old, new, 1))
    with pytest.raises(RuleFileError) as raised:
        read_suite(file)
    for word in (str(file), *named):
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("ExpectColumnValuesToMatchRegex", "ExpectColumnValuesToBeNice", ("expectation", "ExpectColumnValuesToBeNice")),
        ("{ regex =", "{ pattern =", ("pattern", "ExpectColumnValuesToMatchRegex")),
        ('columns = ["title"]', 'columns = ["title", "kicker"]', ("columns", "2")),
        ('"^.+$" }', "[7] }", ("regex",)),
    ],
)
def test_what_great_expectations_cannot_take_is_an_error_that_names_file_rule_and_key(
    tmp_path: Path, old: str, new: str, named: tuple[str, ...]
) -> None:
    suite = read_suite(written(tmp_path, RULE.replace(old, new, 1)))
    with pytest.raises(RuleFileError) as raised:
        Engine({"fact_article": suite})
    for word in (str(suite.file), "article.title.form", *named):
        assert word in str(raised.value)


def test_two_rules_of_one_id_are_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, RULE + RULE.split('table = "fact_article"')[1])
    with pytest.raises(RuleFileError, match=r"article\.title\.form, key id"):
        read_suite(file)


def test_a_batch_rule_blames_no_single_row(tmp_path: Path) -> None:
    file = written(tmp_path, RULE.replace("[[row]]", "row = []\n[[batch]]").replace('["title"]', '["content_hash"]'))
    with pytest.raises(RuleFileError, match=r"article\.title\.form, key outcome"):
        read_suite(file)


def test_every_field_of_a_staged_article_is_judged_by_a_row_rule() -> None:
    judged = {"outcome"}  # what it says decides whether the row is judged at all; the batch suite checks it
    for suite in suites().values():
        for rule in suite.row:
            judged |= {rule.subject, *rule.columns, *rule.nulls}
    judged |= {"detail"}  # part of the measure "rejection"
    judged |= {"etag", "passed_over", "field_names"}  # of the file, the container and the record, not of an article
    assert sorted(set(SCHEMA.names) - judged) == []


def test_every_outcome_and_severity_is_in_use() -> None:
    rules = [rule for suite in suites().values() for rule in (*suite.row, *suite.batch)]
    assert {rule.outcome for rule in rules} == {"quarantine", "null_field", "record"}
    assert {rule.severity for rule in rules} == {"critical", "warning", "info"}


def test_the_bounds_of_the_settings_are_those_of_the_rules() -> None:
    assert msgspec.structs.asdict(Quality()) == asdict(Bounds())


def test_parameters_follow_the_moment_of_judging_and_the_bounds() -> None:
    found = parameters(datetime(2026, 3, 10, 12, tzinfo=UTC), Bounds(max_rejected_share=0.3, min_title_share=0.25))
    assert found["as_of_plus_36_hours"] == datetime(2026, 3, 12, 0, tzinfo=UTC)
    assert found["at_most_failing_max_rejected_share"] == 0.7
    assert found["at_least_min_title_share"] == 0.25
