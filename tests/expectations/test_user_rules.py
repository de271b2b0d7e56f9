"""Rules that a user adds and thresholds that he moves: what they find, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from staged_articles import AS_OF, sound, spoilt, staged

from expectations.errors import RuleFileError
from expectations.rules import suites
from expectations.user_rules import with_user_rules
from expectations.validation import Engine
from expectations.verdict import judge
from flows.feeds_and_rules import rules_of
from flows.settings import SettingsError, load

OWN = """
[[rules]]
id = "own.wire_title"
expectation = "ExpectColumnValuesToNotMatchRegex"
columns = ["title"]
feed = "the 'wire' \\"one\\""
arguments = { regex = '^ADVISORY' }
outcome = "quarantine"
severity = "warning"
why = "advisories to editors are no articles"
remedy = "Nothing to do"

[[rules]]
id = "own.sections"
table = "fact_article"
over = "batch"
source = "quay-gazette.example"
expectation = "ExpectColumnValuesToBeInSet"
columns = ["title_filled"]
arguments = { value_set = [true], mostly = 0.9 }
outcome = "record"
severity = "critical"
why = "the Gazette always has titles"
remedy = "Look at its pages"

[[rule_changes]]
rule = "article.body.length"
feed = "briefs"
arguments = { min_value = 5 }

[[rule_changes]]
rule = "article.word_count.plausible"
arguments = { max_value = 30 }
severity = "info"
"""
NINE_WORDS = "The council met and went home again at six."


def of_feeds(table: pa.Table, feeds: list[str | None]) -> pa.Table:
    return table.set_column(table.column_names.index("feed"), "feed", pa.array(feeds, pa.string()))


def test_added_and_changed_rules_judge_their_records_alone(tmp_path: Path) -> None:
    file = tmp_path / "my_rules.toml"
    file.write_text(OWN, encoding="utf-8")
    book = with_user_rules([], [file])
    batch = of_feeds(
        staged(
            spoilt(0, title="ADVISORY: budget"),
            spoilt(1, title="ADVISORY: budget"),
            spoilt(2, body=NINE_WORDS),
            spoilt(3, body=NINE_WORDS),
            spoilt(4, body=NINE_WORDS),
            spoilt(5, title=None),
            sound(6),
        ),
        ["the 'wire' \"one\"", None, "briefs", None, "news", None, None],
    )
    found = judge(batch, as_of=AS_OF, rules=book)
    assert [(row["row"], row["reason"]) for row in found.rejected.to_pylist()] == [
        (0, "own.wire_title"),
        (3, "article.body.length"),
        (4, "article.body.length"),
    ]
    of_rule = {row["rule_id"]: row for row in found.results.to_pylist()}
    counted = {
        rule: (of_rule[rule]["evaluated"], of_rule[rule]["unexpected"], of_rule[rule]["severity"])
        for rule in (
            "own.wire_title",
            "article.body.length",
            "article.body.length@briefs",
            "article.word_count.plausible",
        )
    }
    assert counted == {
        "own.wire_title": (1, 1, "warning"),
        "article.body.length": (6, 2, "critical"),
        "article.body.length@briefs": (1, 0, "critical"),
        "article.word_count.plausible": (7, 4, "info"),
    }
    assert [failure.rule for failure in found.batch_failures if failure.rule.startswith("own.")] == ["own.sections"]


def test_without_additions_the_rules_are_the_projects_own(tmp_path: Path) -> None:
    assert with_user_rules([], []) is suites()
    assert rules_of(load(None, environ={"NEWSLAKE_SETTINGS": str(_settings(tmp_path, "[quality]\n"))})) is suites()


RULE = """
[[rules]]
id = "own.rule"
expectation = "ExpectColumnValuesToMatchRegex"
columns = ["title"]
arguments = { regex = 'x' }
outcome = "record"
severity = "info"
why = "w"
remedy = "r"
"""

WRONG = [
    (RULE.replace("columns", "colums"), 5, "unknown field `colums`"),
    (RULE.replace('["title"]', '["titel"]'), 5, "no column 'titel' is judged here"),
    (RULE.replace('"record"', '"drop"'), 7, "Invalid enum value 'drop'"),
    (RULE.replace("own.rule", "article.kind"), 3, "there is a rule of this id already"),
    (RULE.replace("'x'", "'('"), 6, "not a regular expression"),
    (RULE + 'over = "run"\n', 11, "a rule is over a row or a batch"),
    (RULE + 'table = "dim_date"\n', 11, "no table 'dim_date' is judged"),
    (RULE + "line = 3\n", 11, "unknown key"),
    (RULE + '[[rule_changes]]\nrule = "article.kindd"\nseverity = "info"\n', 12, "there is no rule of this id"),
    (
        RULE + '[[rule_changes]]\nrule = "article.body.length"\n[rule_changes.arguments]\nmin_values = 3\n',
        14,
        "the rule has no argument of this name; it has ['min_value']",
    ),
    (RULE + '[[rule_changes]]\nrule = "article.kind"\n', 11, "nothing is changed"),
    (
        RULE + '[[rule_changes]]\nrule = "source.name"\nfeed = "wire"\nseverity = "info"\n',
        13,
        "rules of dim_source are changed for all sources",
    ),
]


@pytest.mark.parametrize(("text", "line", "problem"), WRONG)
def test_a_wrong_rule_is_an_error_of_the_settings_that_names_file_and_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    file = _settings(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        rules_of(load(file, environ={}))
    assert f"{file}, line {line}" in str(raised.value)
    assert problem in str(raised.value)


def test_what_only_great_expectations_finds_wrong_names_the_place_too(tmp_path: Path) -> None:
    file = _settings(tmp_path, RULE.replace("ExpectColumnValuesToMatchRegex", "ExpectNothingAtAll"))
    with pytest.raises(RuleFileError, match=r"newslake\.toml, line 2, rule own\.rule, key expectation: there is no"):
        Engine(rules_of(load(file, environ={})))


def test_a_rule_file_beside_the_settings_holds_rules_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RULE + "[batch]\nmax_rows = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mine\.toml, key batch: a rule file holds"):
        rules_of(load(_settings(tmp_path, 'rule_files = ["mine.toml"]\n'), environ={}))
    with pytest.raises(SettingsError, match=r"gone\.toml: .*No such file"):
        rules_of(load(_settings(tmp_path, 'rule_files = ["gone.toml"]\n'), environ={}))


def _settings(folder: Path, text: str) -> Path:
    file = folder / "newslake.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            'expectation = "ExpectColumnValuesToBeBetween"\ncolumns = ["title"]\narguments = { min_value = 5 }',
            "newslake.toml, line 1, rule own.tried: it cannot be evaluated on columns title: ",
        ),
        (
            'expectation = "ExpectColumnPairValuesAToBeGreaterThanB"\ncolumns = ["published_date", "title"]\n'
            'feed = "wire"',
            "rule own.tried: it cannot be evaluated on columns published_date, title: ",
        ),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_named_before_anything_is_read(tmp_path: Path, rule: str, says: str) -> None:
    text = f'[[rules]]\nid = "own.tried"\n{rule}\noutcome = "record"\nseverity = "info"\nwhy = "a"\nremedy = "b"\n'
    loaded = load(_settings(tmp_path, text), environ={})
    with pytest.raises(SettingsError) as error:
        rules_of(loaded, tried=True)
    assert says in str(error.value)


def test_rules_that_can_be_meant_are_taken_as_they_are(tmp_path: Path) -> None:
    loaded = load(_settings(tmp_path, OWN), environ={})
    assert rules_of(loaded, tried=True) == rules_of(loaded)
