"""Every shape of text in seven languages, several orders and every kind of line end, put together from written pieces.

What is expected of each variant are the pieces themselves, as they stand in data/pieces.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Kind, Origin, RawFile
from transforms.read.decode import decode
from transforms.read.text import read_text

PIECES = tomllib.loads((Path(__file__).parent / "data" / "pieces.toml").read_text(encoding="utf-8"))
LANGUAGES = tuple(PIECES)
NOW = datetime(2025, 2, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one language, by name."""

    kicker: str
    title: str
    author: str
    by: str
    category_line: str
    categories: list[str]
    tag_line: str
    summary: str
    paragraphs: list[str]
    headings: list[str]
    announcement: str
    invitation: str
    teasers: list[list[str]]
    translated: str
    date: str

    @property
    def block(self) -> list[str]:
        """The teaser block as lines."""
        return [self.announcement, *(line for teaser in self.teasers for line in teaser)]

    @property
    def sectioned(self) -> list[str]:
        """The body with two headings."""
        p = self.paragraphs
        return [p[0], p[1], self.headings[0], p[2], p[3], self.headings[1], p[4]]


def pieces(language: str) -> Pieces:
    return Pieces(**PIECES[language])


def read(content: str | bytes) -> Article:
    data = content.encode() if isinstance(content, str) else content
    raw = RawFile("variants/a.txt", data)
    text = decode(data)
    assert isinstance(text, str)
    reading = read_text(raw, text, as_of=NOW)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def body_of(article: Article) -> list[str]:
    return article.body.split("\n\n")


SCRAPED: dict[str, Callable[[Pieces], list[str]]] = {
    "as_seen": lambda p: [p.category_line, p.title, *p.paragraphs, p.author, *p.block],
    "by_line_with_its_word": lambda p: [p.category_line, p.title, *p.paragraphs, p.by, *p.block],
    "by_line_first": lambda p: [p.category_line, p.title, p.by, *p.paragraphs, *p.block],
    "teasers_first": lambda p: [*p.block, p.category_line, p.title, p.by, *p.paragraphs],
    "teasers_in_the_middle": lambda p: [
        p.category_line,
        p.title,
        p.by,
        *p.paragraphs[:2],
        *p.block,
        *p.paragraphs[2:],
    ],
    "category_at_the_end": lambda p: [p.title, p.by, *p.paragraphs, p.category_line, *p.block],
    "category_last_of_all": lambda p: [p.title, p.by, *p.paragraphs, *p.block, p.category_line],
    "teasers_without_excerpts": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.by,
        p.announcement,
        *(line for t in p.teasers for line in (t[0], t[2])),
    ],
    "teasers_without_ages": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.by,
        p.announcement,
        *(line for t in p.teasers for line in t[:2]),
    ],
    "ages_before_titles": lambda p: [
        p.category_line,
        p.title,
        p.by,
        *p.paragraphs,
        p.announcement,
        *(line for t in p.teasers for line in (t[2], t[0], t[1])),
    ],
    "writers_beside_ages": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.author,
        p.announcement,
        *(line for t in p.teasers for line in (t[0], t[1], f"Mira Holm · {t[2]}")),
    ],
    "numeric_dates_for_ages": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.author,
        p.announcement,
        *(line for t in p.teasers for line in (t[0], t[1], "06/03/2025")),
    ],
    "titles_and_dates": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.author,
        p.announcement,
        *(line for t in p.teasers for line in (t[0], "2025-03-08")),
        *(line for t in p.teasers for line in (t[0], "2025-03-07")),
    ],
    "titles_alone": lambda p: [p.category_line, p.title, *p.paragraphs, p.by, p.invitation, *(t[0] for t in p.teasers)],
    "a_footer_behind_the_teasers": lambda p: [
        p.category_line,
        p.title,
        *p.paragraphs,
        p.by,
        *p.block,
        "© 2025 Harbour Gazette. All rights reserved.",
    ],
}


