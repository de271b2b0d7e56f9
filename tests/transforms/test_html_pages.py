"""Web pages: the body, what the page declares, and every other visible character accounted for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Author, FieldFault, Hint, Hints, Kind, Origin, Precision, RawFile, Rejection
from transforms.extract import extract

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_DATA = Path(__file__).parent / "data"
_CET = timezone(timedelta(hours=1))

_PROSE = [
    "The harbour council of the northern district met on Monday to decide on the future of the old fish market hall.",
    "It voted for a plan that keeps the iron roof, moves the stalls to the quay and opens a reading room in the wing.",
    "The work begins in May and takes two years, said the harbour master, who asked the traders for their patience.",
    "A group of residents had wanted a swimming pool instead; its spokeswoman said that they would not go to court.",
]
_BODY = "".join(f"<p>{paragraph}</p>" for paragraph in _PROSE)


def read(page: str | bytes, hints: Hints = Hints(), key: str = "page.html") -> Article:  # noqa: B008 - a value
    content = page.encode() if isinstance(page, str) else page
    (reading,) = extract(RawFile(key, content, hints), as_of=_AS_OF)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def page(
    head: str = "", before: str = "", after: str = "", body: str = _BODY, title: str = "Hall keeps its roof"
) -> str:
    return (
        f"<!doctype html><html lang='en'><head>{head}</head><body>{before}<article><h1>{title}</h1>{body}</article>"
        f"{after}</body></html>"
    )


def kept(article: Article, field: str) -> list[str]:
    return [article.source_text[span.start : span.end] for span in article.kept if span.field == field]


def test_a_news_page_gives_every_field_that_it_declares() -> None:
    article = read((_DATA / "quay_gazette.html").read_bytes())
    assert article.format == "html"
    assert article.engine == "blocks"
    assert article.confidence is not None
    assert article.confidence > 0.9
    assert article.kind is Kind.ARTICLE
    assert article.title == "Old lock gates to be rebuilt by spring"
    assert article.summary == "The council votes 7 to 2 for new oak gates."
    assert article.authors == (Author("Ina Halvorsen"), Author("Jo Bell"), Author("Northwire", "organisation"))
    assert article.published is not None
    assert article.published.day == date(2025, 1, 17)
    assert article.published.at == datetime(2025, 1, 17, 8, 15, tzinfo=_CET)
    assert (article.published.offset_minutes, article.published.precision) == (60, Precision.SECOND)
    assert article.modified is not None
    assert article.modified.at == datetime(2025, 1, 18, 9, 0, tzinfo=_CET)
    assert article.url == "https://www.quay-gazette.example/news/lock-gates"
    assert (article.source, article.source_name) == ("quay-gazette.example", "The Quay Gazette")
    assert article.section == "Waterways"
    assert article.categories == ("Locks", "Engineering")
    assert article.language == "en"
    assert article.headings == ("Oak instead of steel", "Who pays")
    assert (article.identity_key, article.identity_kind) == ("quay-gazette.example/news/lock-gates", "url")
    assert dict(article.origins) == {
        "title": Origin.DECLARED,
        "authors": Origin.DECLARED,
        "published": Origin.DECLARED,
        "modified": Origin.DECLARED,
        "summary": Origin.DECLARED,
        "section": Origin.DECLARED,
        "categories": Origin.DECLARED,
        "url": Origin.DECLARED,
        "source": Origin.DECLARED,
        "language": Origin.TEXT,
    }
    assert article.faults == ()


def test_a_news_pages_body_is_its_paragraphs_with_headings_and_items_among_them() -> None:
    paragraphs = read((_DATA / "quay_gazette.html").read_bytes()).body.split("\n\n")
    assert [p[:40] for p in paragraphs] == [
        "The town council voted on Thursday to re",
        "Seven members were in favour and two aga",
        "Oak instead of steel",
        "The engineers had proposed steel, which ",
        "- Two gates of nine tonnes each will be ",
        "Who pays",
        "Half of the cost comes from the county, ",
    ]
    assert paragraphs[4] == (
        "- Two gates of nine tonnes each will be built on the quay.\n- The lock closes for six weeks in February."
    )


def test_what_is_not_the_article_is_removed_a_block_each_and_none_of_the_article_is() -> None:
    article = read((_DATA / "quay_gazette.html").read_bytes())
    removed = [article.source_text[span.start : span.end] for span in article.removed]
    assert removed == [
        "The Quay Gazette",
        "News\nTides\nJobs",
        "More from Waterways",
        "Ferry back in service after engine fire\nWhy the herons came back",
        "© The Quay Gazette. All rights reserved.\nImprint",
    ]
    assert [span.rule for span in article.removed] == [
        "blocks.header",
        "blocks.navigation",
        "blocks.sidebar",
        "blocks.sidebar",
        "blocks.footer",
    ]
    assert kept(article, "title") == ["Old lock gates to be rebuilt by spring"]
    assert kept(article, "authors") == ["By Ina Halvorsen, Jo Bell and Northwire"]
    assert kept(article, "published") == ["17 January 2025"]


def test_navigation_and_footer_of_two_pages_of_a_site_are_the_same_removed_texts() -> None:
    navigation = "<nav><ul><li>News</li><li>Tides</li></ul></nav>"
    footer = "<footer><p>© Quay Gazette</p><p>Imprint</p></footer>"
    texts = []
    for number in (1, 2):
        body = _BODY.replace("Monday", f"day {number} of the week")
        article = read(page(before=navigation, after=footer, body=body, title=f"Title number {number}"))
        texts.append([article.source_text[s.start : s.end] for s in article.removed])
    assert texts[0] == texts[1] == ["News\nTides", "© Quay Gazette\nImprint"]


def test_the_source_text_is_the_visible_text_without_scripts_forms_and_hidden_characters() -> None:
    article = read(
        page(before="<form><label>Search</label><input value='q'><button>Go</button></form><noscript>No</noscript>")
        .replace("harbour council", "har\u00adbour coun\u200bcil")
        .replace("</body>", "<script>let x = '<p>no text</p>'</script><template>none</template></body>")
    )
    assert article.source_text.split("\n") == ["Search", "", "Hall keeps its roof", *_PROSE]
    assert article.body.split("\n\n") == _PROSE


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (
            "<title>Hall keeps its roof | Quay Gazette</title><meta property='og:site_name' content='Quay Gazette'>",
            None,
        ),
        ("<meta property='og:title' content='Fish market: the hall keeps its roof'>", None),
        (
            "<meta property='og:title' content='Fish market stays'><script type='application/ld+json'>"
            '{"@type": "NewsArticle", "headline": "Fish market stays"}</script>',
            "Fish market stays",
        ),
    ],
)
def test_the_headline_that_readers_see_is_the_title_unless_two_declared_ones_agree(
    head: str, title: str | None
) -> None:
    assert read(page(head)).title == (title or "Hall keeps its roof")


@pytest.mark.parametrize(
    ("head", "before", "authors", "origin"),
    [
        ("<meta name='author' content='Ina Halvorsen'>", "", [Author("Ina Halvorsen")], Origin.DECLARED),
        ("", "<a rel='author' href='/ina'>Ina Halvorsen</a>", [Author("Ina Halvorsen")], Origin.PAGE),
        (
            "",
            "<p itemprop='author'><span itemprop='name'>Ina Halvorsen</span></p>",
            [Author("Ina Halvorsen")],
            Origin.PAGE,
        ),
        ("", "<div class='post-byline'>By <b>Ina Halvorsen</b></div>", [Author("Ina Halvorsen")], Origin.PAGE),
        (
            "<meta name='author' content='Quay Gazette'><meta property='og:site_name' content='Quay Gazette'>",
            "<a rel='author'>Ina Halvorsen</a>",
            [Author("Ina Halvorsen")],
            Origin.PAGE,
        ),
        (
            "<meta name='author' content='Quay Gazette'><meta property='og:site_name' content='Quay Gazette'>",
            "",
            [Author("Quay Gazette", "organisation")],
            Origin.DECLARED,
        ),
        ("<meta property='article:author' content='https://social.example/quay'>", "", [], None),
        ("<meta name='author' content='desk@quay-gazette.example'>", "", [], None),
        ("<meta name='author' content='Unknown'>", "<p class='byline author'>By Unknown</p>", [], None),
        (
            "<meta name='author' content='Unknown'>",
            "<p class='byline'>By Ina Halvorsen</p>",
            [Author("Ina Halvorsen")],
            Origin.PAGE,
        ),
    ],
)
def test_people_are_the_authors_and_addresses_are_not(
    head: str, before: str, authors: list[Author], origin: Origin | None
) -> None:
    article = read(page(head, before))
    assert list(article.authors) == authors
    assert dict(article.origins).get("authors") == origin


def test_a_byline_that_only_stands_below_the_title_is_seen() -> None:
    article = read(page(body=f"<p>By Ina Halvorsen</p><p>17 January 2025</p>{_BODY}"))
    assert article.authors == (Author("Ina Halvorsen"),)
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2025, 1, 17), Origin.PAGE)


@pytest.mark.parametrize(
    ("head", "body", "day", "origin"),
    [
        ("<meta property='article:published_time' content='2025-01-17T23:30:00-05:00'>", "", "2025-01-17", "declared"),
        ("<meta name='pubdate' content='17 January 2025'>", "", "2025-01-17", "declared"),
        ("", "<time datetime='2025-01-17'>Friday</time>", "2025-01-17", "page"),
        ("", "<p>Updated: <time datetime='2025-01-17'>Friday</time></p>", None, None),
        ("", "<p>17 January 2025 · 8 minutes</p>", "2025-01-17", "page"),
        ("<meta property='article:published_time' content='2025-13-45'>", "", None, None),
    ],
)
def test_a_date_is_the_best_stated_one_with_its_origin(
    head: str, body: str, day: str | None, origin: str | None
) -> None:
    published = read(page(head, body=body + _BODY)).published
    assert (published and published.day.isoformat()) == day
    assert (published and published.origin) == origin


def test_an_impossible_date_is_null_and_kept_as_a_fault() -> None:
    article = read(page("<meta property='article:published_time' content='2025-13-45'>"))
    assert article.published is None
    assert article.faults == (FieldFault("published_date", "2025-13-45", "date.unreadable"),)


def test_a_date_after_the_run_is_read_as_stated_and_left_to_validation() -> None:
    published = read(page("<meta property='article:published_time' content='2031-01-17'>")).published
    assert published is not None
    assert published.day == date(2031, 1, 17)


def test_a_page_of_no_declarations_has_nulls() -> None:
    article = read(page())
    assert (article.authors, article.published, article.url, article.source, article.section) == (
        (),
        None,
        None,
        None,
        None,
    )
    assert (article.identity_key, article.identity_kind) == ("page.html", "input")
    assert article.language == "en"


def test_a_wrong_canonical_address_gives_way_to_the_sidecar_and_is_a_fault() -> None:
    hints = Hints(
        url=Hint("https://quay-gazette.example/news/hall?fbclid=x", Origin.SIDECAR),
        fetched_at=_AS_OF,
        fetched_origin=Origin.SIDECAR,
    )
    article = read(page("<link rel='canonical' href='https://quay-gazette.example/'>"), hints)
    assert article.url == "https://quay-gazette.example/news/hall"
    assert dict(article.origins)["url"] is Origin.SIDECAR
    assert article.faults == (FieldFault("url", "https://quay-gazette.example/", "url.unusable"),)
    assert (article.observed_at, article.observed_origin) == (_AS_OF, Origin.SIDECAR)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("<meta property='og:type' content='video.other'>", Kind.VIDEO),
        ('<script type=\'application/ld+json\'>{"@type": "LiveBlogPosting"}</script>', Kind.LIVEBLOG),
        ('<script type=\'application/ld+json\'>[{"@type": ["ImageGallery"]}]</script>', Kind.GALLERY),
        ("<meta property='og:type' content='article'>", Kind.BRIEF),
    ],
)
def test_special_kinds_are_only_declared_and_a_short_article_is_a_brief(head: str, kind: Kind) -> None:
    assert read(page(head, body=_BODY[:300])).kind is kind


@pytest.mark.parametrize(
    ("content", "hints"),
    [
        (
            page("<meta charset='windows-1251'>", body="<p>Порт снова открылся в понедельник после шторма.</p>").encode(
                "cp1251"
            ),
            Hints(),
        ),
        (
            page(body="<p>Порт снова открылся в понедельник после шторма.</p>").encode("cp1251"),
            Hints(charset="windows-1251"),
        ),
        (page(body="<p>Порт снова открылся в понедельник после шторма.</p>").encode("utf-16"), Hints()),
        (
            b"\xef\xbb\xbf"
            + page(
                "<meta charset='iso-8859-1'>", body="<p>Порт снова открылся в понедельник после шторма.</p>"
            ).encode(),
            Hints(),
        ),
    ],
    ids=["meta", "header", "utf-16", "utf-8 declared otherwise"],
)
def test_markup_is_decoded_as_a_browser_does(content: bytes, hints: Hints) -> None:
    article = read(content, hints)
    assert article.body == "Порт снова открылся в понедельник после шторма."
    assert article.language == "ru"


def test_a_page_without_text_is_a_rejection_that_names_it_and_what_to_do() -> None:
    (reading,) = extract(RawFile("a/b.html", b"<html><body><script>render()</script></body></html>"), as_of=_AS_OF)
    assert isinstance(reading, Rejection)
    assert reading.reason == "no_body"
    assert reading.detail == "a/b.html: the page shows no text without its scripts; save it as a browser renders it"


def test_a_page_that_says_it_was_not_found_is_no_article() -> None:
    page = (
        b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1>"
        b"<p>The page you asked for is not here, or not any longer.</p></body></html>"
    )
    (reading,) = extract(RawFile("gone.html", page), as_of=_AS_OF)
    assert isinstance(reading, Rejection)
    assert reading.reason == "not_an_article"
    assert reading.detail == "gone.html: the page says of itself: 'Not Found'; fetch it again"


@pytest.mark.parametrize(("said", "expected"), [("false", True), ("true", False), ('"False"', True)])
def test_a_page_that_declares_whether_it_is_free_to_read_is_believed(said: str, expected: bool) -> None:
    linked = f'{{"@type": "NewsArticle", "headline": "Hall keeps its roof", "isAccessibleForFree": {said}}}'
    assert read(page(f"<script type='application/ld+json'>{linked}</script>")).is_paywalled is expected


def test_a_page_that_says_nothing_of_its_price_is_neither_free_nor_paid() -> None:
    assert read(page()).is_paywalled is None
