"""The body of a web page: chosen block by block, or by the engine that the settings name.

In go the page's markup and its blocks, out comes a :class:`PageBody`, its lines accounted for in the source text. The
engines:

- ``accurate``: the block classifier, and trafilatura in its precise mode where the classifier's confidence is low: on
  those pages, one in ten of the measured, trafilatura was the better one.
- ``fast``: the block classifier alone, on the one parse that the fields are read from.
- ``trafilatura``: that library alone.
"""

from __future__ import annotations

import functools
import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from transforms.account import unselected
from transforms.article import Kept, Origin, Removed, Role
from transforms.dates import read_date
from transforms.read.align import Aligner
from transforms.read.byline import read_credit
from transforms.read.draft import in_paragraphs
from transforms.read.page_cuts import without_cuts
from transforms.read.page_rows import layout
from transforms.read.visible import legible
from transforms.select.page_blocks import Ints, PageBlocks
from transforms.select.page_choice import Choice, expected_f1
from transforms.select.page_group import Context
from transforms.select.vocabulary import HEADINGS, place_of
from transforms.strip.rules import rulebook

Engine = Literal["accurate", "fast", "trafilatura"]

# Of confidence; below it the accurate engine asks trafilatura. By out-of-site models of four seeds and sizes .92 gave
# the best mean of the three sets, .962 to .964, against .960 at .88 and .956 to .961 without.
UNSURE = 0.92
REPEATED = "blocks.repeated"
_PARAGRAPH = 80  # characters; a by-line has fewer, and the head of a text ends with its first paragraph


@dataclass(frozen=True, slots=True)
class PageBody:
    """A body's lines as paragraphs to be, those of them that are headings, and where they stand in the source text."""

    engine: str  # blocks, trafilatura or site_rules
    lines: tuple[str, ...]
    kept: tuple[Kept, ...]
    headings: tuple[str, ...] = ()
    confidence: float | None = None
    choice: Choice | None = None

    def text(self) -> str:
        """The lines with a blank line between; the rows of a table and the items of a list stay together."""
        return in_paragraphs(self.lines)


def page_body(markup: str, blocks: PageBlocks, context: Context, engine: Engine, found: Choice | None) -> PageBody:
    """The body of the page by ``engine``; without lines where none finds any. ``found`` is the choice among its blocks,
    which every engine but ``trafilatura`` needs."""
    if found is None:
        return _by_trafilatura(markup, blocks, context, precise=False)
    found = without_cuts(blocks, found)
    own = body_of_choice(blocks, context, found)
    if engine == "fast" or found.confidence >= UNSURE:
        return own
    other = _by_trafilatura(markup, blocks, context, precise=True)
    if not other.lines:
        return own
    length = (blocks.ends - blocks.starts).astype(np.float64)
    chosen = np.zeros(len(blocks), dtype=bool)
    for span in other.kept:
        chosen |= (blocks.starts < span.end) & (blocks.ends > span.start)
    return replace(other, confidence=expected_f1(found.probability, length, chosen), choice=found)


def removed_spans(blocks: PageBlocks, body: PageBody, kept: Sequence[Kept | Removed]) -> list[Removed]:
    """What is left of the source text, each span with the rule that says where on the page it stood.

    ``blocks.navigation``, ``blocks.comment`` and the like are of the classifier; what another engine left out is the
    engine's.
    """
    if body.choice is None or body.engine != "blocks":
        return unselected(blocks.source_text, kept)
    named = list(_cut(blocks, body.choice, kept))
    starts = blocks.starts.tolist()
    repeated = body.choice.repeated.tolist()
    place_of_block = _places(blocks)
    for span in unselected(blocks.source_text, [*kept, *named]):
        block = max(bisect_right(starts, span.start) - 1, 0)
        rule = REPEATED if repeated[block] else f"blocks.{place_of_block(block)}"
        named.append(Removed(span.start, span.end, Role.BOILERPLATE, rule))
    return named


