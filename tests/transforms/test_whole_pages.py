"""Whole pages saved as text, in ten languages and the two forms of scrapers, put together from written pieces.

What is expected of each are the pieces themselves, as they stand in data/pieces.toml and data/frames.toml: the
article's paragraphs and headings are the body, its title, by-line and date are fields, nothing of the page is left.
"""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Origin, RawFile, Reading
from transforms.read.decode import decode
from transforms.read.text import read_text
from transforms.select.line_choice import is_whole_page
from transforms.strip.lines import split_lines

_DATA = Path(__file__).parent / "data"
PIECES = tomllib.loads((_DATA / "pieces.toml").read_text(encoding="utf-8"))
FRAMES = tomllib.loads((_DATA / "frames.toml").read_text(encoding="utf-8"))
NOW = datetime(2025, 4, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """An article as its page shows it."""

    title: str
    by: str
    author: str
    date: str
    day: date
    lines: list[str]
    announcement: str
    teasers: list[str]


def story_of(language: str) -> Story:
    own = FRAMES[language].get("article")
    if own:
        return Story(
            own["title"], own["by"], own["author"], own["date"], date(2025, 3, 9), own["paragraphs"],
            own["announcement"], own["teasers"],
        )  # fmt: skip
    p = PIECES[language]
    body = p["paragraphs"]
    lines = [body[0], body[1], p["headings"][0], body[2], body[3], p["headings"][1], body[4]]
    teasers = [line for teaser in p["teasers"] for line in teaser]
    return Story(p["title"], p["by"], p["author"], p["date"], date(2025, 1, 17), lines, p["announcement"], teasers)


def layout_aware(language: str) -> str:
    """A block a line, list entries marked, as browsers' text dumps are."""
    frame, story = FRAMES[language], story_of(language)
    return "\n".join([
        *frame["consent"], *(f"* {entry}" for entry in frame["menu"]), *frame["crumbs"],
        story.title, story.by, story.date, *(f"* {entry}" for entry in frame["share"]),
        *story.lines, *frame["share"], story.announcement, *(f"* {teaser}" for teaser in story.teasers),
        *frame["newsletter"], *frame["comments"], *(f"* {entry}" for entry in frame["footer"]),
    ])  # fmt: skip


def node_a_line(language: str) -> str:
    """A text node a line: the page's declared title first, and a link in the middle of each longer paragraph."""
    frame, story = FRAMES[language], story_of(language)
    broken = list(itertools.chain.from_iterable(_broken(line) for line in story.lines))
    return "\n".join([
        f"{story.title} | The Quay Gazette", *frame["menu"], *frame["crumbs"], story.title, story.by, story.date,
        *frame["share"], *broken, *frame["share"], story.announcement, *story.teasers, *frame["newsletter"],
        *frame["comments"], *frame["footer"], *frame["consent"],
    ])  # fmt: skip


def _broken(line: str) -> list[str]:
    """The paragraph in three nodes where its fifth and sixth words are a link in small letters; else in one."""
    words = line.split(" ")
    if len(words) < 12 or not (words[4][0].islower() and words[6][0].islower()):
        return [line]
    return [" ".join(words[:4]), " ".join(words[4:6]), " ".join(words[6:])]


def read(text: str) -> Article:
    content = text.encode()
    decoded = decode(content)
    assert isinstance(decoded, str)
    reading: Reading = read_text(RawFile("pages/a.txt", content), decoded, as_of=NOW)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


FORMS = {"layout": layout_aware, "nodes": node_a_line}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", FRAMES)
def test_the_article_of_a_whole_page_is_its_body_and_its_head_the_fields(language: str, form: str) -> None:
    story = story_of(language)
    article = read(FORMS[form](language))
    assert article.body.split("\n\n") == story.lines
    assert article.title == story.title
    assert [author.name for author in article.authors] == [story.author]
    assert article.published is not None
    assert article.published.day == story.day
    assert article.language == language
    assert article.confidence is not None


@pytest.mark.parametrize("language", FRAMES)
def test_every_dropped_line_of_a_whole_page_has_a_rule(language: str) -> None:
    article = read(layout_aware(language))
    cut = {article.source_text[r.start : r.end]: r.rule for r in article.removed}
    frame = FRAMES[language]
    assert all(f"* {entry}" in cut for entry in frame["menu"] + frame["footer"])
    assert "engine.unselected" not in cut.values()
    assert cut[f"* {frame['menu'][1]}"] == "lines.unselected"


def test_an_article_of_short_lines_is_no_whole_page() -> None:
    results = [f"Port Alder Rowers {n}, Kaltenau Guild {n + 1}" for n in range(40)]
    text = "\n".join(["Results of the spring regatta", *results])
    assert not is_whole_page(split_lines(text))
    article = read(text)
    assert all(line in article.body for line in results)
    assert article.confidence is None


@pytest.mark.parametrize("language", PIECES)
def test_a_bare_article_is_no_whole_page(language: str) -> None:
    story = story_of(language)
    assert not is_whole_page(split_lines("\n".join([story.title, story.by, story.date, *story.lines])))


def test_a_by_line_and_a_date_in_two_nodes_each_are_read_as_one() -> None:
    text = node_a_line("en").replace("By Mira Holm", "By\nMira Holm").replace("17 January", "Published\n17 January")
    article = read(text)
    assert [author.name for author in article.authors] == ["Mira Holm"]
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2025, 1, 17), Origin.DECLARED)
    assert article.body.split("\n\n") == story_of("en").lines
