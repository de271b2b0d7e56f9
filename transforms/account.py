"""N5, checked: every character of a source text but white space is kept, or removed by a named rule."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from transforms.article import Article, Kept, Removed, Role

UNSELECTED = "engine.unselected"

_VISIBLE = re.compile(r"\S")
_BLOCK_END = re.compile(r"\n[^\S\n]*\n")


def gaps(source_text: str, spans: Iterable[Kept | Removed]) -> Iterator[tuple[int, int]]:
    """Stretches of ``source_text`` that no span covers and that hold more than white space, in order."""
    position = 0
    for start, end in sorted((s.start, s.end) for s in spans):
        if start > position and _VISIBLE.search(source_text, position, start):
            yield position, start
        position = max(position, end)
    if _VISIBLE.search(source_text, position):
        yield position, len(source_text)


def unselected(source_text: str, spans: Iterable[Kept | Removed]) -> list[Removed]:
    """The removed spans for what an engine left out unexplained: one for each block of each gap.

    A block ends at a blank line, which a reader puts where the page's structure changes, so that a navigation or a
    footer that recurs on a site's pages is the same text each time and is stored once.
    """
    found = []
    for gap_start, gap_end in gaps(source_text, spans):
        cuts = [gap_start, *(m.end() for m in _BLOCK_END.finditer(source_text, gap_start, gap_end)), gap_end]
        for left, right in itertools.pairwise(cuts):
            piece = source_text[left:right]
            start = left + len(piece) - len(piece.lstrip())
            end = left + len(piece.rstrip())
            if start < end:
                found.append(Removed(start, end, Role.BOILERPLATE, UNSELECTED))
    return found


def unaccounted(article: Article) -> list[str]:
    """The pieces of the source text that nothing accounts for; empty for every sound reading."""
    spans: list[Kept | Removed] = [*article.kept, *article.removed]
    return [article.source_text[start:end] for start, end in gaps(article.source_text, spans)]
