"""What a rule says in the place of what the reader found: fields, body, cuts."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Author, FieldFault, Hint, Hints, Kept, Origin, Precision, Published, Removed, Role
from transforms.read.page_body import PageBody, page_body
from transforms.read.page_fields import Fields
from transforms.read.ruled import (
    outside_cuts,
    rule_of_page,
    ruled_body,
    ruled_cuts,
    ruled_fields,
    ruled_places,
)
from transforms.read.site_page import SitePage
from transforms.read.site_rules import parse_site_rule, site_rules_of
from transforms.select.page_blocks import page_blocks
from transforms.select.page_choice import choose
from transforms.select.page_group import Context

_RULE = parse_site_rule("", host="bay.example", place="rules/bay.example.txt")
_STAMP = datetime(2026, 3, 4, 6, 30, tzinfo=timezone(timedelta(hours=1)))
_FOUND = Fields(
    "Harbour reopens",
    (Author("Bay News", "organisation"),),
    Published(_STAMP.date(), Precision.MINUTE, Origin.DECLARED, _STAMP),
    None,
    {"title": Origin.DECLARED, "authors": Origin.DECLARED, "published": Origin.DECLARED},
)
_CUT = Removed(10, 30, Role.BOILERPLATE, "site_rule.bay.example.strip:1")


def test_the_fields_of_a_rule_go_before_the_readers_and_are_of_the_page() -> None:
    page = SitePage(_RULE, "Fishing resumes | Bay News", ("By Ina Halvorsen", "Tom Reed"), "2 March 2026")
    fields, faults = ruled_fields(page, _FOUND, "Bay News")
    assert fields.title == "Fishing resumes"
    assert [a.name for a in fields.authors] == ["Ina Halvorsen", "Tom Reed"]
    assert fields.published is not None
    assert fields.published.day == date(2026, 3, 2)
    assert {fields.origins[name] for name in ("title", "authors", "published")} == {Origin.PAGE}
    assert faults == ()


def test_a_rule_that_says_nothing_leaves_the_readers_fields() -> None:
    assert ruled_fields(SitePage(_RULE), _FOUND, None) == (_FOUND, ())


def test_a_date_of_the_same_day_leaves_the_more_exact_one() -> None:
    fields, _ = ruled_fields(SitePage(_RULE, date="4 March 2026"), _FOUND, None)
    assert fields.published == _FOUND.published
    assert fields.origins["published"] is Origin.DECLARED


def test_a_date_that_cannot_be_read_is_recorded_and_its_place_is_no_field() -> None:
    page = SitePage(
        _RULE, date="some day", kept=(Kept(0, 8, "published_date"), Kept(9, 12, "title"), Kept(13, 20, "body"))
    )
    fields, faults = ruled_fields(page, _FOUND, None)
    assert fields == _FOUND
    assert faults == (FieldFault("published_date", "some day", "site_rule.unreadable"),)
    assert ruled_places(page, faults) == [Kept(9, 12, "title")]


def test_a_body_of_a_rule_is_of_the_engine_site_rules() -> None:
    page = SitePage(
        _RULE, body=("Times", "Noon."), headings=("Times",), kept=(Kept(0, 5, "title"), Kept(6, 17, "body"))
    )
    assert ruled_body(page) == PageBody("site_rules", ("Times", "Noon."), (Kept(6, 17, "body"),), ("Times",))
    assert ruled_body(SitePage(_RULE)) is None


@pytest.mark.parametrize(
    ("kept", "left"),
    [
        ([], [(10, 30)]),
        ([Kept(0, 10, "body"), Kept(30, 40, "body")], [(10, 30)]),
        ([Kept(12, 15, "title")], [(10, 12), (15, 30)]),
        ([Kept(0, 12, "title"), Kept(28, 40, "body")], [(12, 28)]),
        ([Kept(0, 40, "body")], []),
    ],
)
def test_what_lives_on_is_no_part_of_a_cut(kept: list[Kept], left: list[tuple[int, int]]) -> None:
    found = ruled_cuts(SitePage(_RULE, removed=(_CUT,)), kept)
    assert [(r.start, r.end) for r in found] == left
    assert {r.rule for r in found} <= {_CUT.rule}


@pytest.mark.parametrize(
    ("url", "hints", "host"),
    [
        ("https://www.bay.example/news/1", Hints(), "bay.example"),
        ("https://cape.example/news/1", Hints(url=Hint("https://bay.example/1", Origin.SIDECAR)), "cape.example"),
        ("https://other.example/", Hints(url=Hint("https://bay.example/1", Origin.SIDECAR)), "bay.example"),
        (None, Hints(source=Hint("bay.example", Origin.PATH)), "bay.example"),
        (None, Hints(source=Hint("Bay Weekly", Origin.FEED)), None),
        (None, Hints(), None),
    ],
)
def test_a_page_has_the_rule_of_its_address_else_of_the_source_that_is_said_of_it(
    url: str | None, hints: Hints, host: str | None
) -> None:
    rules = site_rules_of([("rules", {"bay.example.txt": "", "cape.example.txt": ""})])
    rule = rule_of_page(rules, url, hints)
    assert (rule.host if rule else None) == host
    assert rule_of_page(None, url, hints) is None


_SENTENCE = "The harbour reopened on Monday after the storm had passed, and the first boats left before dawn. "
_MARKUP = (
    f"<article><p>{_SENTENCE * 3}</p><div><p>{_SENTENCE * 2}A part that goes.</p></div><p>The {_SENTENCE}</p></article>"
)


@pytest.mark.parametrize("engine", ["fast", "trafilatura"])
def test_what_a_rule_strips_is_no_part_of_the_body_that_the_reader_finds(engine: str) -> None:
    blocks = page_blocks(LexborHTMLParser(_MARKUP))
    context = Context(None, None, None)
    found = choose([blocks], [context])[0] if engine == "fast" else None
    body = page_body(_MARKUP, blocks, context, engine, found)  # type: ignore[arg-type]
    assert any("A part that goes." in line for line in body.lines)
    start = blocks.source_text.index("\n") + 1
    end = blocks.source_text.index("A part that goes.") + len("A part that goes.")
    cut = Removed(start, end, Role.BOILERPLATE, "site_rule.bay.example.strip:1")
    without = outside_cuts(body, blocks, context, [cut])
    assert without.lines == tuple(line for line in body.lines if "A part that goes." not in line)
    assert len(without.lines) == 2
    assert all(span.end <= start or span.start >= end for span in without.kept)
