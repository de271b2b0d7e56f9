"""Blocks of a site are cut where they were learned, each as a span of its own, and nothing else of the text is."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.account import unaccounted, unselected
from transforms.article import Article, Hint, Hints, Kept, Kind, Origin, RawFile, Removed, Role
from transforms.extract import extract
from transforms.strip.site_blocks import Place, SiteBlocks, line_hash, without_site_blocks

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITE = "quay-gazette.example"
FOOTER = "The Quay Gazette is printed on the pier and read on both sides of the sound."
PROMPT = "Tell your neighbours about this report"
FIRST = (
    "The ferry has left the quay, and nobody was on board but the mayor, her dog and a crate of lemons for Kaltenau."
)
SECOND = (
    "Two tugs lie at the north quay since Monday. They belong to Kaltenau, and they will stay until the autumn fair."
)
THIRD = "The harbour office said that it would look for the captain as soon as the fog had gone from the sound."


def known(*blocks: tuple[str, Place]) -> SiteBlocks:
    return SiteBlocks(4, {SITE: {line_hash(text): place for text, place in blocks}})


def read(*lines: str, **fields: object) -> Article:
    """An article whose source text is its body, a line a paragraph."""
    body = "\n\n".join(lines)
    values: dict[str, object] = {
        "format": "text",
        "engine": "text",
        "source_text": body,
        "body": body,
        "source": SITE,
        "identity_key": "a",
        "identity_kind": "input",
        "kept": (Kept(0, len(body), "body"),),
    }
    return Article(**(values | fields))  # type: ignore[arg-type]


def cuts(article: Article) -> list[tuple[str, str, str]]:
    return [(r.rule, r.role.value, article.source_text[r.start : r.end]) for r in article.removed]


def test_a_block_at_its_edge_becomes_a_removed_span() -> None:
    article = read(FIRST, SECOND, FOOTER)
    stripped = without_site_blocks(article, known((FOOTER, Place.TAIL)))
    assert stripped.body == f"{FIRST}\n\n{SECOND}"
    assert cuts(stripped) == [("site.block", "boilerplate", FOOTER)]
    assert stripped.kept == (Kept(0, len(FIRST) + 2 + len(SECOND), "body"),)
    assert (stripped.block_set_version, stripped.as_read) == (4, article)
    assert unaccounted(stripped) == []


def test_a_block_of_the_tail_stays_where_paragraphs_follow_it() -> None:
    article = read(FIRST, FOOTER, SECOND, THIRD)
    assert without_site_blocks(article, known((FOOTER, Place.TAIL))).body == article.body
    assert without_site_blocks(article, known((FOOTER, Place.HEAD))).body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    assert without_site_blocks(article, known((FOOTER, Place.ANYWHERE))).body == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_of_a_line_that_stands_in_the_text_and_below_it_the_lower_one_goes() -> None:
    stripped = without_site_blocks(read(FIRST, PROMPT, SECOND, THIRD, PROMPT), known((PROMPT, Place.TAIL)))
    assert stripped.body == f"{FIRST}\n\n{PROMPT}\n\n{SECOND}\n\n{THIRD}"
    assert [(r.start, r.end) for r in stripped.removed] == [
        (stripped.source_text.rindex(PROMPT), len(stripped.source_text))
    ]


def test_a_headline_s_worth_of_other_text_may_lie_below_a_block() -> None:
    article = read(FIRST, SECOND, PROMPT, "Goose halts tram", FOOTER)
    stripped = without_site_blocks(article, known((PROMPT, Place.TAIL), (FOOTER, Place.TAIL)))
    assert stripped.body == f"{FIRST}\n\n{SECOND}\n\nGoose halts tram"


def test_part_of_a_line_is_never_cut() -> None:
    article = read(FIRST, f"{SECOND} {FOOTER}")
    assert without_site_blocks(article, known((FOOTER, Place.TAIL))).body == article.body


def test_another_site_s_blocks_are_no_concern() -> None:
    article = read(FIRST, FOOTER, source="skerrow-post.example")
    stripped = without_site_blocks(article, known((FOOTER, Place.TAIL)))
    assert stripped == dataclasses.replace(article, block_set_version=4)
    assert without_site_blocks(read(FIRST, FOOTER, source=None), known((FOOTER, Place.TAIL))).body.endswith(FOOTER)


def test_a_body_of_nothing_but_blocks_stays_as_it_is() -> None:
    article = read(PROMPT, FOOTER)
    stripped = without_site_blocks(article, known((PROMPT, Place.TAIL), (FOOTER, Place.TAIL)))
    assert (stripped.body, stripped.removed, stripped.as_read) == (article.body, (), None)


def test_a_line_that_the_source_text_does_not_show_stays() -> None:
    article = read(FIRST, FOOTER, source_text=FIRST, kept=(Kept(0, len(FIRST), "body"),))
    assert without_site_blocks(article, known((FOOTER, Place.TAIL))).body == article.body


def test_a_block_that_the_source_breaks_over_lines_is_one_span() -> None:
    broken = FOOTER.replace(" and ", "\nand ")
    text = f"{FIRST}\n\n{broken}"
    article = read(FIRST, FOOTER, source_text=text, kept=(Kept(0, len(text), "body"),))
    stripped = without_site_blocks(article, known((FOOTER, Place.TAIL)))
    assert (stripped.body, cuts(stripped)) == (FIRST, [("site.block", "boilerplate", broken)])


def test_items_headings_and_kind_follow_the_body() -> None:
    roundup = read(FIRST, SECOND, PROMPT, kind=Kind.ROUNDUP, items=(FIRST, SECOND, PROMPT), headings=(PROMPT,))
    stripped = without_site_blocks(roundup, known((PROMPT, Place.TAIL)))
    assert (stripped.kind, stripped.items, stripped.headings) == (Kind.ROUNDUP, (FIRST, SECOND), ())
    long = read(FIRST, SECOND, THIRD, *[FOOTER] * 3)
    assert without_site_blocks(long, known((FOOTER, Place.TAIL))).kind is Kind.BRIEF


PARAGRAPHS = [FIRST, SECOND, THIRD]
URL = f"https://{SITE}/news/1"
HTML = (
    f"<html lang='en'><head><title>Ferry leaves</title><link rel='canonical' href='{URL}'></head><body><article>"
    f"<h1>Ferry leaves</h1>{''.join(f'<p>{p}</p>' for p in [*PARAGRAPHS, FOOTER])}</article></body></html>"
)
FILES = {
    "page.html": HTML,
    "page.txt": "\n\n".join(["Ferry leaves", *PARAGRAPHS, FOOTER]),
    "page.tagged": "\n".join(
        ["<TITLE>Ferry leaves</TITLE>", f"<URL>{URL}</URL>", "<CONTENT>", *PARAGRAPHS, FOOTER, "</CONTENT>"]
    ),
    "page.json": json.dumps({"title": "Ferry leaves", "url": URL, "text": "\n".join([*PARAGRAPHS, FOOTER])}),
}


@pytest.mark.parametrize("key", FILES)
def test_every_reader_s_articles_are_stripped(key: str) -> None:
    hints = Hints(source=Hint(SITE, Origin.SIDECAR))
    raw = RawFile(key, FILES[key].encode(), hints)
    (whole,) = extract(raw, as_of=NOW)
    (article,) = extract(raw, as_of=NOW, site_blocks=known((FOOTER, Place.TAIL)))
    assert isinstance(whole, Article)
    assert isinstance(article, Article)
    assert whole.source == SITE
    assert whole.body.endswith(FOOTER)
    assert article.body == whole.body.removesuffix(FOOTER).rstrip()
    assert ("site.block", "boilerplate", FOOTER) in cuts(article)
    assert unaccounted(article) == []


LINES = [FIRST, SECOND, THIRD, FOOTER, PROMPT, "Why?", "港は静かだ。", "- a tug", "«»", "a b", "ab", " a\u00a0b "]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """An article of any lines: some are body, some were cut, some are fields, the body as the lines or evened out."""
    lines = draw(st.lists(st.sampled_from(LINES) | st.text("ab \n\u00a0", max_size=6), min_size=1, max_size=9))
    gaps = draw(st.lists(st.sampled_from(["\n", "\n\n", "\n \n"]), min_size=len(lines), max_size=len(lines)))
    fates = draw(st.lists(st.sampled_from(["body"] * 4 + ["title", "cut"]), min_size=len(lines), max_size=len(lines)))
    text, kept, removed, body = "", [], [], []
    for line, gap, fate in zip(lines, gaps, fates, strict=True):
        start = len(text)
        text += line + gap
        if fate == "cut":
            removed.append(Removed(start, start + len(line), Role.BOILERPLATE, "nav.row"))
        else:
            kept.append(Kept(start, start + len(line), fate))
        if fate == "body":
            body.append(" ".join(line.split()) if draw(st.booleans()) else line)
    if draw(st.booleans()):
        body.append(draw(st.sampled_from(LINES)))
    joint = draw(st.sampled_from(["\n", "\n\n"]))
    removed += unselected(text, [*kept, *removed])
    return read(source_text=text, body=joint.join(body), kept=tuple(kept), removed=tuple(removed))


@given(articles(), st.dictionaries(st.sampled_from([*LINES, "a", "b"]), st.sampled_from(list(Place))))
def test_whatever_is_cut_is_accounted_for_and_nothing_is_invented(article: Article, blocks: dict[str, Place]) -> None:
    assert unaccounted(article) == []
    stripped = without_site_blocks(article, known(*blocks.items()))
    assert unaccounted(stripped) == []
    assert bool(stripped.body.strip()) == bool(article.body.strip())
    left, before = stripped.body.split("\n"), article.body.split("\n")
    assert all(line in before for line in left)
    gone = sum(len("".join(line.split())) for line in before) - sum(len("".join(line.split())) for line in left)
    spans = [article.source_text[r.start : r.end] for r in stripped.removed if r.rule == "site.block"]
    assert gone == sum(len("".join(span.split())) for span in spans)
    assert {" ".join(span.split()) for span in spans} <= {" ".join(line.split()) for line in blocks}
    # No character of the body's own spans is both kept for it and cut.
    kept = {i for k in stripped.kept if k.field == "body" for i in range(k.start, k.end)}
    cut = {i for r in stripped.removed if r.rule == "site.block" for i in range(r.start, r.end)}
    assert not {i for i in kept & cut if not article.source_text[i].isspace()}
