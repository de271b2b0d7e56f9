"""The one function that every file passes: which reader, which reason, and never an exception."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from growth import least_ratio
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import unaccounted
from transforms.article import Article, RawFile, Reading, Rejection
from transforms.extract import chosen, extract, extract_group, extractors
from transforms.read import sniff
from transforms.read.align import Aligner
from transforms.read.html import BegunPage, begin_html
from transforms.read.markup import Markup
from transforms.select.page_choice import Choice

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_SENTENCES = "The harbour council met on Monday. It voted for the plan. The work begins in May and takes two years. "


def read(content: bytes, key: str = "a/file.html") -> Reading:
    (reading,) = extract(RawFile(key, content), as_of=_AS_OF)
    return reading


@pytest.mark.parametrize(
    ("content", "key", "form"),
    [
        (b"<!DOCTYPE html><html><body><p>x</p></body></html>", "a.txt", "html"),
        (b"\xef\xbb\xbf\r\n  <HTML><BODY>x", "a", "html"),
        ("<!doctype html><p>x</p>".encode("utf-16"), "a", "html"),
        (b"<!-- saved --><div class='x'><p>x</p></div>", "a.html", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"></html>', "a.xhtml", "html"),
        (b"<body><article><p>x</p></article></body>", "a", "html"),
        (
            b"<TITLE>Old gates</TITLE>\n<PUBLISHED_DATE>2025-01-17</PUBLISHED_DATE>\n<CONTENT>x</CONTENT>",
            "a.txt",
            "tagged",
        ),
        (b"<title>Old gates</title>\n<url>https://quay.example/a</url>\n<content>x</content>", "a.html", "tagged"),
        (b"<content>x</content>", "a.txt", "tagged"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "a.xml", "xml"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "a.html", "xml"),
        (b'{"title": "x"}', "a.txt", "json"),
        (b'[\n {"title": "x"}\n]', "a", "json"),
        (b'{"title": "x"}\n{"title": "y"}\n', "a.json", "jsonl"),
        (b'{"title": "x"}', "a.ndjson", "jsonl"),
        (b"[Advertisement]\nThe harbour council met.", "a.txt", "text"),
        (b"{sic} The harbour council met.", "a.txt", "text"),
        (b"Title\n\nA text that speaks of <p> and <div> elements.", "a.txt", "text"),
        (b"Just text in a file with a page's name.", "a.html", "text"),
        (b"<3 is how the children signed.", "a.txt", "text"),
        (b"", "a.html", "text"),
    ],
)
def test_a_format_is_told_by_content_first(content: bytes, key: str, form: str) -> None:
    assert sniff(RawFile(key, content)) == form


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        (b"", "empty.html", "empty"),
        (b" \r\n\t", "blank.txt", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "scan.html", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "a.png", "binary"),
        (b"<html><body></body></html>", "a.html", "no_body"),
        (b"<html><body><p>\xe2\x80\xa6 123</p></body></html>", "a.html", "no_body"),
        (b"<rss><channel></channel></rss>", "feed.xml", "no_record"),
        (b"<urlset><url><loc>x</loc></url></urlset>", "sitemap.xml", "unsupported_format"),
        (b'{"title": "x"}', "a.json", "no_body"),
        (b"<html>" + b"<div>" * 100_000 + b"text" + b"</div>" * 100_000, "deep.html", "too_deep"),
        (b"<html>" + b"<b>" * 100_000 + b"text", "open.html", "too_deep"),
        (b"<html><p>" + b"x" * 10_000_000, "large.html", "too_large"),
    ],
)
def test_what_cannot_be_read_is_a_rejection_with_a_stable_reason_that_names_the_file(
    content: bytes, key: str, reason: str
) -> None:
    reading = read(content, key)
    assert isinstance(reading, Rejection)
    assert reading.reason == reason
    assert reading.detail.startswith(f"{key}: ")


def test_closing_tags_of_nothing_do_not_hide_how_deep_a_page_is() -> None:
    reading = read(b"<html>" + b"</i>" * 100_000 + b"<div>" * 50_000 + b"text")
    assert isinstance(reading, Rejection)
    assert reading.reason == "too_deep"


def page(sentences: str) -> bytes:
    return f"<html><body><nav>Home</nav><article><h1>Gates</h1><p>{sentences}</p></article></body></html>".encode()


def test_files_that_are_read_together_read_as_they_do_alone() -> None:
    files = [
        RawFile("a.html", page(_SENTENCES * 4)),
        RawFile("b.txt", b"Gates open\n\n" + (_SENTENCES * 3).encode()),
        RawFile("c.html", page("The ferry is late again, the harbour master said on Tuesday. " * 9)),
        RawFile("d.html", b""),
        RawFile("e.html", page("")),
    ]
    alone = [extract(file, as_of=_AS_OF) for file in files]
    assert extract_group(files, as_of=_AS_OF) == alone
    assert [type(readings[0]).__name__ for readings in alone] == ["Article", "Article", "Article", *["Rejection"] * 2]


def test_a_page_whose_blocks_cannot_be_chosen_costs_itself_only() -> None:
    sound = begin_html(RawFile("a.html", b""), Markup(page(_SENTENCES * 4).decode()))
    assert isinstance(sound, BegunPage)
    blocks = replace(sound.page.blocks, parent=sound.page.blocks.parent[:1])
    broken = replace(sound, page=replace(sound.page, blocks=blocks))
    first, second, third = chosen([sound, broken, sound])
    assert isinstance(first, Choice)
    assert isinstance(second, list)
    assert isinstance(second[0], Rejection)
    assert second[0].reason == "reader_failed"
    assert isinstance(third, Choice)
    assert third.probability.tolist() == first.probability.tolist()


def test_a_deep_page_within_the_limit_is_read() -> None:
    page = "<html><body>" + "<div>" * 240 + f"<p>{_SENTENCES * 5}</p>" + "</div>" * 240 + "</body></html>"
    reading = read(page.encode())
    assert isinstance(reading, Article)
    assert reading.body == (_SENTENCES * 5).strip()


def test_many_unclosed_paragraphs_are_not_depth() -> None:
    reading = read(f"<html><body><h1>Log</h1>{f'<p>{_SENTENCES}<br><img src=x>' * 3000}</body></html>".encode())
    assert isinstance(reading, Article)


def test_the_cost_of_accounting_grows_with_the_page_and_not_with_its_square() -> None:
    def accounting(copies: int) -> Callable[[], object]:
        lines = [f"{_SENTENCES} {i}." for i in range(copies)]
        source = "\n".join(line.replace(" ", " x", 1) for line in lines)  # no line is found as it stands
        return lambda: Aligner(source).body(lines)

    assert least_ratio(accounting(4000), accounting(500), within=24) < 24  # 64, were it quadratic


def test_the_same_bytes_give_the_same_reading() -> None:
    page = (Path(__file__).parent / "data" / "quay_gazette.html").read_bytes()
    assert read(page) == read(page)


def test_the_engines_remarks_on_a_page_do_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(b"<html><body><p>123</p></body></html>")
    assert [r.getMessage() for r in caplog.records if r.name.startswith(("trafilatura", "htmldate"))] == []


def test_every_engine_has_a_version_and_a_hash_of_what_it_reads_with() -> None:
    found = extractors()
    assert [engine for engine, _, _ in found] == ["blocks", "json", "tagged", "text", "trafilatura"]
    assert all(version[0].isdigit() and len(rules) == 32 for _, version, rules in found)
    assert found == extractors()


_PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div class='byline'>", "</div>", "<br>", "<h1>", "</h1>", "<h2>", "<nav><ul><li>",
        "</ul></nav>", "<script>", "</script>", "<script type='application/ld+json'>",
        '{"@type":"NewsArticle","author":[{"name":', "<meta name='author' content='", "'>", "<title>", "</title>",
        "<table><tr><td>", "<svg>", "<!--", "-->", "<time>", "<time datetime='2025-01-17'>", "&amp;", "&#0;",
        "&nbsp;", "<", ">", '"', "\0", "\u00ad", "\u200b", "\ud800", "<article>", "</article>", "<template>",
        "<plaintext>", "<xmp>", "<a rel=author>", "By Ina Halvorsen", _SENTENCES, "17 January 2025",
        "港は月曜日に再開した。",
        "أعيد فتح الميناء.", "\r\n", "x", " ", "<frameset>", "<math><mi>",
    ]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(_PIECES, max_size=40))
def test_any_heap_of_markup_is_read_or_rejected_and_every_visible_character_accounted_for(pieces: list[str]) -> None:
    content = ("<html><body>" + "".join(pieces)).encode("utf-8", "surrogatepass")
    reading = read(content)
    assert isinstance(reading, Article) or reading.reason in ("no_body", "binary", "undecodable"), reading
    assert isinstance(reading, Rejection) or unaccounted(reading) == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.html", "a.json", "a.jsonl", "a.txt", "a"]))
def test_any_bytes_under_any_name_are_read_or_rejected(content: bytes, key: str) -> None:
    found = extract(RawFile(key, content), as_of=_AS_OF)
    assert found
    for reading in found:
        assert isinstance(reading, Article) or reading.reason != "reader_failed", reading


def _kept_share(article: Article) -> float:
    return sum(k.end - k.start for k in article.kept if k.field == "body") / len(article.body)


def test_every_twentieth_public_page_is_read_with_all_its_text_accounted_for(pages: Path) -> None:
    rows = pq.read_table(pages / "pages-dev.parquet", columns=["page_id", "html"]).slice(0, 858).to_pylist()[::21]
    found = {row["page_id"]: read(row["html"], f"{row['page_id']}.html") for row in rows}
    assert [key for key, reading in found.items() if isinstance(reading, Rejection)] == []
    assert {key: left for key, r in found.items() if isinstance(r, Article) and (left := unaccounted(r))} == {}
    kept = [_kept_share(reading) for reading in found.values() if isinstance(reading, Article)]
    assert sum(kept) / len(kept) > 0.9  # nearly all of a body is found where it stands in the page
