"""The text nodes of a page as XPath sees it, and where each of them stands in the page's source text.

In goes a tree of lxml's and a source text that another parser made of the same markup; out come the visible pieces of
text in document order, with the ends of lines between, and their spans.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.read.visible import legible
from transforms.select.elements import HEADS, INLINE, MATHEMATICAL, OF_SENTENCES, UNSEEN, is_unknown

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHORT = 20  # characters but white space; a shorter piece is looked for close by only
_BUDGET = 40_000_000  # characters that may be searched for one page; a real page needs some thousand

_LOOKED_AHEAD = 20  # elements within an unknown one; one with more is no word of a sentence
_RUN = re.compile(r"\S+")


@dataclass(slots=True)
class Piece:
    """A text node, or the end of a line where ``element`` is None. ``element`` is the one that the text stands in."""

    element: _Element | None
    text: str


def text_nodes(root: _Element) -> Iterator[Piece]:
    """The visible text nodes in document order, with the ends of lines between."""
    from lxml import etree

    unseen = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if is_unseen(element):
                unseen += 1
            if not unseen:
                if not is_inline(element):
                    yield Piece(None, "")
                if element.text:
                    yield Piece(element, element.text)
            continue
        if event == "end":
            if is_unseen(element):
                unseen -= 1
            elif not unseen and not is_inline(element):
                yield Piece(None, "")
        parent = element.getparent()
        if element.tail and not unseen and parent is not None and element is not root:
            yield Piece(parent, element.tail)


def is_unseen(element: _Element) -> bool:
    """Whether nobody reads its text on the page."""
    if element.tag == "rt":
        return not any(other is not None and other.tag == "rp" for other in (element.getprevious(), element.getnext()))
    if element.tag != "button":
        return element.tag in UNSEEN
    head = next((outer for outer in itertools.islice(element.iterancestors(), 2) if outer.tag in HEADS), None)
    return head is None or next(head.iter("button")) is not element or _words(head) != _words(element)


def is_inline(element: _Element) -> bool:
    """Whether its text stands within a line, as the blocks of the page have it."""
    if _is_inline_by_name(element):
        return True
    if not is_unknown(str(element.tag)):
        return False
    outermost = element
    for outer in element.iterancestors():
        if is_unknown(str(outer.tag)):
            outermost = outer
        elif not _is_inline_by_name(outer):
            within = list(itertools.islice(outermost.iterdescendants("*"), _LOOKED_AHEAD))
            words = all(_is_inline_by_name(inner) or is_unknown(str(inner.tag)) for inner in within)
            return outer.tag in OF_SENTENCES and words and len(within) < _LOOKED_AHEAD
    return False


def _is_inline_by_name(element: _Element) -> bool:
    return element.tag in INLINE or element.tag in MATHEMATICAL


def _words(element: _Element) -> list[str]:
    return "".join(element.itertext("*")).split()


class Places:
    """Where pieces of a page stand in its source text, which has other white space and no hidden characters."""

    def __init__(self, source_text: str) -> None:
        self._starts: list[int] = []  # of each run of visible characters, in the source text
        self._offsets: list[int] = []  # of the same run, in the compact text
        offset = 0
        runs = []
        for run in _RUN.finditer(source_text):
            self._starts.append(run.start())
            self._offsets.append(offset)
            runs.append(run[0])
            offset += run.end() - run.start()
        self._compact = "".join(runs)
        self._budget = _BUDGET

    def spans(self, texts: Sequence[str]) -> list[tuple[int, int] | None]:
        """The span of each text in the source, None for what is white space or is not found; none overlap.

        Both sides are in document order, so nearly every piece begins where the one before it ended. One that does not
        is looked for ahead, the farther the longer it is, and at last, if it is long, wherever nothing else was found.
        """
        compacts = ["".join(legible(text).split()) for text in texts]
        at: list[int | None] = []
        cursor = 0
        for compact in compacts:
            found = self._ahead(compact, cursor) if compact else -1
            at.append(found if found >= 0 else None)
            if found >= 0:
                cursor = found + len(compact)
        taken = sorted((start, start + len(c)) for start, c in zip(at, compacts, strict=True) if start is not None)
        for index, compact in enumerate(compacts):
            if at[index] is None and len(compact) >= _SHORT:
                start = self._search(compact, 0, len(self._compact))
                if start >= 0 and _is_free(taken, start, start + len(compact)):
                    at[index] = start
                    taken.insert(bisect_right(taken, (start, start)), (start, start + len(compact)))
        return [
            None if start is None else (self._place(start), self._place(start + len(compact) - 1) + 1)
            for start, compact in zip(at, compacts, strict=True)
        ]

    def _ahead(self, compact: str, cursor: int) -> int:
        if self._compact.startswith(compact, cursor):
            return cursor
        return self._search(compact, cursor, min(cursor + 50 * len(compact) + 100, len(self._compact)))

    def _search(self, compact: str, start: int, end: int) -> int:
        if self._budget <= 0:
            return -1
        found = self._compact.find(compact, start, end)
        self._budget -= (found if found >= 0 else end) - start
        return found

    def _place(self, offset: int) -> int:
        run = bisect_right(self._offsets, offset) - 1
        return self._starts[run] + offset - self._offsets[run]


def _is_free(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    index = bisect_right(taken, (start, start))
    before = index == 0 or taken[index - 1][1] <= start
    return before and (index == len(taken) or taken[index][0] >= end)


def joined(found: list[tuple[tuple[int, int] | None, str]], source_text: str) -> list[tuple[int, int, str]]:
    """The spans in order, those of one name with nothing but white space between them made one."""
    joined: list[tuple[int, int, str]] = []
    for span, name in sorted((span, name) for span, name in found if span is not None):
        if joined and joined[-1][2] == name and not source_text[joined[-1][1] : span[0]].strip():
            joined[-1] = joined[-1][0], span[1], name
        else:
            joined.append((*span, name))
    return joined


def squeezed(text: str) -> str:
    return " ".join(legible(text).split())