@pytest.mark.parametrize("order", SCRAPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scraped_page_keeps_its_article_and_loses_its_teasers(language: str, order: str) -> None:
    p = pieces(language)
    article = read("\n\n".join(SCRAPED[order](p)))
    assert body_of(article) == p.paragraphs
    assert article.title == p.title
    assert article.kicker is None
    assert [author.name for author in article.authors] == [p.author]
    assert list(article.categories) == p.categories
    assert article.published is None
    assert article.language == language
    assert article.headings == ()
    cut = "\n".join(article.source_text[r.start : r.end] for r in article.removed)
    for teaser in p.teasers:
        assert teaser[0] in cut


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scraped_page_without_blank_lines_reads_the_same(language: str) -> None:
    p = pieces(language)
    article = read("\n".join([p.category_line, p.title, *p.sectioned, p.by, *p.block]))
    assert article.kind is Kind.ARTICLE
    assert body_of(article) == p.sectioned
    assert (article.title, list(article.headings)) == (p.title, p.headings)
    assert [author.name for author in article.authors] == [p.author]


DATED: dict[str, Callable[[Pieces], tuple[list[str], list[str], str | None, str | None, str | None]]] = {
    # lines behind the date; then body, kicker, title, summary
    "summary": lambda p: ([p.summary, *p.sectioned], p.sectioned, None, None, p.summary),
    "kicker_and_title": lambda p: ([p.kicker, p.title, *p.sectioned], p.sectioned, p.kicker, p.title, None),
    "title": lambda p: ([p.title, *p.sectioned], p.sectioned, None, p.title, None),
    "translated": lambda p: ([p.title, *p.sectioned, p.translated], p.sectioned, None, p.title, None),
}


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n\n"], ids=["tight", "spaced", "loose"])
@pytest.mark.parametrize("shape", DATED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dated_head_gives_date_title_kicker_or_summary(language: str, shape: str, between: str) -> None:
    lines, body, kicker, title, summary = DATED[shape](pieces(language))
    article = read(" date 2025-01-17 " + between.join(lines) + "\n")
    assert body_of(article) == body
    assert (article.kicker, article.title, article.summary) == (kicker, title, summary)
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2025, 1, 17), Origin.DECLARED)
    assert list(article.headings) == pieces(language).headings
    assert article.is_translated is (True if shape == "translated" else None)
    assert article.language == language


@pytest.mark.parametrize(
    ("head", "day"),
    [
        (" date 2025-01-17 ", date(2025, 1, 17)),
        ("date: 2025-01-17 ", date(2025, 1, 17)),
        ("Date 17 January 2025 ", date(2025, 1, 17)),
        ("date January 17, 2025 ", date(2025, 1, 17)),
        ("Datum 17.01.2025 ", date(2025, 1, 17)),
        ("Datum: 17. Januar 2025\n", date(2025, 1, 17)),
        ("fecha 17/01/2025 ", date(2025, 1, 17)),
        ("fecha 17 de enero de 2025 ", date(2025, 1, 17)),
        ("date 17 janvier 2025 ", date(2025, 1, 17)),
        ("дата 17 января 2025 г. ", date(2025, 1, 17)),
        ("التاريخ 17 يناير 2025 ", date(2025, 1, 17)),
        ("日付 2025年1月17日 ", date(2025, 1, 17)),
        ("date 2025-01-17T09:30:00Z ", date(2025, 1, 17)),
        (" date 2025/01/17\n\n", date(2025, 1, 17)),
    ],
)
def test_the_date_of_a_head_is_read_in_other_notations(head: str, day: date) -> None:
    p = pieces("en")
    article = read(head + "\n".join([p.title, *p.paragraphs]))
    assert article.published is not None
    assert article.published.day == day
    assert article.title == p.title
    assert body_of(article) == p.paragraphs


@pytest.mark.parametrize("head", [" date 2025-13-45 ", "date 03/04/2025 ", " date 2025-02-30 "])
def test_an_impossible_or_ambiguous_date_is_a_fault_and_no_guess(head: str) -> None:
    p = pieces("en")
    article = read(head + "\n".join([p.title, *p.paragraphs]))
    assert article.published is None
    assert [(f.field, f.raw_value) for f in article.faults] == [
        ("published_date", head.removeprefix(" date").removeprefix("date").strip())
    ]
    assert article.title == p.title
    assert body_of(article) == p.paragraphs


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_beside_the_by_line_is_the_articles(language: str) -> None:
    p = pieces(language)
    article = read("\n\n".join([p.title, f"{p.by} | {p.date}", *p.paragraphs, *p.block]))
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2025, 1, 17), Origin.TEXT)
    assert [author.name for author in article.authors] == [p.author]
    assert body_of(article) == p.paragraphs


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_at_the_end_are_categories(language: str) -> None:
    p = pieces(language)
    article = read("\n\n".join([p.title, *p.paragraphs, p.tag_line]))
    assert len(article.categories) == 2
    assert article.categories[0] == p.categories[0]
    assert body_of(article) == p.paragraphs


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "old_mac": lambda text: text.replace("\n", "\r").encode(),
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf16_le": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf16_be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "trailing_spaces": lambda text: text.replace("\n", "  \t\n").encode(),
    "no_break_spaces": lambda text: text.replace("\n", "\u00a0\n\u00a0").encode(),
    "tabs": lambda text: ("\t" + text.replace("\n", "\n\t")).encode(),
    "line_separators": lambda text: text.replace("\n", "\u2028").encode(),
    "final_newlines": lambda text: (text + "\n\n\n").encode(),
}


@pytest.mark.parametrize("form", ENCODINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_line_ends_marks_and_blanks_make_no_difference(language: str, form: str) -> None:
    p = pieces(language)
    article = read(ENCODINGS[form]("\n\n".join([p.category_line, p.title, *p.sectioned, p.author, *p.block])))
    assert body_of(article) == p.sectioned
    assert (article.title, list(article.headings), list(article.categories)) == (p.title, p.headings, p.categories)
    assert [author.name for author in article.authors] == [p.author]
