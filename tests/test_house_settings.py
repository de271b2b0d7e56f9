"""The commented newslake.toml and the settings in the code say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from flows.feeds_and_rules import rules_of
from flows.settings import Settings, load

TEMPLATE = Path(__file__).parents[1] / "newslake.toml"


def uncommented() -> str:
    """The file with every setting switched on: ``#key = value`` has no space after its sign, prose has."""
    return re.sub(r"^#(?=[a-z0-9_]+ = |\[\[)", "", TEMPLATE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_file_as_it_stands_changes_nothing() -> None:
    assert load(TEMPLATE, environ={}).settings == Settings()


def test_every_setting_stands_in_the_file_with_its_default() -> None:
    shown = tomllib.loads(uncommented())
    feeds = shown.pop("feeds")
    examples = [shown.pop(name) for name in ("rules", "rule_changes")]
    assert msgspec.convert(shown, Settings) == Settings()
    expected = msgspec.to_builtins(Settings())
    for name in ("feeds", "rules", "rule_changes"):
        expected.pop(name)
    missing = {
        f"{table}.{key}" if isinstance(inner, dict) else table
        for table, inner in expected.items()
        for key in (inner if isinstance(inner, dict) else [table])
        if (key not in shown.get(table, {}) if isinstance(inner, dict) else table not in shown)
    }
    assert missing == set()
    assert [len(feeds), *(len(tables) for tables in examples)] == [1, 1, 1]


def test_the_examples_of_rules_are_rules(tmp_path: Path) -> None:
    file = tmp_path / "newslake.toml"
    file.write_text(uncommented(), encoding="utf-8")
    article_rules = rules_of(load(file, environ={}))["fact_article"].row
    assert {"own.advisories", "article.body.length@front pages"} <= {rule.id for rule in article_rules}


def test_the_example_of_a_feed_shows_every_key_of_one() -> None:
    feed = tomllib.loads(uncommented())["feeds"][0]
    loaded = msgspec.convert({"feeds": [feed]}, Settings).feeds[0]
    assert set(feed) == {field.name for field in msgspec.structs.fields(type(loaded))}


def test_every_setting_has_a_comment_above_it() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    bare = []
    explained = False
    for line in lines:
        if re.match(r"#\[\[|\[|#[a-z_]+ = ", line):
            if not explained:
                bare.append(line)
        else:
            explained = line.startswith("# ")
    assert bare == []
