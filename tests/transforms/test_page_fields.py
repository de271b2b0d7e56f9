"""Title, authors and dates of web pages, a class of real pages at a time; the pages are written for these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Author, Kind, Origin, Precision, Published
from transforms.read.declared import Declared, declared
from transforms.read.page_fields import Fields, page_fields
from transforms.select.page_blocks import page_blocks

_PROSE = (
    "The harbour council of the northern district met on Monday to decide on the future of the old fish market hall, "
    "and voted for a plan that keeps the iron roof, moves the stalls to the quay and opens a reading room in the wing."
)
_SITE = "<meta property='og:site_name' content='Quay Gazette'>"
_ORGANISATION = "organisation"


def said(markup: str, address: str | None = None) -> Declared:
    return declared(LexborHTMLParser(markup), address)


def fields(markup: str) -> Fields:
    tree = LexborHTMLParser(markup)
    statement = declared(tree)
    return page_fields(statement, page_blocks(tree).source_text)


def linked(json: str) -> str:
    return f"<script type='application/ld+json'>{json}</script>"


def page(head: str = "", top: str = "", after: str = "", h1: str = "<h1>Hall keeps its roof</h1>") -> str:
    """A page with ``top`` between headline and text and ``after`` behind it."""
    return (
        f"<!doctype html><html lang='en'><head>{head}</head><body><main><article>{h1}{top}"
        f"<p>{_PROSE}</p><p>{_PROSE}</p>{after}</article></main></body></html>"
    )


# --- titles


@pytest.mark.parametrize(
    ("head", "h1", "title"),
    [
        pytest.param(
            linked('{"@type": "NewsArticle", "headline": "The hall that would not die"}')
            + "<meta property='og:title' content='Fish market hall: roof stays'>"
            "<title>Fish market hall: roof stays</title>",
            "<h1>Fish market hall: roof stays</h1><h2>The hall that would not die</h2>",
            "The hall that would not die",
            id="a second heading that repeats a declared title goes before a headline for search engines",
        ),
        pytest.param(
            "<meta property='og:title' content='Hall keeps its roof'>",
            "<h1>Fish market vote: live</h1><h2>Hall keeps its roof</h2>",
            "Hall keeps its roof",
            id="the repeated one may be Open Graph's",
        ),
        pytest.param(
            "<meta property='og:title' content='Hall keeps its roof'><title>Hall keeps its roof</title>"
            "<meta name='twitter:title' content='Hall keeps its roof'>"
            "<meta name='headline' content='Hall keeps its roof'><meta name='hdl' content='Hall keeps its roof'>"
            + linked('{"@type": "NewsArticle", "headline": "Hall keeps its roof"}'),
            "<h1 itemprop='headline' class='author-date'>Read this too</h1>",
            "Hall keeps its roof",
            id="a heading of several marks has one vote for each and no more",
        ),
        pytest.param(
            "<meta property='og:title' content='Harbour vote: hall keeps its roof'>",
            "<h1 itemprop='headline'><span class='kicker'>Harbour</span> Hall keeps its roof</h1>",
            "Hall keeps its roof",
            id="the property of a heading with a kicker is the heading without it",
        ),
        pytest.param(
            "<meta property='og:title' content=\"The hall's 'second life'\">"
            "<meta property='og:description' content='x'>",
            "<h1>The hall’s ‘second life’</h1>",
            "The hall's 'second life'",
            id="quotation marks do not split the vote, and the declared form is taken",
        ),
        pytest.param(
            "<meta property='og:title' content='Harbour: hall keeps roof'>",
            "<h1><span>Harbour:</span><span>hall keeps roof</span></h1>",
            "Harbour: hall keeps roof",
            id="a headline whose parts run together is read from the declared form",
        ),
        pytest.param(
            "<title>Iron roof saved - Politics</title><meta name='headline' content='Iron roof saved'>"
            "<meta property='og:title' content='Iron roof saved-Politics|Quay Gazette'>" + _SITE,
            "",
            "Iron roof saved",
            id="a section and a site run on behind a joint go",
        ),
        pytest.param(
            "<title>Hall keeps its roof | QuayGaz</title><link rel='canonical' href='https://www.quaygazette.example/1'>",
            "",
            "Hall keeps its roof",
            id="behind a bar a part of the domain's name is the site",
        ),
        pytest.param(
            "<title>Roofs and walls | Quay</title><link rel='canonical' href='https://www.harbour.example/1'>",
            "",
            "Roofs and walls | Quay",
            id="behind a bar another word stays",
        ),
        pytest.param(
            "<meta property='og:title' content='Council vote: Hall keeps its roof'>",
            "<h1><span class='article__kicker'>Harbour council</span> – <span>Hall keeps its roof</span></h1>",
            "Hall keeps its roof",
            id="a kicker that the markup sets apart is no part of the title",
        ),
        pytest.param(
            "<meta property='og:title' content='Harbour council: Hall keeps its roof'>",
            "<h1><span class='article__kicker'>Harbour council:</span> Hall keeps its roof</h1>",
            "Harbour council: Hall keeps its roof",
            id="unless a declared title has it too",
        ),
        pytest.param(
            "<title>Elections 2026: a primer</title>", "<h1>Elections 2026: a primer</h1><h2>Elections 2026</h2>",
            "Elections 2026: a primer",
            id="what stands behind a colon is never cut",
        ),
        pytest.param("", "<h1>Hall&nbsp;keeps\u200b its \u00adroof</h1>", "Hall keeps its roof", id="unseen signs"),
        pytest.param("", "<h2>Hall keeps its roof</h2>", "Hall keeps its roof", id="else the first heading"),
        pytest.param("", "", None, id="a page without any has none"),
    ],
)  # fmt: skip
def test_a_title_is_what_its_places_agree_on(head: str, h1: str, title: str | None) -> None:
    assert fields(page(head, h1=h1)).title == title


@pytest.mark.parametrize(
    ("head", "h1", "origin"),
    [
        ("<title>Hall keeps its roof</title>", "<h1>Hall keeps its roof</h1>", Origin.DECLARED),
        ("<title>Hall keeps its roof</title>", "", Origin.DECLARED),
        ("<title>Quay</title>", "<h1>Hall keeps its roof</h1>", Origin.PAGE),
        ("", "<h2>Hall keeps its roof</h2>", Origin.PAGE),
    ],
)
def test_a_title_that_headings_alone_say_is_the_pages(head: str, h1: str, origin: Origin) -> None:
    found = fields(page(head, h1=h1))
    assert (found.title, found.origins["title"]) == ("Hall keeps its roof", origin)


# --- authors


@pytest.mark.parametrize(
    ("head", "top", "authors", "origin"),
    [
        pytest.param(
            "<meta name='cXenseParse:author' content='Ina Halvorsen'>", "",
            (Author("Ina Halvorsen"),), Origin.DECLARED, id="meta elements of trackers",
        ),
        pytest.param(
            "<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='Ina Halvorsen'>", "",
            (Author("Ina Halvorsen"),), Origin.DECLARED, id="card labels",
        ),
        pytest.param(
            "<meta name='twitter:label1' content='Reading time'><meta name='twitter:data1' content='Four minutes'>", "",
            (), Origin.PAGE, id="card labels that say something else",
        ),
        pytest.param(
            "<meta name='citation_author' content='Halvorsen, Ina'><meta name='citation_author' content='Bell, Jo'>",
            "", (Author("Ina Halvorsen"), Author("Jo Bell")), Origin.DECLARED, id="surnames first, one an element",
        ),
        pytest.param(
            linked('{"@type": "Article", "author": {"name": "Ina Halvorsen, Quay Gazette"}}') + _SITE,
            "", (Author("Ina Halvorsen"),), Origin.DECLARED, id="the site's name beside a person is where she works",
        ),
        pytest.param(
            "<meta name='author' content='Quay Gazette'>" + _SITE, "<p>By Ina Halvorsen</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="a shown person goes before the site",
        ),
        pytest.param(
            "<meta name='author' content='ihalvorsen'>", "<p>By Ina Halvorsen | 5 May 2026</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="a shown person goes before a handle",
        ),
        pytest.param(
            "<meta name='author' content='Northwire News Agency'>", "<p>5 May 2026</p>",
            (Author("Northwire News Agency", _ORGANISATION),), Origin.DECLARED, id="an agency alone is an organisation",
        ),
        pytest.param(
            "", "<p class='meta'><a href='/authors/ina-halvorsen'>Ina Halvorsen</a> and "
            "<a href='/authors/jo-bell'>Jo Bell</a></p>",
            (Author("Ina Halvorsen"), Author("Jo Bell")), Origin.PAGE, id="links to profiles",
        ),
        pytest.param(
            "", "<p>Ina Halvorsen</p><p>5 May 2026</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="a name alone beside a date",
        ),
        pytest.param(
            "", "<p>Ina Halvorsen</p><p>Political correspondent</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="a name alone before a role",
        ),
        pytest.param("", "<p>Iron Roof</p><p>Old stalls</p>", (), Origin.PAGE, id="two words alone are no name"),
        pytest.param(
            "", "<p>By</p><p>The Quay Team</p><p>6 min read</p>",
            (Author("The Quay Team", _ORGANISATION),), Origin.PAGE, id="behind a line By",
        ),
        pytest.param(
            "", "<p>By Ina Halvorsen April 12, 2026</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="a surname before a date is no weekday",
        ),
        pytest.param(
            "", "<p>Dec 8, 2026 by Ina Halvorsen in Harbour News</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="without the section behind",
        ),
        pytest.param(
            "", "<p>By Ina Halvorsen. Reviewed by Jo Bell</p><p>5 May 2026</p>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="without who reviewed it",
        ),
        pytest.param(
            "", "<div class='byline'><span>By</span> <a href='/ina'>Ina Halvorsen</a><button>Share</button>"
            "<span>Text size</span></div>",
            (Author("Ina Halvorsen"),), Origin.PAGE, id="without the buttons in the by-line",
        ),
        pytest.param(
            "", "<div class='author'>Ina Halvorsen<br>Content Marketing Coordinator</div>",
            (Author("Ina Halvorsen", role="Content Marketing Coordinator"),), Origin.PAGE, id="a role at its last word",
        ),
        pytest.param(
            "", "<div class='comments'><p class='comment-author'><span class='author'>Jane Reader</span></p></div>",
            (), Origin.PAGE, id="who comments is no author",
        ),
    ],
)  # fmt: skip
def test_authors_are_the_people_of_the_first_place_that_names_any(
    head: str, top: str, authors: tuple[Author, ...], origin: Origin
) -> None:
    found = fields(page(head, top))
    assert found.authors == authors
    if authors:
        assert found.origins["authors"] is origin


def test_a_piece_may_be_signed_at_its_end() -> None:
    assert fields(page(after="<p>Written by Ina Halvorsen</p>")).authors == (Author("Ina Halvorsen"),)
    assert fields(page(after="<p>Article by</p><p>Ina Halvorsen</p>")).authors == (Author("Ina Halvorsen"),)


def test_a_title_in_a_menu_is_not_the_one_with_the_byline() -> None:
    menu = "<nav><ul><li>Hall keeps its roof</li><li>Old locks</li><li>New gates</li></ul></nav>"
    markup = page(top="<p>Ina Halvorsen</p><p>5 May 2026</p>").replace("<main>", f"{menu}<main>")
    found = fields(markup)
    assert found.authors == (Author("Ina Halvorsen"),)
    assert found.published == Published(date(2026, 5, 5), Precision.DAY, Origin.PAGE)


# --- what else is declared


@pytest.mark.parametrize(
    ("head", "paywalled"),
    [
        (linked('{"@type": "NewsArticle", "isAccessibleForFree": false}'), True),
        (linked('{"@type": "NewsArticle", "isAccessibleForFree": "False"}'), True),
        (linked('{"@type": "NewsArticle", "isAccessibleForFree": "http://schema.org/True"}'), False),
        (linked('{"@type": "NewsArticle", "isAccessibleForFree": ""}'), None),
        ("<meta property='article:content_tier' content='locked'>", True),
        ("<meta property='article:content_tier' content='metered'>", True),
        ("<meta property='article:content_tier' content='free'>", False),
        ("", None),
    ],
)
def test_a_paywall_is_known_only_where_it_is_declared(head: str, paywalled: bool | None) -> None:
    assert said(page(head)).is_paywalled is paywalled


@pytest.mark.parametrize(
    "json",
    [
        '{"@type": "NewsArticle", "headline": "Hall", "datePublished": "2026-05-05", "author": "Ina Halvorsen",}',
        '<!-- {"@type": "NewsArticle", "datePublished": "2026-05-05", "author": "Ina Halvorsen"} -->',
        '{"@type": "NewsArticle", // the kind\n"datePublished": "2026-05-05", "author": "Ina Halvorsen"}',
        '{"@type": "NewsArticle", "headline": "Ha\nll", "datePublished": "2026-05-05", "author": "Ina Halvorsen"};',
        '{"@graph": [{"@type": "NewsArticle", "headline": "Hall", "datePublished": "2026-05-05", '
        '"author": {"@id": "#ina"}}, {"@id": "#ina", "@type": "Person", "name": "Ina Halvorsen"}]}',
        '{"@type": "WebSite"}, {"@type": ["NewsArticle"], "datePublished": "2026-05-05", '
        '"author": [{"name": "Ina Halvorsen"}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "datePublished": "2026-05-05", '
        '"author": {"@type": "Person", "name": ["Ina Halvorsen"]}}}',
    ],
    ids=[
        "trailing comma",
        "comment wrapper",
        "line comment",
        "line end in a text",
        "reference",
        "two values",
        "nested",
    ],
)
def test_linked_data_is_read_as_publishers_write_it(json: str) -> None:
    found = said(page(linked(json)))
    assert found.authors == (Author("Ina Halvorsen"),)
    assert found.published == Published(date(2026, 5, 5), Precision.DAY, Origin.DECLARED)


@pytest.mark.parametrize("value", ["None", "null", "N/A", "undefined"])
def test_a_declared_value_that_says_there_is_none_is_null(value: str) -> None:
    found = said(
        page(
            f"<meta name='author' content='{value}'><meta property='og:title' content='{value}'>"
            f"<meta name='description' content='{value}'>"
            + linked(
                f'{{"@type": "NewsArticle", "headline": "{value}", "author": {{"@type": "Person", "name": "{value}"}},'
                f' "datePublished": "{value}", "articleSection": "{value}", "keywords": ["{value}", "Harbour"]}}'
            )
        )
    )
    assert (found.title, found.authors, found.section, found.summary) == ("Hall keeps its roof", (), None, None)
    assert (found.published, found.categories, found.faults) == (None, ("Harbour",), ())


def test_linked_data_of_very_many_values_is_read_as_far_as_an_article_may_reach() -> None:
    article = '{"@type": "NewsArticle", "datePublished": "2026-05-05"}'
    assert said(page(linked(article + "{}" * 5_000))).published == Published(
        date(2026, 5, 5), Precision.DAY, Origin.DECLARED
    )


def test_of_linked_data_beyond_repair_the_plain_fields_are_saved() -> None:
    json = '{"@type": "NewsArticle", "headline": "Hall", "datePublished": "2026-05-05", "description": "a "q" b"}'
    found = said(page(linked(json), h1=""))
    assert found.title == "Hall"
    assert found.published == Published(date(2026, 5, 5), Precision.DAY, Origin.DECLARED)


def test_linked_data_beyond_repair_of_no_article_say_nothing() -> None:
    assert said(page(linked('{"@type": "Event", "headline": "Hall", "x": "a "q" b"}'), h1="")).title is None


def test_a_page_of_a_live_blog_declares_all_there_is() -> None:
    head = (
        "<base href='https://quay.example/news/'><link rel='canonical' href='hall?id=3'>"
        "<meta property='og:url' content='/news/hall'><meta property='article:tag' content='Roofs'>"
        "<meta name='keywords' content='roofs, Harbour'><meta property='og:description' content='The roof stays.'>"
        + _SITE
        + linked('{"@type": "LiveBlogPosting", "headline": "Hall", "isAccessibleForFree": true}')
        + linked(
            '{"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"item": {"name": "Harbour"}}, '
            '{"name": "Hall"}]}'
        )
    )
    found = said(page(head))
    assert found.kind is Kind.LIVEBLOG
    assert found.urls == ("https://quay.example/news/hall?id=3", "https://quay.example/news/hall")
    assert (found.section, found.categories) == ("Harbour", ("Roofs", "Harbour"))
    assert (found.summary, found.site_name, found.lang) == ("The roof stays.", "Quay Gazette", "en")
    assert found.is_paywalled is False


def test_breadcrumbs_of_two_steps_name_no_section() -> None:
    assert (
        said(page(linked('{"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"name": "X"}]}'))).section
        is None
    )


def test_the_address_of_the_fetch_tells_the_day_last_and_as_of_the_sidecar() -> None:
    found = said(page(), "https://quay.example/2026-05-05-hall")
    assert found.published == Published(date(2026, 5, 5), Precision.DAY, Origin.SIDECAR)
    assert found.origins["published"] is Origin.SIDECAR


_PIECES = st.sampled_from(
    [
        "<h1>", "</h1>", "<time datetime='2026-05-05'>", "</time>", "By Ina Halvorsen", "Updated 5 May 2026",
        "<div class='author'>", "</div>", "<meta name='author' content='x'>", "<title>", "</title>",
        "<script type='application/ld+json'>{\"@type\": \"Article\", \"author\": [[", "</script>", "<p>", "\x00", "|",
        "<a href='/author/x'>", "</a>", "<span itemprop='author headline datePublished'>", "2026-13-45", "Ā", "\u202e",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30))
def test_no_markup_makes_the_fields_fail(pieces: list[str]) -> None:
    found = fields("".join(pieces))
    assert found.published is None or found.published.day <= datetime(2100, 1, 1, tzinfo=UTC).date()
    assert all(author.name.strip() for author in found.authors)


def test_a_byline_without_end_costs_no_more_than_its_beginning() -> None:
    head = "<meta name='author' content='" + "Ina Halvorsen and " * 50_000 + "Jo Bell'>"
    assert fields(page(head)).authors == (Author("Ina Halvorsen"),)


def test_of_a_name_that_is_declared_without_end_the_first_values_count() -> None:
    head = "".join("<meta name='author' content='Ina Halvorsen'>" for _ in range(5_000))
    tags = "".join(f"<meta property='article:tag' content='Tag {i}'>" for i in range(5_000))
    found = said(page(head + tags))
    assert found.authors == (Author("Ina Halvorsen"),)
    assert (len(found.categories), found.categories[:2]) == (50, ("Tag 0", "Tag 1"))
