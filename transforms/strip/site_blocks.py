"""Lines that recur over a site's articles, cut from a reading: what the pages themselves did not give away.

In goes an :class:`~transforms.article.Article` as a reader made it and the :class:`SiteBlocks` that the warehouse had
learned when the run began; out comes the article without them, each cut a removed span of the rule ``site.block``.
Learning is :mod:`warehouse.site_blocks`'; this module only applies what was learned, and where in doubt it does not.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import xxhash

from transforms.article import Article, Kept, Kind, Removed, Role
from transforms.describe import is_brief
from transforms.strip.lines import tidy

RULE = "site.block"

# Characters of the article's own that may lie between a block and the end of the body that it was learned at: a
# headline's worth. The queries of warehouse/site_blocks/ ask the same of what they learn.
EDGE_CHARACTERS = 120


class Place(StrEnum):
    """Where in a body a block was learned, and alone is cut."""

    HEAD = "head"
    TAIL = "tail"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class SiteBlocks:
    """The blocks in force: of each site (registrable domain) its lines, as :func:`line_hash` to the place.

    ``version`` rises with every change of the set, of whatever site; 0 is the set before anything was learned.
    """

    version: int = 0
    sites: Mapping[str, Mapping[int, Place]] = field(default_factory=dict)


def line_hash(line: str) -> int:
    """What a block is known by: xxh3-128 of the line, its white space evened out, its case and signs as they are."""
    return xxhash.xxh3_128_intdigest(tidy(line).encode("utf-8", "surrogatepass"))


def without_site_blocks(article: Article, blocks: SiteBlocks) -> Article:
    """The article without its site's blocks, marked with the version of the set.

    A line goes only where it is a block as a whole, stands where the block was learned, and stands as lines of their
    own in what the source text keeps for the body, so that its span can be recorded; a body that would have no letter
    left stays whole. The reading as it was is ``as_read``: it says whether the publisher changed something, whatever
    is known of the site by then.
    """
    marked = dataclasses.replace(article, block_set_version=blocks.version)
    known = blocks.sites.get(article.source or "")
    if not known:
        return marked
    paragraphs = [paragraph.split("\n") for paragraph in article.body.split("\n\n")]
    lines = [line for paragraph in paragraphs for line in paragraph]
    wanted = _cuts(lines, known)
    if not wanted:
        return marked
    spans = _Segments(article)
    found: list[tuple[int, int]] = []
    gone: set[int] = set()
    for text in dict.fromkeys(tidy(lines[i]) for i in wanted):
        places = [i for i in wanted if tidy(lines[i]) == text]
        standing = spans.of(text)
        if len(standing) >= len(places):
            # Of several, those at the edge that the block belongs to; a block of any place loses all of them.
            at_head = known[line_hash(text)] is Place.HEAD
            taken = standing[: len(places)] if at_head else standing[-len(places) :]
            found += taken
            gone |= set(places)
    body = _body(paragraphs, gone)
    if not gone or not any(map(str.isalpha, body)):
        return marked
    left = {tidy(line) for i, line in enumerate(lines) if i not in gone}
    cut = {tidy(lines[i]) for i in gone} - left
    return dataclasses.replace(
        marked,
        body=body,
        kind=Kind.BRIEF if article.kind is Kind.ARTICLE and is_brief(body) else article.kind,
        headings=tuple(heading for heading in article.headings if tidy(heading) not in cut),
        items=tuple(item for item in article.items if tidy(item) not in cut),
        kept=tuple(_without(article, sorted(found))),
        removed=tuple(
            sorted(
                [*article.removed, *(Removed(start, end, Role.BOILERPLATE, RULE) for start, end in found)],
                key=lambda span: (span.start, span.end),
            )
        ),
        as_read=article,
    )


def _cuts(lines: Sequence[str], known: Mapping[int, Place]) -> list[int]:
    """Which lines of a body are blocks that stand in their place."""
    places = [known.get(line_hash(line)) for line in lines]
    if not any(places):
        return []
    own = [0 if place else len(tidy(line)) for line, place in zip(lines, places, strict=True)]
    before = list(itertools.accumulate(own))
    total = before[-1]
    return [
        i
        for i, place in enumerate(places)
        if place is Place.ANYWHERE
        or (place is Place.HEAD and before[i] <= EDGE_CHARACTERS)
        or (place is Place.TAIL and total - before[i] <= EDGE_CHARACTERS)
    ]


def _body(paragraphs: Sequence[Sequence[str]], gone: set[int]) -> str:
    """The paragraphs without the lines of those numbers."""
    number = itertools.count()
    left = []
    for paragraph in paragraphs:
        kept = [line for line in paragraph if next(number) not in gone]
        if kept:
            left.append("\n".join(kept))
    return "\n\n".join(left).strip("\n")


def _without(article: Article, found: Sequence[tuple[int, int]]) -> Iterator[Kept]:
    """The kept spans, those of the body without the stretches ``found``."""
    for kept in article.kept:
        if kept.field != "body":
            yield kept
            continue
        position = kept.start
        for start, end in [*found, (kept.end, kept.end)]:
            piece = article.source_text[position : min(start, kept.end)]
            if piece.strip():
                left = position + len(piece) - len(piece.lstrip())
                yield Kept(left, position + len(piece.rstrip()), "body")
            position = max(position, min(end, kept.end))


class _Segments:
    """The lines of the source text, as far as they are kept for the body, to be looked up by their text."""

    def __init__(self, article: Article) -> None:
        self._source = article.source_text
        self._spans: list[tuple[int, int]] = []
        self._texts: list[str] = []
        position = 0
        for start, end in sorted((kept.start, kept.end) for kept in article.kept if kept.field == "body"):
            at = max(start, position)
            for line in self._source[at:end].split("\n"):
                if text := tidy(line):
                    left = at + len(line) - len(line.lstrip())
                    self._spans.append((left, at + len(line.rstrip())))
                    self._texts.append(text)
                at += len(line) + 1
            position = max(position, end)

    def of(self, text: str) -> list[tuple[int, int]]:
        """The span of each place where ``text`` stands, as one line or as a few in a row, in the source's order."""
        places: list[tuple[int, int]] = []
        behind = 0
        for first, line in enumerate(self._texts):
            if first < behind or not text.startswith(line):
                continue
            length, last = len(line), first
            while length < len(text) and self._goes_on(last) and text.startswith(f" {self._texts[last + 1]}", length):
                last += 1
                length += 1 + len(self._texts[last])
            if length == len(text):
                places.append((self._spans[first][0], self._spans[last][1]))
                behind = last + 1
        return places

    def _goes_on(self, line: int) -> bool:
        """Whether nothing but white space lies between a line and the next."""
        if line + 1 == len(self._spans):
            return False
        return not self._source[self._spans[line][1] : self._spans[line + 1][0]].strip()
