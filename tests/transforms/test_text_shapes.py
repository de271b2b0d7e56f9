"""Roundups, notices, footers, translation lines and by-lines, and what is no article at all."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Kind, RawFile, Reading, Rejection
from transforms.read.decode import decode
from transforms.read.tagged import read_tagged
from transforms.read.text import read_text

NOW = datetime(2025, 2, 1, tzinfo=UTC)


def reading_of(text: str) -> Reading:
    return read_text(RawFile("shapes/a.txt", text.encode()), text, as_of=NOW)


def read(text: str) -> Article:
    reading = reading_of(text)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def cut(article: Article) -> dict[str, str]:
    return {article.source_text[r.start : r.end]: r.rule for r in article.removed}


ROUNDUPS: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "data" / "roundups.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n"], ids=["tight", "spaced", "crlf"])
@pytest.mark.parametrize("language", ROUNDUPS)
def test_a_lede_a_line_without_a_title_is_a_roundup(language: str, between: str) -> None:
    ledes = ROUNDUPS[language]
    text = decode(between.join(ledes).encode())
    assert isinstance(text, str)
    article = read(text)
    assert article.kind is Kind.ROUNDUP
    assert list(article.items) == ledes
    assert article.body.split("\n\n") == ledes
    assert (article.title, article.published, article.language) == (None, None, language)


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "– ", "{n}. ", "{n}) "])
def test_bullets_and_numbers_are_taken_off_a_roundups_items(mark: str) -> None:
    ledes = ROUNDUPS["en"]
    article = read("\n".join(mark.format(n=i + 1) + lede for i, lede in enumerate(ledes)))
    assert article.kind is Kind.ROUNDUP
    assert list(article.items) == ledes


def test_a_roundup_may_have_a_title() -> None:
    ledes = ROUNDUPS["en"]
    article = read("Morning briefing: the coast in eight sentences\n\n" + "\n".join(f"- {lede}" for lede in ledes))
    assert (article.kind, article.title) == (Kind.ROUNDUP, "Morning briefing: the coast in eight sentences")
    assert list(article.items) == ledes


PARAGRAPHS = [
    "Port Alder and Kaltenau have agreed to run their harbours together for twelve years, "
    "after talks that lasted two winters.",
    "The treaty covers the pilots, the tugs and a ferry that both towns will pay for. It takes effect in spring.",
    "Fishermen in Kaltenau had feared for their berths. They keep them, but pay a fee from the third year on.",
    "The two councils still have to vote. A date has not been set, and neither side expects trouble.",
]
TITLE = "Port Alder and Kaltenau share their harbours"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Advertisement", "ad.marker"),
        ("ADVERTISEMENT", "ad.marker"),
        ("- Advertisement -", "ad.marker"),
        ("Anzeige", "ad.marker"),
        ("Publicité", "ad.marker"),
        ("Реклама", "ad.marker"),
        ("إعلان", "ad.marker"),
        ("広告", "ad.marker"),
        ("Story continues below advertisement", "ad.marker"),
        ("Share on Facebook", "share.bar"),
        ("Auf Facebook teilen", "share.bar"),
        ("Facebook Twitter WhatsApp", "share.bar"),
        ("Share: Facebook | X | Telegram", "share.bar"),
        ("12 comments", "comment.count"),
        ("Comments (4)", "comment.count"),
        ("Leave a comment", "comment.count"),
        ("3 Kommentare", "comment.count"),
        ("Sign up for our newsletter", "newsletter.signup"),
        ("Subscribe to our daily newsletter here.", "newsletter.signup"),
        ("Follow us on Facebook and Twitter", "newsletter.signup"),
        ("Read more »", "link.more"),
        ("Continue reading →", "link.more"),
        ("Weiterlesen", "link.more"),
        ("Read more: Goose halts tram for the third time", "teaser.inline"),
        ("Lesen Sie auch: Gans hält Straßenbahn auf", "teaser.inline"),
        ("Lire aussi : Une oie arrête le tramway", "teaser.inline"),
        ("Читайте также: Гусь остановил трамвай", "teaser.inline"),
        ("اقرأ أيضاً: إوزة توقف الترام", "teaser.inline"),
        ("関連記事：ガチョウがまた路面電車を止める", "teaser.inline"),
        ("Photo: Odo Quill / Harbour Gazette", "photo.credit"),
    ],
)
def test_a_line_that_is_no_article_text_goes_wherever_it_stands(line: str, rule: str) -> None:
    article = read("\n\n".join([TITLE, *PARAGRAPHS[:2], line, *PARAGRAPHS[2:]]))
    assert cut(article) == {line: rule}
    assert article.body.split("\n\n") == PARAGRAPHS
    assert article.authors == ()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("© 2025 Harbour Gazette. All rights reserved.", "copyright.footer"),
        ("Copyright 2025 by Kaltenau Bote", "copyright.footer"),
        ("Alle Rechte vorbehalten.", "copyright.footer"),
        ("We use cookies to improve your experience on this site.", "cookie.notice"),
        ("Diese Website verwendet Cookies, um Ihnen den besten Dienst zu bieten.", "cookie.notice"),
        ("Ce site utilise des cookies pour améliorer votre expérience.", "cookie.notice"),
        ("3 min read", "reading.time"),
        ("Lesezeit: 3 Minuten", "reading.time"),
        ("Home | News | Sport | Contact", "nav.row"),
        ("Home > World > Coast", "nav.row"),
        ("Startseite › Politik › Küste", "nav.row"),
        ("Listen to this article", "listen.watch"),
        ("4 minutes ago", "age.own"),
    ],
)
@pytest.mark.parametrize("place", ["top", "end"])
def test_a_notice_goes_from_the_edges(line: str, rule: str, place: str) -> None:
    lines = [line, TITLE, *PARAGRAPHS] if place == "top" else [TITLE, *PARAGRAPHS, line]
    article = read("\n\n".join(lines))
    assert cut(article) == {line: rule}
    assert (article.title, article.body.split("\n\n")) == (TITLE, PARAGRAPHS)
    assert article.published is None


def test_a_menu_a_line_each_goes_and_a_lone_kicker_stays() -> None:
    article = read(
        "\n".join(["Skip to content", "Home", "News", "Sport", "Contact", TITLE, *PARAGRAPHS, "Facebook", "Twitter"])
    )
    assert (article.title, article.body.split("\n\n")) == (TITLE, PARAGRAPHS)
    article = read("\n".join(["Sport", TITLE, *PARAGRAPHS]))
    assert (article.kicker, article.title) == ("Sport", TITLE)


TRANSLATED = [
    "This article has been automatically translated, read the original article here.",
    "This article has been automatically translated,\nread the original article here.",
    "This text was machine translated from German. Read the original here.",
    "Machine translated from German.",
    "Dieser Artikel wurde maschinell übersetzt.",
    "Dieser Text wurde automatisch aus dem Englischen übersetzt.\nHier geht es zum Original.",
    "Automatische Übersetzung aus dem Englischen",
    "Este artículo ha sido traducido automáticamente, lea el artículo original aquí.",
    "Traducción automática",
    "Cet article a été traduit automatiquement, lisez l'article original ici.",
    "Traduction automatique",
    "Questo articolo è stato tradotto automaticamente.",
    "Este artigo foi traduzido automaticamente.",
    "Dit artikel is automatisch vertaald.",
    "Ten artykuł został automatycznie przetłumaczony.",
    "Bu makale otomatik olarak çevrilmiştir.",
    "Эта статья была переведена автоматически, читайте оригинал статьи здесь.",
    "Машинный перевод",
    "Ця стаття була автоматично перекладена.",
    "تمت ترجمة هذا المقال آلياً",
    "هذا المقال مترجم آلياً",
    "この記事は自動翻訳されています。",
    "本文由机器翻译",
    "이 기사는 자동 번역되었습니다.",
]


@pytest.mark.parametrize("note", TRANSLATED)
@pytest.mark.parametrize("place", ["top", "end"])
def test_a_note_of_machine_translation_is_cut_and_said(note: str, place: str) -> None:
    lines = [note, TITLE, *PARAGRAPHS] if place == "top" else [TITLE, *PARAGRAPHS, note]
    article = read("\n".join(lines))
    assert article.is_translated is True
    assert article.body.split("\n\n") == PARAGRAPHS
    assert cut(article) == {note: "translation.machine"}


@pytest.mark.parametrize(
    ("line", "authors", "day"),
    [
        ("By Mira Holm", ["Mira Holm"], None),
        ("By MIRA HOLM", ["MIRA HOLM"], None),
        ("by Mira Holm and Odo Quill", ["Mira Holm", "Odo Quill"], None),
        ("By Mira Holm, Staff Writer", ["Mira Holm"], None),
        ("By Mira Holm | 17 January 2025", ["Mira Holm"], date(2025, 1, 17)),
        ("Mira Holm | January 17, 2025", ["Mira Holm"], date(2025, 1, 17)),
        ("January 17, 2025 by Mira Holm", ["Mira Holm"], date(2025, 1, 17)),
        ("Posted on January 17, 2025 by Mira Holm", ["Mira Holm"], date(2025, 1, 17)),
        ("Mira Holm", ["Mira Holm"], None),
        ("Written by Mira Holm", ["Mira Holm"], None),
        ("Author: Mira Holm", ["Mira Holm"], None),
        ("Von Mira Holm", ["Mira Holm"], None),
        ("Text: Mira Holm", ["Mira Holm"], None),
        ("Por Mira Holm", ["Mira Holm"], None),
        ("Par Mira Holm", ["Mira Holm"], None),
        ("Di Mira Holm", ["Mira Holm"], None),
        ("Автор: Мира Хольм", ["Мира Хольм"], None),
        ("بقلم سالم النور", ["سالم النور"], None),
        ("文／三枝 澪", ["三枝 澪"], None),
        ("17 January 2025", [], date(2025, 1, 17)),
        ("Published: 17 January 2025", [], date(2025, 1, 17)),
        ("Published January 17, 2025 at 9:30 AM", [], date(2025, 1, 17)),
        ("Veröffentlicht am 17. Januar 2025", [], date(2025, 1, 17)),
        ("Publié le 17 janvier 2025", [], date(2025, 1, 17)),
        ("2025-01-17", [], date(2025, 1, 17)),
    ],
)
def test_by_lines_and_dates_under_the_title(line: str, authors: list[str], day: date | None) -> None:
    article = read("\n\n".join([TITLE, line, *PARAGRAPHS]))
    assert [author.name for author in article.authors] == authors
    assert (article.published.day if article.published else None) == day
    assert (article.title, article.kicker, article.body.split("\n\n")) == (TITLE, None, PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "By the numbers",
        "By land and by sea",
        "Von Kaltenau nach Port Alder",
        "What the fishermen get",
        "Par avion",
        "By Friday",
    ],
)
def test_a_heading_that_begins_like_a_by_line_stays(line: str) -> None:
    article = read("\n\n".join([TITLE, PARAGRAPHS[0], line, *PARAGRAPHS[1:]]))
    assert article.headings == (line,)
    assert article.authors == ()


def test_an_update_time_is_the_modification() -> None:
    article = read("\n\n".join([TITLE, "Published: 17 January 2025 | Updated: 18 January 2025", *PARAGRAPHS]))
    assert article.published is not None
    assert article.modified is not None
    assert (article.published.day, article.modified.day) == (date(2025, 1, 17), date(2025, 1, 18))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("404 Not Found\n\nnginx", "not_an_article"),
        ("Page not found\nSorry, the page you are looking for has been moved.\nHome", "not_an_article"),
        ("Seite nicht gefunden", "not_an_article"),
        ("Home\nNews\nSport\nContact\nImprint\nLog in", "not_an_article"),
        ("Home | News | Sport | Contact\nPrivacy | Terms | Imprint", "not_an_article"),
        (
            "Recent Posts\n\nGoose halts tram again this week\n\nThe bird would not…\n\n4 minutes "
            "ago\n\nBakers quarrel over a loaf\n\nTwo masters…\n\n1 hour ago",
            "not_an_article",
        ),
        (
            "We use cookies to improve your experience on this site.\nAccept all\nReject all\nCookie settings",
            "not_an_article",
        ),
        (
            "We value your privacy\nWe and our 212 partners store cookies on a device to offer you "
            "ads.\nAccept\nLearn more",
            "not_an_article",
        ),
        ("Please enable JavaScript to continue.", "not_an_article"),
        ("{[;;]} 00 11 22 -- == ++ 4:4:4 {[;;]}", "not_an_article"),
        ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo" * 20, "not_an_article"),
        (" date 2025-01-17 A treaty of the stubborn", "no_body"),
        ("Hello", "no_body"),
        ("Categories: Harbours\n\nPort Alder", "no_body"),
        ("   \n\t\n", "no_body"),
    ],
)
def test_what_is_no_article_is_refused_with_a_reason_and_a_remedy(text: str, reason: str) -> None:
    reading = reading_of(text)
    assert isinstance(reading, Rejection), reading
    assert reading.reason == reason
    assert "shapes/a.txt" in reading.detail


def _seeds() -> Path:
    return Path(os.environ.get("NEWSLAKE_SEEDS") or Path(__file__).parents[3] / "shared" / "seeds")


@pytest.mark.skipif(not (_seeds() / "expected.json").is_file(), reason="the seeds are not there (NEWSLAKE_SEEDS)")
def test_the_five_seeds_are_read_exactly() -> None:
    def fold(text: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"^\s*[-*•]\s+", "", text)).strip()

    for want in json.loads((_seeds() / "expected.json").read_text(encoding="utf-8")):
        content = (_seeds() / want["file"]).read_bytes()
        text = decode(content)
        assert isinstance(text, str)
        reader = read_tagged if text.lstrip().startswith("<") else read_text
        article = reader(RawFile(want["file"], content), text, as_of=NOW)
        assert isinstance(article, Article)
        assert unaccounted(article) == []
        assert [fold(p) for p in article.body.split("\n\n")] == [fold(p) for p in want["body"]]
        assert (article.kind.value, article.title, article.kicker) == (want["kind"], want["title"], want["kicker"])
        assert (article.summary or "").split("\n") == (want["summary"] or "").split("\n")
        assert list(article.highlights) == want["highlights"]
        assert [author.name for author in article.authors] == want["authors"]
        assert (article.published.day.isoformat() if article.published else None) == want["published_date"]
        assert (article.url, article.source, list(article.categories)) == (
            want["url"],
            want["source"],
            want["categories"],
        )
        assert (list(article.headings), list(article.items)) == (want["headings"], want["items"])
        assert (article.language, article.is_translated) == (want["language"], want["is_translated"])
        lines = {fold(line) for r in article.removed for line in article.source_text[r.start : r.end].split("\n")}
        assert set(map(fold, want["removed"])) <= lines
