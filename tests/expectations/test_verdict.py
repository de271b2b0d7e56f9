from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from staged_articles import AS_OF, sound, spoilt, staged

from expectations import verdict
from expectations.errors import ValidationBroken
from expectations.measures import article_frame
from expectations.rules import Rule, Suite, suites
from expectations.validation import Engine
from expectations.verdict import Bounds, apply_nulls, judge, warm_up
from transforms.article import Article, Author, FieldFault, Kind, Origin, Precision, Published, Rejection, Removed, Role
from transforms.staged import SCHEMA, InputFacts, failed_row, rows, to_table

EAST_OF_EAST = timezone(timedelta(hours=15))

Faults = list[tuple[str, str, str]]


def day(value: date, precision: Precision = Precision.DAY) -> Published:
    return Published(value, precision, Origin.DECLARED)


def at(value: datetime) -> Published:
    return Published(value.date(), Precision.MINUTE, Origin.DECLARED, value)


# What is spoilt, the rules that reject it, and the (field, raw value, rule) that must go; written out by hand.
CASES: dict[str, tuple[Callable[[int], Article], list[str], Faults]] = {
    "sound": (sound, [], []),
    "nine words": (
        lambda n: spoilt(n, body="The council met and went home again at six."),
        ["article.body.length"],
        [],
    ),
    "nine words, a brief": (
        lambda n: spoilt(n, kind=Kind.BRIEF, body="The council met and went home again at six."),
        [],
        [],
    ),
    "two words, a brief": (
        lambda n: spoilt(n, kind=Kind.BRIEF, body="Read more"),
        ["article.body.length_of_short_kinds"],
        [],
    ),
    "two words, a video": (
        lambda n: spoilt(n, kind=Kind.VIDEO, body="Watch now"),
        ["article.body.length_of_short_kinds"],
        [],
    ),
    "36 letters of Japanese": (
        lambda n: spoilt(n, body="市議会は火曜日、嵐で壊れた防潮堤を再建する計画を可決した。工事は春に始まる。"),
        [],
        [],
    ),
    "12 letters of Japanese": (
        lambda n: spoilt(n, body="会員限定記事です。続きは"),
        ["article.body.length"],
        [],
    ),
    "no word": (lambda n: spoilt(n, body="— · —"), ["article.body.length", "article.word_count"], []),
    "lost characters": (
        lambda n: spoilt(n, body="D\ufffd\ufffd W\ufffdhler \ufffd\ufffd " * 12),
        ["article.body.readable"],
        [],
    ),
    "NUL after each character": (
        lambda n: spoilt(n, body="\x00".join(sound(n).body)),
        ["article.body.readable"],
        [],
    ),
    "title is an address": (
        lambda n: spoilt(n, title="https://quay-gazette.example/news/7"),
        [],
        [("title", "https://quay-gazette.example/news/7", "article.title.not_url")],
    ),
    "title of 501 letters": (lambda n: spoilt(n, title="t" * 501), [], [("title", "t" * 501, "article.title.form")]),
    "title of 500 letters": (lambda n: spoilt(n, title="t" * 500), [], []),
    "title with a control character": (
        lambda n: spoilt(n, title="Sea\x07wall"),
        [],
        [("title", "Sea\x07wall", "article.title.form")],
    ),
    "title decoded wrongly but legible": (lambda n: spoilt(n, title="J\u00e2\x80\x99ai dit"), [], []),
    "title without a letter": (lambda n: spoilt(n, title="***"), [], [("title", "***", "article.title.words")]),
    "title in Arabic": (lambda n: spoilt(n, title="جدار البحر"), [], []),
    "an e-mail address in the by-line": (
        lambda n: spoilt(n, authors=(Author("Ada Lund"), Author("ada@quay-gazette.example"))),
        [],
        [("authors", "ada@quay-gazette.example", "article.authors.email")],
    ),
    "an address in the by-line": (
        lambda n: spoilt(n, authors=(Author("https://quay-gazette.example/ada"), Author("Bo Ek"))),
        [],
        [("authors", "https://quay-gazette.example/ada", "article.authors.url")],
    ),
    "a paragraph in the by-line": (
        lambda n: spoilt(n, authors=(Author("a" * 151),)),
        [],
        [("authors", "a" * 151, "article.authors.name")],
    ),
    "an address among the categories": (
        lambda n: spoilt(n, categories=("Coast", "https://quay-gazette.example/coast")),
        [],
        [("categories", "https://quay-gazette.example/coast", "article.categories.not_url")],
    ),
    "published 1799": (
        lambda n: spoilt(n, published=day(date(1799, 12, 31)), modified=None),
        [],
        [
            ("published_date", "1799-12-31", "article.published.range"),
            ("published_precision", "day", "article.published.range"),
            ("published_origin", "declared", "article.published.range"),
        ],
    ),
    "published 1800": (lambda n: spoilt(n, published=day(date(1800, 1, 1)), modified=None), [], []),
    "published the day after tomorrow, by its date within 36 hours": (
        lambda n: spoilt(n, published=day(date(2026, 3, 12)), modified=None),
        [],
        [],
    ),
    "published in three days": (
        lambda n: spoilt(n, published=at(datetime(2026, 3, 13, 8, 0, tzinfo=UTC)), modified=None),
        [],
        [
            ("published_date", "2026-03-13", "article.published.range"),
            ("published_at", "2026-03-13T08:00:00+00:00", "article.published.range"),
            ("published_offset", "0", "article.published.range"),
            ("published_precision", "minute", "article.published.range"),
            ("published_origin", "declared", "article.published.range"),
        ],
    ),
    "time on another day than the date": (
        lambda n: spoilt(
            n,
            published=Published(
                date(2026, 3, 1), Precision.MINUTE, Origin.DECLARED, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
            ),
        ),
        [],
        [
            ("published_at", "2026-03-02T09:00:00+00:00", "article.published.agrees"),
            ("published_offset", "0", "article.published.agrees"),
        ],
    ),
    "offset of 15 hours": (
        lambda n: spoilt(n, published=at(datetime(2026, 3, 2, 9, 0, tzinfo=EAST_OF_EAST)), modified=None),
        [],
        [
            ("published_at", "2026-03-01T18:00:00+00:00", "article.published.offset"),
            ("published_offset", "900", "article.published.offset"),
        ],
    ),
    "modified before it was published": (
        lambda n: spoilt(n, modified=at(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))),
        [],
        [],
    ),
    "modified next year": (
        lambda n: spoilt(n, modified=at(datetime(2027, 3, 1, 9, 0, tzinfo=UTC))),
        [],
        [("modified_at", "2027-03-01T09:00:00+00:00", "article.modified.range")],
    ),
    "fetched 37 hours ahead": (
        lambda n: spoilt(n, observed_at=AS_OF + timedelta(hours=37)),
        [],
        [
            ("observed_at", "2026-03-12T01:00:00+00:00", "article.observed.range"),
            ("observed_origin", "sidecar", "article.observed.range"),
        ],
    ),
    "fetched 35 hours ahead": (lambda n: spoilt(n, observed_at=AS_OF + timedelta(hours=35)), [], []),
    "relative address": (lambda n: spoilt(n, url="/news/7"), [], [("url", "/news/7", "article.url.form")]),
    "file address": (lambda n: spoilt(n, url="file:///a/b"), [], [("url", "file:///a/b", "article.url.form")]),
    "password in the address": (
        lambda n: spoilt(n, url="https://ada:geheim@quay-gazette.example/7"),
        [],
        [("url", "https://***@quay-gazette.example/7", "article.url.form")],
    ),
    "address of another site": (lambda n: spoilt(n, url="https://wire.example/7"), [], []),
    "source with a space": (
        lambda n: spoilt(n, source="Quay Gazette"),
        [],
        [("source", "Quay Gazette", "source.domain.form")],
    ),
    "source is an IP address": (
        lambda n: spoilt(n, source="127.0.0.1"),
        [],
        [("source", "127.0.0.1", "source.domain.form")],
    ),
    "source in Cyrillic": (lambda n: spoilt(n, source="набережная.рф"), [], []),
    "source with a long name": (
        lambda n: spoilt(n, source_name="n" * 201),
        [],
        [("source_name", "n" * 201, "source.name")],
    ),
    "language in words": (
        lambda n: spoilt(n, language="English"),
        [],
        [("language", "English", "article.language.form")],
    ),
    "language nobody speaks": (lambda n: spoilt(n, language="qq"), [], [("language", "qq", "article.language.known")]),
    "language with script and region": (lambda n: spoilt(n, language="zh-Hant-TW"), [], []),
    "confidence of 1.5": (lambda n: spoilt(n, confidence=1.5), [], [("confidence", "1.5", "article.confidence")]),
    "confidence that is no number": (
        lambda n: spoilt(n, confidence=float("nan")),
        [],
        [("confidence", "nan", "article.confidence")],
    ),
    "everything unknown": (
        lambda n: replace(
            sound(n), title=None, kicker=None, summary=None, highlights=(), authors=(), published=None, modified=None,
            observed_at=None, observed_origin=None, url=None, source=None, source_name=None, section=None,
            categories=(), language=None, is_translated=None, headings=(), confidence=None, origins=(),
        ),
        [],
        [],
    ),
    "English in Cyrillic": (
        lambda n: spoilt(n, body="Городской совет проголосовал во вторник за восстановление дамбы. " * 4),
        [],
        [],
    ),
    "Russian with an English name": (
        lambda n: spoilt(
            n, language="ru", body="Reuters: Городской совет проголосовал во вторник за восстановление дамбы. " * 4
        ),
        [],
        [],
    ),
    "author in the title": (lambda n: spoilt(n, title=f"Ada Lund on quay {n}"), [], []),
    "summary for a body": (lambda n: spoilt(n, summary="The council voted to rebuild the wall. " * 4), [], []),
    "a page of which nearly all was cut": (
        lambda n: replace(
            sound(n),
            source_text=sound(n).body + "x" * 40_000,
            removed=(Removed(len(sound(n).body), len(sound(n).body) + 40_000, Role.BOILERPLATE, "engine.unselected"),),
        ),
        [],
        [],
    ),
    "a reader's own fault": (
        lambda n: spoilt(n, faults=(FieldFault("url", "http://", "url.unusable"),)),
        [],
        [("url", "http://", "url.unusable")],
    ),
}  # fmt: skip


