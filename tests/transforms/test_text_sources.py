"""Texts as programs write them: character references, soft hyphens, Markdown's marks, broken words, stray heads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from growth import least_ratio

from transforms.account import unaccounted
from transforms.article import Article, Author, RawFile
from transforms.extract import extract
from transforms.select.rejoin import join
from transforms.strip.lines import split_lines

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_TITLE = "Council closes the ferry terminal"
_BODY = [
    "The harbour council voted on Tuesday to close the old ferry terminal for eighteen months, after engineers had "
    "found cracks in three of its pillars.",
    "Residents who depend on the boats said that they had been told nothing until the morning of the vote, and several "
    "shouted from the gallery.",
    "The work will begin in the first week of May unless the court grants an injunction, the mayor said later on.",
]


def read(text: str, name: str = "a.txt") -> Article:
    (reading,) = extract(RawFile(name, text.encode()), as_of=_AS_OF)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def cuts(article: Article) -> list[tuple[str, str]]:
    return [(span.rule, article.source_text[span.start : span.end]) for span in article.removed]


@pytest.mark.parametrize(
    "sentence",
    [
        "We have baked these cookies every winter since 1998, and the children still ask for them in autumn.",
        "We use cookies every day without thinking about it, and the regulator has had enough of that.",
        "All rights reserved is what the sign on the old terminal says, and the mayor means to keep it.",
        "By using the terms of the treaty as they were written, the mayor has won over the whole of the council.",
        "Unsere Webseite für Rezepte empfiehlt zu Weihnachten Cookies mit Nüssen, und die Leser lieben sie sehr.",
        "We use cookies to test the oven before the bread goes in.",
        "この店のクッキーは、毎朝十時には売り切れてしまう。",
        "We value your privacy, the landlord told her, and then he read her diary.",
        "На сайте пекарни продают куки и пряники.",
        "All rights reserved, it says on the first page of the book.",
        "He wrote it on the wall: all rights reserved.",
        "Alle Rechte vorbehalten, steht auf der ersten Seite.",
        "無断転載を禁じる、と最初の頁にある。",
        "Contact us at dawn, it says on the door, or not at all.",
        "Do you have a story? That is what she asks everybody who comes in.",
        "The story of the gull first appeared in the log of 1923.",
        "Dieser Text wurde automatisch übersetzt, sagt sie und lacht.",
        "Этот текст переведён автоматически, шутит она.",
    ],
)
def test_a_sentence_with_the_words_of_a_notice_stays_at_either_end(sentence: str) -> None:
    assert read("\n\n".join([_TITLE, sentence, *_BODY])).body == "\n\n".join([sentence, *_BODY])
    assert read("\n\n".join([_TITLE, *_BODY, sentence])).body == "\n\n".join([*_BODY, sentence])


@pytest.mark.parametrize(
    ("notice", "rule"),
    [
        ("We use cookies to give you the best experience on our site.", "cookie.notice"),
        ("This website uses cookies. Find out more in our policy.", "cookie.notice"),
        ("We and our 812 partners store information on a device, such as cookies, and process data.", "cookie.notice"),
        ("By continuing to browse you agree to our use of cookies.", "cookie.notice"),
        ("Unsere Webseite verwendet Cookies, um Inhalte anzuzeigen.", "cookie.notice"),
        ("All rights reserved. This material may not be published.", "copyright.footer"),
        ("All rights reserved", "copyright.footer"),
        ("Harbour Gazette. Alle Rechte vorbehalten.", "copyright.footer"),
        ("本記事の無断転載を禁じます", "copyright.footer"),
        ("当サイトではクッキーを使用しています。", "cookie.notice"),
        ("We value your privacy. We and our partners store data.", "cookie.notice"),
        ("Do you have a tip? Email tips@quay.example", "contact.tip"),
        ("Contact us at news@quay.example or 555 0134", "contact.tip"),
        ("The post Harbour closed first appeared on Quay Gazette.", "feed.footer"),
        ("Photo: Jane Doe / Quay Gazette.", "photo.credit"),
        ("Foto: dpa", "photo.credit"),
        ("This text was translated automatically. Read the original here.", "translation.machine"),
        ("Copyright 2026 Quay Gazette. All rights reserved.", "copyright.footer"),
    ],
)  # fmt: skip
def test_a_notice_goes_by_its_rule(notice: str, rule: str) -> None:
    article = read("\n\n".join([_TITLE, *_BODY, notice]))
    assert article.body == "\n\n".join(_BODY)
    assert (rule, notice) in cuts(article)


def test_a_date_above_the_title_is_the_articles_and_no_kicker() -> None:
    article = read("\n".join(["By Jane Smith", "March 3, 2026", _TITLE, "", *_BODY]))
    assert (article.title, article.kicker, article.authors) == (_TITLE, None, (Author("Jane Smith"),))
    assert article.published is not None
    assert article.published.day == date(2026, 3, 3)
    assert article.body == "\n\n".join(_BODY)


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_headlines_that_are_announced_above_the_title_are_no_title(gap: str) -> None:
    above = "Recent Posts\nLighthouse keeper retires at last\nFishing quota cut by a third\nA school for the island"
    article = read(f"{above}{gap}{_TITLE}\n\n" + "\n\n".join(_BODY))
    assert (article.title, article.kicker, article.body) == (_TITLE, None, "\n\n".join(_BODY))
    assert cuts(article) == [("teaser.block", above)]


def test_an_announcement_alone_above_the_title_is_no_kicker() -> None:
    article = read("\n\n".join(["Breaking news", _TITLE, *_BODY]))
    assert (article.title, article.kicker) == (_TITLE, None)


def test_character_references_are_resolved_in_a_text_that_is_written_in_them() -> None:
    article = read(
        "Fish &amp; chips\n\n" + "\n\n".join(_BODY) + "\n\n&ldquo;We wait,&rdquo; said the skipper &#8211; again."
    )
    assert article.title == "Fish & chips"
    assert article.body.endswith("“We wait,” said the skipper – again.")
    assert article.source_text.startswith("Fish & chips\n")


@pytest.mark.parametrize(
    "line",
    ["Write &amp; for & and &lt; for <, says the guide for the authors.", "A “quotation” begins with &ldquo; there."],
)
def test_a_text_that_speaks_of_references_keeps_them(line: str) -> None:
    assert read("\n\n".join([_TITLE, *_BODY, line])).body.endswith(line)


def test_soft_hyphens_are_left_out_of_texts_and_records() -> None:
    soft = [line.replace("harbour", "har\u00adbour").replace("months", "mon\u200bths") for line in _BODY]
    assert read("\n\n".join([_TITLE, *soft])).body == "\n\n".join(_BODY)
    record = '{"text": "' + "\\n\\n".join(soft) + '"}'
    assert read(record, "a.json").body == "\n\n".join(_BODY)


def test_the_marks_of_headings_in_markdown_are_cut() -> None:
    article = read("\n\n".join([f"# {_TITLE}", *_BODY[:2], "## What comes next", _BODY[2]]))
    assert (article.title, article.headings) == (_TITLE, ("What comes next",))
    assert article.body == "\n\n".join([*_BODY[:2], "What comes next", _BODY[2]])
    assert cuts(article) == [("markdown.heading", "# "), ("markdown.heading", "## ")]


def test_words_that_a_line_end_has_broken_are_one_where_the_text_has_them_whole() -> None:
    text = (
        "The harbour council voted on Tuesday evening to close its old fer-\n"
        "ry terminal for eighteen months, after engineers had found cracks\n"
        "in three of the pillars during an inspection. The well-\n"
        "known ferry leaves from the northern quay until then, they say, and\n"
        "the harbour master has put up a tent for all those who wait there,\n"
        "as well as a stove, a kettle and some chairs from his own kitchen.\n"
    )
    body = read(text).body
    assert "its old ferry terminal" in body
    assert "The well-known ferry leaves" in body


def test_joining_many_pieces_costs_no_more_than_their_length() -> None:
    def joined(count: int) -> int:
        return len(join(split_lines("and so the ferry\n" * count)).text)

    assert joined(3) == 50
    assert least_ratio(lambda: joined(40_000), lambda: joined(10_000), within=8) < 8
