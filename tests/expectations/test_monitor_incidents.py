"""Findings become incidents that open once and close once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.monitors import incidents as spans
from expectations.monitors.findings import Expectation, Finding, State, Subject
from expectations.monitors.incidents import Incident, advance

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
COURIER = Subject("source", "aldmouth-courier.example")
GAZETTE = Subject("source", "harbour-gazette.example")


def finding(
    state: State, hour: int, subject: Subject = COURIER, monitor: str = "fields", cause: str = "too_few"
) -> Finding:
    at = BEGIN + timedelta(hours=hour)
    expectation = Expectation(monitor, subject, "articles", at, at, at, 1.0, 2.0, "articles", 0.001, "its own past")
    return Finding(monitor, subject, cause, state, at, None, 0.0, 0.0, 1.0, f"hour {hour}", expectation)


def history(states: list[State], monitor: str = "fields") -> list[tuple[str, int]]:
    """What happened at which hour: opened, resolved."""
    open_now: tuple[Incident, ...] = ()
    told = []
    for hour, state in enumerate(states):
        changes = advance(open_now, [finding(state, hour, monitor=monitor)])
        told += [("opened", hour)] * len(changes.opened) + [("resolved", hour)] * len(changes.resolved)
        open_now = (*changes.opened, *changes.still_open)
    return told


OK, SUSPECT, OPEN = State.OK, State.SUSPECT, State.OPEN


def test_suspicion_alone_opens_nothing() -> None:
    assert history([SUSPECT] * 100) == []


def test_what_comes_and_goes_is_one_incident() -> None:
    assert history([OPEN, OK, SUSPECT, OPEN, *[OK] * 5, SUSPECT, *[OK] * 13]) == [("opened", 0), ("resolved", 22)]


def test_an_incident_is_over_after_its_calm_and_the_next_one_is_a_new_one() -> None:
    assert history([OPEN, *[OK] * 4, OPEN, *[OK] * 4], monitor="freshness") == [
        ("opened", 0), ("resolved", 4), ("opened", 5), ("resolved", 9),
    ]  # fmt: skip


def test_a_monitor_that_says_nothing_leaves_the_incident_open() -> None:
    opened = advance((), [finding(OPEN, 0)]).opened
    assert [incident.opened_at for incident in advance(opened, []).still_open] == [BEGIN]


def test_another_source_or_cause_is_another_incident() -> None:
    found = advance((), [finding(OPEN, 0), finding(OPEN, 0, GAZETTE), finding(OPEN, 0, cause="too_many")])
    assert [(incident.subject.name, incident.cause) for incident in found.opened] == [
        ("aldmouth-courier.example", "too_few"),
        ("aldmouth-courier.example", "too_many"),
        ("harbour-gazette.example", "too_few"),
    ]


def test_an_incident_tells_the_latest_reason_and_the_first_time() -> None:
    opened = advance((), [finding(OPEN, 0)]).opened
    (still,) = advance(opened, [finding(SUSPECT, 5)]).still_open
    assert (still.why, still.opened_at, still.seen_at) == ("hour 5", BEGIN, BEGIN + timedelta(hours=5))


def test_the_same_key_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two findings"):
        advance((), [finding(OK, 0), finding(OPEN, 0)])
    (incident,) = advance((), [finding(OPEN, 0)]).opened
    with pytest.raises(ValueError, match="twice"):
        advance([incident, incident], [])


@given(states=st.lists(st.sampled_from([OK, OK, OK, SUSPECT, OPEN]), min_size=1, max_size=80))
@settings(max_examples=100, deadline=None)
def test_the_benchmark_counts_incidents_as_they_are_told(states: list[State]) -> None:
    told = history(states, monitor="freshness")
    numbers = np.array([[OK, SUSPECT, OPEN].index(state) for state in states])
    found = spans(numbers, 3)
    assert [hour for what, hour in told if what == "opened"] == [opened for opened, _ in found]
    resolved = [over for _, over in found if over < len(states)]
    assert [hour for what, hour in told if what == "resolved"] == resolved


@given(order=st.permutations(range(4)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_findings_changes_nothing(order: list[int]) -> None:
    found = [
        finding(OPEN, 0, COURIER, cause="too_few"),
        finding(OK, 0, COURIER, cause="too_many"),
        finding(OPEN, 0, GAZETTE, cause="too_few"),
        finding(SUSPECT, 0, GAZETTE, cause="too_many"),
    ]
    assert advance((), [found[n] for n in order]) == advance((), found)