def _cut(blocks: PageBlocks, choice: Choice, kept: Sequence[Kept | Removed]) -> Iterator[Removed]:
    """The blocks that went by a rule of their own, but for those that live on in a field."""
    for index, rule in choice.cuts.items():
        start, end = int(blocks.starts[index]), int(blocks.ends[index])
        if not any(span.start < end and span.end > start for span in kept):
            yield Removed(start, end, Role.BOILERPLATE, rule)


def _places(blocks: PageBlocks) -> Callable[[int], str]:
    """Which part of the page a block stands in: that of the innermost element that is one."""
    elements, parents = blocks.element.tolist(), blocks.parent.tolist()
    tags, traits = blocks.tag.tolist(), blocks.traits.tolist()

    def place(block: int) -> str:
        at = elements[block]
        while True:
            if found := place_of(tags[at], traits[at]):
                return found
            if parents[at] == at:
                return "unselected"
            at = parents[at]

    return place


def body_of_choice(blocks: PageBlocks, context: Context, found: Choice) -> PageBody:
    """The body of the blocks that were chosen."""
    lines: list[str] = []
    headings: list[str] = []
    spans: list[Kept] = []
    indexes = _without_head(blocks, np.flatnonzero(found.chosen), context.title or "")
    in_heading = [tag in HEADINGS for tag in blocks.tag[blocks.element[indexes]].tolist()]
    starts, ends = blocks.starts[indexes].tolist(), blocks.ends[indexes].tolist()
    placed = layout(blocks, indexes)
    for index, start, end, is_heading, item, row in zip(
        indexes.tolist(), starts, ends, in_heading, placed.items, placed.rows, strict=True
    ):
        if row is None:
            text = blocks.shown(index)
            lines.append(f"- {text}" if item else text)
            if is_heading:
                headings.append(text)
        elif row:
            lines.append(row)
        if spans and spans[-1].end + 1 == start:
            spans[-1] = Kept(spans[-1].start, end, "body")
        else:
            spans.append(Kept(start, end, "body"))
    return PageBody("blocks", tuple(lines), tuple(spans), tuple(headings), found.confidence, found)


def _without_head(blocks: PageBlocks, indexes: Ints, title: str) -> Ints:
    """The blocks but the headline, which is the title, and the by-line, which is the author: fields, no paragraphs."""
    gone = []
    headline = _compact(title)
    for place, index in enumerate(indexes.tolist()):
        text = blocks.texts[index]
        if len(text) >= _PARAGRAPH:
            break
        if _compact(text) == headline or _is_credit(text):
            gone.append(place)
    return np.delete(indexes, gone)


def _is_credit(text: str) -> bool:
    """Whether a line says nothing but who wrote the text, or when."""
    credit = read_credit(text, rulebook())
    if credit is not None and (credit.labelled or credit.published or credit.modified):
        return True
    return any(map(str.isdigit, text)) and read_date(text, Origin.PAGE) is not None


def _by_trafilatura(markup: str, blocks: PageBlocks, context: Context, *, precise: bool) -> PageBody:
    _silence()
    from trafilatura import bare_extraction

    # Comments left out of the tree are not mistaken for paragraphs: .953 to .956 on one of the measured sets. The
    # precise mode does without the library's fallbacks, which take half of its time and find no better bodies there.
    document = bare_extraction(
        markup, with_metadata=False, include_comments=False, favor_precision=precise, fast=precise
    )
    text = legible(str(getattr(document, "text", None) or ""))
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and context.title and _compact(lines[0]) == _compact(context.title):
        del lines[0]
    in_headings = {
        _compact(text)
        for text, tag in zip(blocks.texts, blocks.tag[blocks.element].tolist(), strict=True)
        if tag in HEADINGS
    }
    return PageBody(
        "trafilatura",
        tuple(lines),
        tuple(Aligner(blocks.source_text).body(lines)),
        tuple(line for line in lines if _compact(line) in in_headings),
    )


def _compact(text: str) -> str:
    return "".join(text.split()).casefold()


@functools.cache
def _silence() -> None:
    """Keep the engine's remarks on single pages out of the run's log; the reading says what became of the page."""
    for name in ("trafilatura", "htmldate", "readability", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
