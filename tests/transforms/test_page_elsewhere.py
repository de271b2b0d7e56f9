"""What a page says of other pieces and in its comments is not said of its article; the pages are made up."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Author, FieldFault
from transforms.read.declared import declared
from transforms.read.page_fields import Fields, page_fields
from transforms.select.page_blocks import page_blocks

_PROSE = (
    "The harbour council of the northern district met on Monday to decide on the future of the old fish market hall, "
    "and voted for a plan that keeps the iron roof, moves the stalls to the quay and opens a reading room in the wing."
)
_DECLARED = "<meta property='article:published_time' content='2026-05-05T10:00:00+02:00'>"
_RESTAMPED = _DECLARED + "<meta property='article:modified_time' content='2026-05-05T11:00:00+02:00'>"
_LINKED = "<h3><a href='/locks'>Old locks to be rebuilt at last</a></h3>"
_TIME = "<time datetime='2025-02-11'>February 11, 2025</time>"


def fields(top: str = "", after: str = "", head: str = "", before: str = "") -> Fields:
    """Of a page with ``top`` between headline and text, ``before`` the article and ``after`` it."""
    tree = LexborHTMLParser(
        f"<!doctype html><html lang='en'><head><title>Hall keeps its roof</title>{head}</head><body><main>"
        f"{before}<article><h1>Hall keeps its roof</h1>{top}<p>{_PROSE}</p><p>{_PROSE}</p></article>{after}</main>"
    )
    return page_fields(declared(tree), page_blocks(tree).source_text)


def day(found: Fields) -> str | None:
    return found.published.day.isoformat() if found.published else None


@pytest.mark.parametrize(
    ("head", "top", "published"),
    [
        pytest.param(_DECLARED, f"<div>{_LINKED}<p>June 5, 2025</p></div>", "2026-05-05", id="a teaser's day"),
        pytest.param(_RESTAMPED, f"<div>{_LINKED}<p>June 5, 2025</p></div>", "2026-05-05",
                     id="also where the system stamps publication and change at once"),
        pytest.param(_DECLARED, "<p>June 5, 2025</p>", "2026-05-05", id="a bare day may be of anything"),
        pytest.param(_RESTAMPED, "<p>June 5, 2025</p>", "2025-06-05", id="but goes before a stamp that is renewed"),
        pytest.param(_DECLARED, "<p>Published June 5, 2025</p>", "2025-06-05", id="a labelled day is the piece's own"),
        pytest.param(_DECLARED, "<p>On 5 Jun 2025</p>", "2025-06-05", id="on a day"),
        pytest.param(_DECLARED, "<p>June 5, 2025 | By Ina Halvorsen</p>", "2025-06-05", id="a day beside its author"),
        pytest.param(_DECLARED, "<p>By Ina Halvorsen</p><p>June 5, 2025</p>", "2025-06-05", id="on the next line"),
        pytest.param(_DECLARED, "<p>7 min read</p><p>·</p><p>June 5, 2025</p>", "2025-06-05",
                     id="a day beside a reading time"),
        pytest.param(_DECLARED, "<p>Archived June 5, 2025</p>", "2026-05-05", id="a day of something else"),
        pytest.param(_RESTAMPED, f"<figure><img><figcaption>{_TIME}</figcaption></figure>", "2026-05-05",
                     id="a picture's day"),
        pytest.param(_RESTAMPED, f"<aside class='ticker'>{_LINKED}{_TIME}</aside>", "2026-05-05", id="a ticker's"),
    ],
)  # fmt: skip
def test_an_earlier_day_beside_the_title_goes_before_a_declared_one_only_where_it_is_the_pieces(
    head: str, top: str, published: str
) -> None:
    assert day(fields(top, head=head)) == published


_COMMENT = "http://schema.org/Comment"
_OTHERS = [
    pytest.param(f"<section><h2>More news</h2><div><a href='/l'>Old locks</a> {_TIME}</div></section>",
                 id="a list without names"),
    pytest.param(f"<section class='related-posts'>{_LINKED}<time pubdate datetime='2025-02-11'>Feb 11</time></section>",
                 id="a time with pubdate in a related piece"),
    pytest.param("<aside class='widget_recent_entries'><ul><li><a href='/l'>Old locks to be rebuilt</a> "
                 "<span class='post-date'>February 11, 2025</span></li></ul></aside>", id="a widget of recent posts"),
    pytest.param("<div class='sidebar'><ul><li><a href='/l'>Old locks to be rebuilt</a> "
                 "<span class='post-date'>February 11, 2025</span></li></ul></div>", id="a side bar's list"),
    pytest.param(f"<article class='card'>{_LINKED}"
                 "<time class='entry-date published' datetime='2025-02-11'>Feb 11</time></article>", id="a card"),
    pytest.param(f"<div itemscope itemtype='http://schema.org/NewsArticle'>{_LINKED}"
                 "<meta itemprop='datePublished' content='2025-02-11'></div>", id="microdata of another article"),
    pytest.param(f"<div itemprop='comment' itemscope itemtype='{_COMMENT}'><p>I liked it.</p>"
                 "<meta itemprop='datePublished' content='2025-02-11'></div>", id="microdata of a comment"),
    pytest.param(f"<ol class='comment-list'><li><b>Jane Reader</b> {_TIME}<p>{_PROSE}</p><p>{_PROSE}</p></li></ol>",
                 id="comments, however long"),
    pytest.param(f"<div><b>Jane Reader</b> {_TIME}<p>I liked the iron roof a lot.</p></div>", id="a time below"),
    pytest.param(f"<div>{_LINKED}<p>Published: February 11, 2025</p></div>", id="a label in a teaser"),
    pytest.param("<div><p>Posted on February 11, 2025 by Jo Otter</p><p>I liked the iron roof a lot.</p></div>",
                 id="a label in a comment"),
    pytest.param("<h2>More news</h2><div><p>Locks</p><p>Published: February 11, 2025</p></div>",
                 id="a label below a line that announces others"),
]  # fmt: skip


@pytest.mark.parametrize("after", _OTHERS)
def test_the_day_of_another_piece_or_a_comment_is_not_the_articles(after: str) -> None:
    assert day(fields(after=after)) is None
    assert day(fields(after=after, head=_DECLARED)) == "2026-05-05"


def test_a_bar_with_the_day_of_reading_dates_nothing() -> None:
    bar = "<div class='topbar'><span class='date'>Saturday, February 11, 2025</span></div>"
    assert day(fields(before=bar)) is None


def test_what_stands_round_the_headline_is_the_articles_whatever_its_name() -> None:
    assert day(fields(f"<div class='meta'>{_TIME}</div>", before="<div class='related-layout comments-open'>")) == (
        "2025-02-11"
    )
    assert day(fields(f"<aside class='sidebar'>{_TIME}</aside>")) == "2025-02-11"


def test_a_label_at_the_end_of_the_text_dates_it() -> None:
    assert day(fields(after="<p>Published: February 11, 2025</p><p>Share</p>")) == "2025-02-11"


def test_a_labelled_day_that_cannot_be_read_is_a_fault_and_no_other_stands_in() -> None:
    found = fields("<p>Published: 31.02.2026</p>", after=f"<p>Heard on Quay Radio {_TIME}</p>")
    assert found.published is None
    assert found.faults == (FieldFault("published_date", "31.02.2026", "date.unreadable"),)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(f"<section><h2>More</h2>{_LINKED}<p class='byline'>By Jo Otter</p></section>", id="a by-line"),
        pytest.param(f"<div class='teaser'>{_LINKED}<span class='author-name'>Jo Otter</span></div>", id="a teaser's"),
        pytest.param(f"<div>{_LINKED}<p>Written by Jo Otter</p></div>", id="behind its label"),
        pytest.param(
            f"<div itemscope itemtype='{_COMMENT}'><span itemprop='author'>Jo Otter</span></div>", id="a reader"
        ),
        pytest.param(
            "<h2>More news</h2><p>Locks</p><p>Written by Jo Otter</p>", id="below a line that announces others"
        ),
    ],
)
def test_the_author_of_another_piece_or_a_comment_is_not_the_articles(after: str) -> None:
    assert fields(after=after).authors == ()
    assert fields("<p class='byline'>By Ina Halvorsen</p>", after=after).authors == (Author("Ina Halvorsen"),)


def test_the_headline_of_another_piece_is_not_the_title() -> None:
    headline = _LINKED.replace("<h3", "<h3 itemprop='headline'")
    other = f"<div itemscope itemtype='http://schema.org/NewsArticle'>{headline}</div>"
    head = "<meta property='og:title' content='Hall keeps its roof'>"
    assert fields(after=other, head=head).title == "Hall keeps its roof"
