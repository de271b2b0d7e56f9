"""Where the words of an extracted text stand in the source text that they were taken from.

An engine gives back a text with other white space, other line breaks, list marks and cell bars of its own. Both sides
are compared without white space: first whole lines by a table look-up, then by searching, at last by runs of words.
The searching has a budget of characters, so a hostile page costs no more than a large one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from transforms.article import Kept

_RUN = re.compile(r"\S+")
_ENGINE_MARK = re.compile(r"^\s*(?:[-*•]\s+|\|\s*|#{1,6}\s+)|\s*\|\s*$|\s+\|\s+")
_BUDGET = 40_000_000  # characters that may be searched for one page; a real page needs some hundred thousand
_PROBE = 24  # characters of a word run that must agree before it counts as found
_SHORT = 20  # a shorter text must be a whole line: "News" stands in many sentences


class Aligner:
    """A source text, indexed once, in which the texts of the body and the fields are looked up."""

    def __init__(self, source_text: str) -> None:
        self._source = source_text
        self._budget = _BUDGET
        self._starts: list[int] = []  # of each line, in the source text
        self._offsets: list[int] = []  # of the same line, in the compact text
        self._lines: dict[str, list[int]] = {}
        compacts: list[str] = []
        start = offset = 0
        for line in source_text.split("\n"):
            if compact := "".join(line.split()):
                self._starts.append(start)
                self._offsets.append(offset)
                self._lines.setdefault(compact, []).append(offset)
                compacts.append(compact)
                offset += len(compact)
            start += len(line) + 1
        self._compact = "".join(compacts)

    def body(self, lines: Iterable[str]) -> list[Kept]:
        """The spans of a body's lines, in the order of the source text, those that adjoin joined."""
        found: list[tuple[int, int]] = []
        cursor = 0
        for line in lines:
            for piece in _ENGINE_MARK.split(line):
                for start, end in self._find("".join(piece.split()), cursor):
                    found.append((start, end))
                    if start >= cursor:
                        cursor = end
        return [self._kept(start, end, "body") for start, end in _joined(found)]

    def line(self, text: str, field: str, before: int | None = None) -> Kept | None:
        """The line that is ``text``: the last one that starts before the source offset ``before``, else the first."""
        places = self._lines.get("".join(text.split()))
        if not places:
            return None
        limit = self._compact_offset(before) if before is not None else 0
        index = max(bisect_left(places, limit) - 1, 0)
        return self._kept(places[index], places[index] + len("".join(text.split())), field)

    def _find(self, compact: str, cursor: int) -> Iterator[tuple[int, int]]:
        if not compact:
            return
        if places := self._lines.get(compact):
            index = bisect_left(places, cursor)
            start = places[index] if index < len(places) else places[0]
            yield start, start + len(compact)
            return
        if len(compact) < _SHORT:
            return
        start = self._search(compact, cursor)
        if start < 0:
            start = self._search(compact, 0)
        if start >= 0:
            yield start, start + len(compact)
        else:
            yield from self._runs(compact, cursor)

    def _runs(self, compact: str, cursor: int) -> Iterator[tuple[int, int]]:
        """The parts of a text that stand in the source one after the other, where the whole does not."""
        position = 0
        while position + _PROBE <= len(compact) and self._budget > 0:
            start = self._search(compact[position : position + _PROBE], cursor)
            if start < 0:
                position += _PROBE // 3
                continue
            length = _PROBE
            most = min(len(compact) - position, len(self._compact) - start)
            while length < most and compact[position + length] == self._compact[start + length]:
                length += 1
            yield start, start + length
            cursor = start + length
            position += length

    def _search(self, compact: str, cursor: int) -> int:
        if self._budget <= 0:
            return -1
        start = self._compact.find(compact, cursor)
        self._budget -= (start if start >= 0 else len(self._compact)) - cursor
        return start

    def _compact_offset(self, source_offset: int) -> int:
        index = bisect_left(self._starts, source_offset)
        return self._offsets[index] if index < len(self._offsets) else len(self._compact)

    def _kept(self, start: int, end: int, field: str) -> Kept:
        return Kept(self._place(start), self._place(end - 1) + 1, field)

    def _place(self, offset: int) -> int:
        """Where the visible character at ``offset`` of the compact text stands in the source text."""
        line = bisect_right(self._offsets, offset) - 1
        left = offset - self._offsets[line]
        for run in _RUN.finditer(self._source, self._starts[line]):
            length = run.end() - run.start()
            if left < length:
                return run.start() + left
            left -= length
        return len(self._source)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
