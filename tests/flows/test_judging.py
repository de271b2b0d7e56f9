"""What the monitors learn from: a past in tables and the incidents of it go in, findings come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from expectations.monitors.findings import Finding, Subject
from expectations.monitors.incidents import Incident
from expectations.monitors.past import DAY, hour_of
from flows.judging import judge
from warehouse.watched import Past, WatchedSubject

DAYS, BROKEN, EACH = 200, 60, 6  # days of past, how many of the last ones are broken, articles a day
NOW = datetime(2026, 8, 3, tzinfo=UTC)
END = hour_of(NOW)
SINCE = NOW - timedelta(days=BROKEN)
SITE = Subject("source", "gazette.example")
HOURS = [END - (DAYS - day) * DAY + 12 for day in range(DAYS)]
COUNTS = ("inputs", "rejected", "usable", "repeated", "articles", "title", "author", "date", "body_length", "dated",
          "late", "dated_or_future", "future")  # fmt: skip


def test_a_fault_of_two_months_is_held_against_the_time_before_it_as_long_as_its_incident_is_open() -> None:
    """One article in six has a title since June: without its incident that is taken for half of what is usual."""
    told = Incident("fields", SITE, "title_missing", SINCE, SINCE, NOW, "no titles")
    found = of("title_missing", judge(the_past(), [told]))
    assert (found.state, found.evidence) == ("open", pytest.approx(17.25))
    assert "95% expected" in found.why
    unlearned = of("title_missing", judge(the_past(), []))
    assert unlearned.state == "ok" and "68% expected" in unlearned.why


def test_an_incident_of_something_else_or_of_someone_else_leaves_the_past_as_it_is() -> None:
    others = [
        Incident("fields", SITE, "author_missing", SINCE, SINCE, NOW, "no authors"),
        Incident("fields", Subject("source", "herald.example"), "title_missing", SINCE, SINCE, NOW, "no titles"),
    ]
    assert of("title_missing", judge(the_past(), others)).state == "ok"


def test_a_renamed_field_is_still_missed_two_months_later() -> None:
    told = Incident("schema", SITE, "schema_drift", SINCE, SINCE, NOW, "headline is gone")
    found = of("schema_drift", judge(the_past(), [told]))
    assert found.state == "open" and found.why.startswith("headline is now title_text")
    assert of("schema_drift", judge(the_past(), [])).why.startswith("headline is gone (")  # by then nothing is new


def of(cause: str, findings: list[Finding]) -> Finding:
    [found] = [finding for finding in findings if finding.cause == cause]
    return found


def the_past() -> Past:
    """Six articles each noon; since June five of six lack a title, and the field `headline` is `title_text`."""
    broken = [day >= DAYS - BROKEN for day in range(DAYS)]
    sound = {name: [0] * DAYS for name in ("rejected", "repeated", "late", "future")}
    counts = {name: sound.get(name, [EACH] * DAYS) for name in COUNTS}
    counts["title"] = [1 if bad else EACH for bad in broken]
    fields = [
        (hour, name, EACH)
        for hour, bad in zip(HOURS, broken, strict=True)
        for name in (None, "body", "title_text" if bad else "headline")
    ]
    return Past(
        as_of=NOW,
        end=END,
        first_run_at=NOW - timedelta(days=DAYS),
        subjects=(WatchedSubject("source", 1, SITE.name, None),),
        runs=(),
        arrivals=of_site({"hour": HOURS, "articles": [EACH] * DAYS}),
        shares=of_site({"hour": HOURS, **counts}),
        blocks=of_site({"hour": [], "articles": [], "with_block": []}),
        fields=of_site(dict(zip(("hour", "field", "records"), map(list, zip(*fields, strict=True)), strict=True))),
    )


def of_site(columns: dict[str, list[object]]) -> pa.Table:
    rows = len(columns["hour"])
    return pa.table({"kind": ["source"] * rows, "subject_id": pa.array([1] * rows, pa.int64()), **columns})