# Rules that are broken as well, where the fault is put down to another or the failure is only recorded.
ALSO = {
    "language in words": ["article.language.known"],
    "modified before it was published": ["article.modified.order"],
    "address of another site": ["article.url.on_source"],
    "lost characters": ["article.body.mojibake"],
    "NUL after each character": ["article.body.mojibake"],
    "source with a space": ["article.url.on_source"],
    "source is an IP address": ["article.url.on_source"],
    "source in Cyrillic": ["article.url.on_source"],
    "English in Cyrillic": ["article.language.script"],
    "language with script and region": ["article.language.script"],
    "36 letters of Japanese": ["article.language.script"],
    "author in the title": ["article.authors.not_in_title"],
    "summary for a body": ["article.body.beyond_summary"],
    "a page of which nearly all was cut": ["article.removed_share"],
}


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    warm_up()


def test_exactly_the_rows_that_break_a_rule_are_flagged_among_thousands() -> None:
    names = list(CASES)
    batch = [names[(7 * n + n // 11) % len(names)] for n in range(3_000)]
    table = staged(*(CASES[name][0](n) for n, name in enumerate(batch)))
    found = judge(table, as_of=AS_OF)

    rejected = [(row, rule) for row, name in enumerate(batch) for rule in CASES[name][1]]
    assert [(each["row"], each["reason"]) for each in found.rejected.to_pylist()] == rejected
    faults = sorted((row, *fault) for row, name in enumerate(batch) for fault in CASES[name][2])
    assert sorted((f["row"], f["field"], f["raw_value"], f["rule_id"]) for f in found.faults.to_pylist()) == faults

    by_rule: dict[str, set[int]] = {}
    for row, name in enumerate(batch):
        for rule in [*CASES[name][1], *(rule for _, _, rule in CASES[name][2]), *ALSO.get(name, [])]:
            by_rule.setdefault(rule, set()).add(row)
    results = {each["rule_id"]: each for each in found.results.to_pylist()}
    for rule, broken in by_rule.items():
        if rule in results and results[rule]["suite"] == "fact_article":  # sources are counted by source
            assert (rule, results[rule]["unexpected"], results[rule]["success"]) == (rule, len(broken), False)
    kept = [each["rule_id"] for each in results.values() if each["suite"] == "fact_article" and each["success"]]
    assert sorted(set(kept) & set(by_rule)) == []
    assert all(results[rule]["unexpected"] == 0 for rule in kept)
    assert {rule for rule, each in results.items() if each["suite"] == "fact_article" and not each["success"]} == {
        rule for rule in by_rule if rule.startswith("article.")
    }

    cleaned = apply_nulls(table, found.faults)
    assert cleaned.schema == SCHEMA
    for row in range(0, 3_000, 17):
        ours = [field for field, _, rule in CASES[batch[row]][2] if rule != "url.unusable"]
        for field in SCHEMA.names:
            before, after = table[field][row].as_py(), cleaned[field][row].as_py()
            if field not in ours:
                assert repr(after) == repr(before)  # NaN is not equal to itself
            elif not isinstance(before, list):
                assert after is None


def test_a_list_loses_the_members_that_are_objected_to_and_keeps_the_others() -> None:
    table = staged(
        sound(),
        spoilt(1, authors=(Author("Ada Lund"), Author("a@b.example"), Author("Wire", "organisation", "photo"))),
        spoilt(2, authors=(Author("a@b.example"),), categories=("https://a.example", "Coast", "www.b.example")),
    )
    cleaned = apply_nulls(table, judge(table, as_of=AS_OF).faults)
    assert cleaned["authors"].to_pylist() == [
        [
            {"name": "Ada Lund", "kind": "person", "role": None},
            {"name": "Quay Press", "kind": "organisation", "role": None},
        ],
        [
            {"name": "Ada Lund", "kind": "person", "role": None},
            {"name": "Wire", "kind": "organisation", "role": "photo"},
        ],
        [],
    ]
    assert cleaned["categories"].to_pylist() == [["Coast", "Storms"], ["Coast", "Storms"], ["Coast"]]


def test_a_reader_s_fault_is_carried_on_but_empties_nothing() -> None:
    table = staged(spoilt(faults=(FieldFault("url", "http://ada:geheim@x", "url.unusable"),)))
    found = judge(table, as_of=AS_OF)
    assert found.faults.to_pylist() == [
        {"row": 0, "field": "url", "raw_value": "http://***@x", "rule_id": "url.unusable"}
    ]
    assert apply_nulls(table, found.faults).equals(table)


def test_a_rejection_says_which_input_what_is_wrong_and_what_next() -> None:
    found = judge(staged(spoilt(body="Please log in.")), as_of=AS_OF).rejected.to_pylist()
    assert [each["reason"] for each in found] == ["article.body.length"]
    detail = found[0]["detail"]
    assert detail.startswith("inbox/0.html: the body is too short")
    assert "(found 3)" in detail
    assert "newslake extract" in detail


def test_only_articles_are_judged_and_everything_picked_up_counts_for_the_batch() -> None:
    gone = failed_row(InputFacts("inbox/gone.html", None, 0, None, None), "vanished", "it vanished")
    lines = InputFacts("inbox/dump.jsonl", None, 3, 1, "0" * 32)
    members = rows(
        lines, b"abc", [replace(sound(n), record=str(n), content=b"x%d" % n) for n in range(1, 7)], keep_raw=False
    )
    table = pa.concat_tables([staged(Rejection("empty", "empty.html is empty")), to_table([gone, *members])])
    found = judge(table, as_of=AS_OF, bounds=Bounds(max_rejected_share=0.2))
    assert found.rejected.num_rows == 0
    results = {each["rule_id"]: each for each in found.results.to_pylist()}
    assert results["article.kind"]["evaluated"] == 6
    share = results["batch.rejected_share"]
    assert (share["evaluated"], share["unexpected"], share["success"]) == (8, 2, False)
    assert share["observed"] == "0.75 (bound 0.8)"
    assert [f.rule for f in found.batch_failures] == ["batch.rejected_share"]
    assert "2 of 8 records fail, 75.0% pass and 80.0% should" in found.batch_failures[0].message
    kept = judge(table, as_of=AS_OF, bounds=Bounds(max_rejected_share=0.25))
    assert kept.batch_failures == ()


def test_articles_are_measured_alike_with_and_without_other_rows_among_them() -> None:
    articles = [sound(number) for number in range(4)]
    alone = article_frame(staged(*articles))
    rejected = Rejection("no_body", "b.txt holds a head but no article text under it")
    among = article_frame(staged(articles[0], rejected, *articles[1:3], rejected, articles[3]))
    assert among["row"].to_pylist() == [0, 2, 3, 5]
    own = [name for name in alone.column_names if name not in ("row", "input_key", "file_key", "content_hash")]
    assert among.select(own).to_pylist() == alone.select(own).to_pylist()
    assert article_frame(staged(rejected)).num_rows == 0


def test_shares_are_judged_after_impossible_values_are_gone_and_from_enough_rows_on() -> None:
    untitled = [spoilt(n, title="https://quay-gazette.example/") for n in range(12)]
    table = staged(*untitled, *(sound(n) for n in range(12, 20)))
    found = judge(table, as_of=AS_OF, bounds=Bounds(min_title_share=0.5, min_rows=20))
    assert [f.rule for f in found.batch_failures] == ["batch.title_share"]
    assert "40.0% pass and 50.0% should" in found.batch_failures[0].message
    assert judge(table, as_of=AS_OF, bounds=Bounds(min_title_share=0.4, min_rows=20)).batch_failures == ()
    assert judge(table, as_of=AS_OF, bounds=Bounds(min_title_share=0.5, min_rows=21)).batch_failures == ()


def test_sources_without_a_domain_are_counted_also_where_the_share_is_kept() -> None:
    table = staged(
        *(spoilt(n, source=None, url=None, source_name=f"Wire {n}") for n in range(8)),
        *(spoilt(n, source=f"paper{n}.example", url=None) for n in range(8, 24)),
    )
    results = {each["rule_id"]: each for each in judge(table, as_of=AS_OF).results.to_pylist()}
    share = results["batch.sources.domain_share"]
    assert (share["evaluated"], share["unexpected"], share["success"]) == (24, 8, True)
    assert share["observed"] == "0.6667 (bound 0.5)"


def test_one_notice_taken_for_the_body_of_most_articles_fails_the_batch() -> None:
    notice = sound(0).body
    table = staged(*(spoilt(n, body=notice) for n in range(15)), *(sound(n) for n in range(15, 25)))
    found = judge(table, as_of=AS_OF, bounds=Bounds(max_duplicate_share=0.5))
    assert [f.rule for f in found.batch_failures] == ["batch.same_body"]
    assert "40.0% pass" in found.batch_failures[0].message


@pytest.mark.parametrize(
    "table", [SCHEMA.empty_table(), staged(Rejection("empty", "is empty"), Rejection("binary", "no text"))]
)
def test_a_batch_without_an_article_has_every_result_and_no_fault(table: pa.Table) -> None:
    found = judge(table, as_of=AS_OF)
    rules = sum(len(suite.row) + len(suite.batch) for suite in suites().values())
    assert (found.rejected.num_rows, found.faults.num_rows, found.results.num_rows) == (0, 0, rules)
    assert [f.rule for f in found.batch_failures] == (["batch.rejected_share"] if table.num_rows else [])
    assert apply_nulls(table, found.faults).equals(table)


def test_the_same_batch_has_the_same_verdict_also_from_several_chunks() -> None:
    table = staged(*(CASES[name][0](n) for n, name in enumerate(CASES)))
    once = judge(table, as_of=AS_OF)
    again = judge(pa.concat_tables([table.slice(0, 9), table.slice(9)]), as_of=AS_OF)
    assert (again.rejected, again.faults, again.results) == (once.rejected, once.faults, once.results)
    assert again.batch_failures == once.batch_failures


def test_the_clock_is_the_moment_that_is_given() -> None:
    table = staged(spoilt(published=day(date(2031, 1, 1)), modified=None))
    assert judge(table, as_of=AS_OF).faults.num_rows == 3
    assert judge(table, as_of=datetime(2031, 1, 1, tzinfo=UTC)).faults.num_rows == 0


def test_results_carry_suite_rule_and_samples() -> None:
    found = judge(staged(sound(), spoilt(1, title="***")), as_of=AS_OF).results.to_pylist()
    assert {each["suite"] for each in found} == {"fact_article", "dim_source", "fact_article.batch", "dim_source.batch"}
    title = next(each for each in found if each["rule_id"] == "article.title.words")
    assert json.loads(title.pop("observed")) == ["***"]
    assert title == {
        "suite": "fact_article",
        "rule_id": "article.title.words",
        "expectation": "ExpectColumnValuesToMatchRegex",
        "column_name": "title",
        "outcome": "null_field",
        "severity": "warning",
        "success": False,
        "evaluated": 2,
        "unexpected": 1,
    }


@pytest.mark.parametrize("column", ["title", "removed", "outcome"])
def test_a_missing_column_breaks_the_validation_by_name(column: str) -> None:
    with pytest.raises(ValidationBroken, match=rf"fact_article: .*{column}.*Nothing of this batch was loaded"):
        judge(staged(sound()).drop_columns([column]), as_of=AS_OF)


def one_rule(expectation: str, column: str, arguments: dict[str, object]) -> Rule:
    return Rule(
        id="trial.rule", expectation=expectation, columns=(column,), arguments=arguments, outcome="record",
        severity="info", why="w", remedy="r",
    )  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        one_rule("ExpectColumnValuesToBeBetween", "text", {"min_value": 1}),  # text is not compared with a number
        one_rule("ExpectColumnValuesToBeBetween", "number", {"min_value": 3, "max_value": 1}),
        one_rule("ExpectColumnValuesToBeInSet", "absent", {"value_set": ["a"]}),
    ],
)
def test_an_expectation_that_cannot_be_evaluated_fails_loudly(rule: Rule, caplog: pytest.LogCaptureFixture) -> None:
    suite = Suite("fact_article", suites()["fact_article"].file, (rule,), ())
    frame = pa.table({"row": pa.array([0], pa.int64()), "text": ["a"], "number": pa.array([2], pa.int64())})
    with pytest.raises(ValidationBroken, match=r"trial, rule trial\.rule: could not be evaluated"):
        Engine({"fact_article": suite}).validate("trial", [rule], frame, {})
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_whoever_judges_waits_for_the_thread_that_warms_up() -> None:
    threads = [threading.Thread(target=warm_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert judge(staged(sound()), as_of=AS_OF).rejected.num_rows == 0
    for thread in threads:
        thread.join()


def test_no_password_of_an_address_is_in_any_part_of_a_verdict() -> None:
    found = judge(
        staged(
            spoilt(url="https://ada:geheim@quay-gazette.example/7"),
            spoilt(1, title="https://ada:geheim@quay-gazette.example/7"),
            spoilt(2, categories=("https://ada:geheim@quay-gazette.example/7",)),
            spoilt(3, source="https://ada:geheim@quay-gazette.example/7"),
            spoilt(4, faults=(FieldFault("url", "https://ada:geheim@quay-gazette.example/7", "url.unusable"),)),
        ),
        as_of=AS_OF,
    )
    for table in (found.rejected, found.faults, found.results):
        assert "geheim" not in str(table.to_pylist())
    assert "geheim" not in str(found.batch_failures)
    assert found.faults.num_rows == 5


def test_what_flows_needs_stands_in_one_module() -> None:
    assert {"BatchFailure", "Bounds", "Verdict", "apply_nulls", "judge", "warm_up_meanwhile"} <= set(verdict.__all__)
