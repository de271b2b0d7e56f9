"""What holds for every text: nothing is lost, nothing invented, reading twice is reading once, cost is linear."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from growth import least_ratio
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import unaccounted
from transforms.article import Article, RawFile, Reading
from transforms.read.tagged import read_tagged
from transforms.read.text import read_text

NOW = datetime(2025, 2, 1, tzinfo=UTC)

LINES = [
    "Port Alder and Kaltenau share their harbours",
    "Two towns, one quay",
    "By Mira Holm",
    "Mira Holm",
    "tolven Raab",
    "17 January 2025",
    "The ferry has left the quay, and nobody was on board but the mayor and her dog.",
    "Who pays for the ferry?",
    "What the fishermen get",
    "Two tugs lie at the north quay. They belong to Kaltenau, and will stay until autumn.",
    "Recent Posts",
    "Read also",
    "Most read",
    "Related",
    "Goose halts tram for the third time",
    "The bird sat down between the rails and would not…",
    "4 minutes ago",
    "vor 3 Stunden",
    "yesterday",
    "Categories: Harbours",
    "Tags: Harbours, Ferries",
    "Published: 2025-01-17",
    " date 2025-01-17 A treaty of the stubborn",
    "Advertisement",
    "Share on Facebook",
    "Facebook",
    "Home | News | Sport",
    "Home",
    "News",
    "© 2025 Harbour Gazette",
    "We use cookies to improve this site for you.",
    "This article has been automatically translated,",
    "read the original article here.",
    "- a bulleted line about tugs",
    "1. The first of two points",
    "Read more: Goose halts tram",
    "12 comments",
    "港は静かだ。",
    "最近の投稿",
    "3時間前",
    "غادرت العبارة الرصيف.",
    "منذ 3 ساعات",
    "Читайте также",
    "",
    " \t ",
    "…",
    "***",
    "-",
    "09:12 The first boat has left.",
    "“We will see each other,” she said.",
    "404 Not Found",
    "Source: Harbour Gazette",
]


def reading_of(text: str) -> Reading:
    return read_text(RawFile("any/a.txt", text.encode("utf-8", "surrogatepass")), text, as_of=NOW)


_LINE = st.one_of(st.sampled_from(LINES), st.text(max_size=40))
_TEXT = st.lists(st.tuples(_LINE, st.sampled_from(["\n", "\n\n", " \n", "\n\u00a0\n"])), max_size=30).map(
    lambda parts: "".join(line + end for line, end in parts)
)


@settings(max_examples=400, deadline=None)
@given(_TEXT)
def test_any_mixture_of_lines_is_accounted_for_and_nothing_is_invented(text: str) -> None:
    reading = reading_of(text)
    assert reading == reading_of(text)
    if not isinstance(reading, Article):
        assert reading.reason in ("no_body", "not_an_article")
        assert "any/a.txt" in reading.detail
        return
    assert unaccounted(reading) == []
    squeezed = " ".join(text.split())
    for said in [*reading.body.split("\n\n"), *reading.headings, *(author.name for author in reading.authors)]:
        assert " ".join(said.split()) in squeezed
    for value in (reading.title, reading.kicker, reading.summary):
        assert value is None or value in squeezed
    spans = sorted([(s.start, s.end) for s in reading.removed])
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


_PROSE = [
    "The harbour office of Port Alder has counted its gulls for the ninth year in a row, and found more than ever.",
    "Some 412 birds were seen on the long pier on Sunday morning, the office said in a short note to the town.",
    "Nobody knows why they prefer the pier to the fish market, where there would be far more to eat for them all.",
    "A second count is to follow in spring, when the young birds leave the roofs of the old town for the first time.",
]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_prose_is_never_lost_whatever_stands_between(data: st.DataObject) -> None:
    between = st.lists(st.sampled_from(LINES), max_size=5)
    lines: list[str] = []
    for sentence in _PROSE:
        lines += [*data.draw(between), sentence]
    lines += data.draw(between)
    reading = reading_of("\n\n".join(["Harbour office counts its gulls again", *lines]))
    assert isinstance(reading, Article)
    kept = f"{reading.body}\n{reading.summary}"
    cut = "\n".join(reading.source_text[r.start : r.end] for r in reading.removed)
    for i, sentence in enumerate(_PROSE):
        # A sentence straight above an age, inside a block of teasers, is a teaser's text: it looks like nothing else.
        followed_by_age = next(filter(None, lines[lines.index(sentence) + 1 :]), "") in (
            "4 minutes ago",
            "vor 3 Stunden",
            "yesterday",
            "3時間前",
            "منذ 3 ساعات",
            "17 January 2025",
        )
        assert sentence in kept or (followed_by_age and sentence in cut), (i, sentence)


UNITS = {
    "paragraphs": _PROSE[0] + "\n\n",
    "short lines": "What the fishermen get\n",
    "headings of teasers": "Recent Posts\n",
    "doors": "Read more\nGoose halts tram again\nBakers quarrel over a loaf\n",
    "teasers": "Goose halts tram\nThe bird would not…\n4 minutes ago\n",
    "menus": "Home\nNews\n",
    "footers": "© 2025 Harbour Gazette\n",
    "labels": "Categories: Harbours\n",
    "one line": "The ferry has left the quay ",
    "spaces": " " * 300 + "\n",
    "stars": "*" * 40,
}


def _times_the_cost(large: str, small: str, *, tagged: bool = False) -> float:
    reader = read_tagged if tagged else read_text

    def reading(text: str) -> Callable[[], object]:
        return lambda: reader(RawFile("long/a.txt", b""), text, as_of=NOW)

    return least_ratio(reading(large), reading(small), within=24)


@pytest.mark.parametrize("unit", UNITS)
def test_the_cost_of_a_text_grows_with_its_length_and_no_faster(unit: str) -> None:
    small = UNITS[unit] * (24_000 // len(UNITS[unit]))
    ratio = _times_the_cost(small * 8, small)
    assert ratio < 24, f"8 times the text cost {ratio:.1f} times as much"


@pytest.mark.parametrize(
    "unit", ["<TITLE>\n", "<TITLE>x</TITLE> y\n", "</CONTENT>\n", "< <", "<p>", "<CONTENT>", "&amp;"]
)
def test_the_cost_of_an_export_grows_with_its_length_and_no_faster(unit: str) -> None:
    small = "<TITLE>x</TITLE>\n<CONTENT>\n" + unit * (24_000 // len(unit))
    large = "<TITLE>x</TITLE>\n<CONTENT>\n" + unit * (192_000 // len(unit))
    ratio = _times_the_cost(large, small, tagged=True)
    assert ratio < 24, f"8 times the text cost {ratio:.1f} times as much"
