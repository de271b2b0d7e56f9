"""When a web page was published and changed, a class of real pages at a time; the pages are written for these tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Origin, Precision, Published
from transforms.read.declared import declared
from transforms.read.page_fields import Fields, page_fields
from transforms.select.page_blocks import page_blocks

_PROSE = (
    "The harbour council of the northern district met on Monday to decide on the future of the old fish market hall, "
    "and voted for a plan that keeps the iron roof, moves the stalls to the quay and opens a reading room in the wing."
)


def fields(markup: str) -> Fields:
    tree = LexborHTMLParser(markup)
    statement = declared(tree)
    return page_fields(statement, page_blocks(tree).source_text)


def linked(json: str) -> str:
    return f"<script type='application/ld+json'>{json}</script>"


def page(head: str = "", top: str = "", after: str = "") -> str:
    """A page with ``top`` between headline and text and ``after`` behind it."""
    return (
        f"<!doctype html><html lang='en'><head>{head}</head><body><main><article><h1>Hall keeps its roof</h1>{top}"
        f"<p>{_PROSE}</p><p>{_PROSE}</p>{after}</article></main></body></html>"
    )


@pytest.mark.parametrize(
    ("head", "top", "day", "origin"),
    [
        pytest.param("<meta name='w-published-date' content='2026-05-05T06:03:43Z'>", "", "2026-05-05", "declared",
                     id="a meta element of the site's own naming"),
        pytest.param("<meta name='last-published' content='2026-05-05'>", "", None, None, id="but not the last time"),
        pytest.param("<meta itemprop='dateCreated datePublished' content='2026-05-05'>", "", "2026-05-05", "declared",
                     id="microdata of two properties"),
        pytest.param("<link rel='canonical' href='https://quay.example/2026/05/05/hall'>", "", "2026-05-05", "declared",
                     id="the day in the address"),
        pytest.param("<link rel='canonical' href='https://quay.example/a/A2026050514320005196'>", "", "2026-05-05",
                     "declared", id="a time stamp in the address"),
        pytest.param("<link rel='canonical' href='https://quay.example/remembering-2011-03-11-floods'>", "", None, None,
                     id="a day in the title that the address holds"),
        pytest.param("<link rel='canonical' href='https://quay.example/hall-2026-05-05'>", "", "2026-05-05", "declared",
                     id="the day at its end"),
        pytest.param("<link rel='canonical' href='https://quay.example/a/20261305'>", "", None, None,
                     id="a number in the address is no date"),
        pytest.param("<script>self.push({\"datePublished\":\"2026-05-05T10:00:00Z\"})</script>", "", "2026-05-05",
                     "declared", id="the one date in a page's data"),
        pytest.param("<script>[{\"datePublished\":\"2026-05-05\"},{\"datePublished\":\"2026-05-04\"}]</script>", "",
                     None, None, id="two dates in a page's data are of several pieces"),
        pytest.param("", "<div class='story-date'>May 5, 2026</div>", "2026-05-05", "page", id="a class named date"),
        pytest.param("", "<p>12.16.2025</p>", "2025-12-16", "page", id="an American date with stops"),
        pytest.param("", "<p>AUG 25 2026 - 8 MIN READ</p>", "2026-08-25", "page", id="capitals and a reading time"),
        pytest.param("", "<p>Dec. 19, 2026 · Ina Halvorsen on behalf of the Harbour group</p>", "2026-12-19", "page",
                     id="beside a long by-line"),
        pytest.param("", "<p>Ina (Ann) Halvorsen Published: January 3, 2026</p>", "2026-01-03", "page",
                     id="behind its label in a longer line"),
        pytest.param("", "<p>Ships at the old quay in the snow, 5 May 2026</p>", None, None, id="a caption's date"),
        pytest.param("", "<p>Heard on Quay Radio this week on <time datetime='2026-05-04'>4 May 2026</time></p>",
                     "2026-05-04", "page", id="a time element where there is nothing better"),
        pytest.param("", "<p>Updated May 5, 2026</p>", None, None, id="an update alone is no publication"),
        pytest.param("<meta property='article:modified_time' content='2026-05-05'>", "", None, None,
                     id="nor is a declared one"),
    ],
)  # fmt: skip
def test_the_day_of_publication_has_its_origin(head: str, top: str, day: str | None, origin: str | None) -> None:
    published = fields(page(head, top)).published
    assert (published and published.day.isoformat()) == day
    assert (published and published.origin) == origin


def test_an_update_is_the_modification_and_no_more() -> None:
    found = fields(page(top="<p>Updated May 5, 2026</p>"))
    assert found.published is None
    assert found.modified == Published(date(2026, 5, 5), Precision.DAY, Origin.PAGE)


def test_a_day_behind_the_first_paragraph_moves_nothing() -> None:
    head = "<meta property='article:published_time' content='2026-05-05'>"
    teaser = f"<p>{_PROSE}</p><aside><p>Old locks to be rebuilt</p><p>20 November 2024</p></aside>"
    assert fields(page(head, teaser)).published == Published(date(2026, 5, 5), Precision.DAY, Origin.DECLARED)


def test_an_update_before_publication_is_a_teasers() -> None:
    head = "<meta property='article:published_time' content='2026-05-05'>"
    teaser = "<div class='more'><time class='updated' datetime='2018-01-27'>27 January 2018</time></div>"
    assert fields(page(head, after=teaser)).modified is None


def test_a_day_shown_beside_the_title_goes_before_a_later_stamp() -> None:
    head = linked('{"@type": "Article", "datePublished": "2026-06-24", "dateModified": "2026-06-24"}')
    found = fields(page(head, "<p>May 5, 2026</p>"))
    assert found.published == Published(date(2026, 5, 5), Precision.DAY, Origin.PAGE)
    assert found.origins["published"] is Origin.PAGE
    assert found.modified == Published(date(2026, 6, 24), Precision.DAY, Origin.DECLARED)


def test_a_day_shown_beside_the_title_never_moves_publication_forward() -> None:
    head = linked('{"@type": "Article", "datePublished": "2026-05-05T10:00:00+02:00"}')
    published = fields(page(head, "<p>November 14, 2026</p>")).published
    at = datetime(2026, 5, 5, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    assert published == Published(date(2026, 5, 5), Precision.SECOND, Origin.DECLARED, at)


def test_the_publishers_day_is_the_shown_one_where_the_declared_one_is_in_utc() -> None:
    head = "<meta property='article:published_time' content='2026-05-06T03:05:00+00:00'>"
    top = "<time datetime='2026-05-05T19:05:00-08:00'>May 5, 2026</time>"
    at = datetime(2026, 5, 5, 19, 5, tzinfo=timezone(timedelta(hours=-8)))
    assert fields(page(head, top)).published == Published(date(2026, 5, 5), Precision.SECOND, Origin.PAGE, at)


def test_a_time_beside_both_words_is_told_by_the_nearer() -> None:
    top = "<p>Updated <time datetime='2026-05-07'>May 7</time>, published <time datetime='2026-05-05'>May 5</time></p>"
    found = fields(page(top=top))
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.day, found.modified.day) == (date(2026, 5, 5), date(2026, 5, 7))
