"""What can be had with a few lines of code and no training: the floor that an extractor must leave behind.

Pages: all blocks that hold a sentence. Texts: every line; or the stretch of lines with the most sentences in it,
without its short lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from transforms.article import Rejection
from transforms.read.markup import decode_markup
from transforms.select.page_blocks import page_blocks

_END = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」』]{0,3}$")
_SENTENCE = 40  # characters
_LONG = 600  # characters; a longer line weighs no more
_BREAK = -0.3  # what a line without a sentence takes off its stretch, in hundreds of characters
_SHORTEST = 20  # characters of a line that stays without an end mark


def has_sentence(line: str) -> bool:
    """Whether a line is long enough for a sentence and ends as one."""
    return len(line) >= _SENTENCE and _END.search(line) is not None


def sentence_blocks(content: bytes) -> str:
    """All blocks of a page that hold a sentence."""
    markup = decode_markup(content)
    if isinstance(markup, Rejection):
        return ""
    return "\n".join(text for text in page_blocks(LexborHTMLParser(markup.to_parse)).texts if has_sentence(text))


def all_lines(content: bytes) -> str:
    """The text as it is."""
    return content.decode()


def best_stretch(content: bytes) -> str:
    """The stretch of lines with the largest sum of sentences less other lines, its short lines left out."""
    lines = [line.strip() for line in content.decode().split("\n") if line.strip()]
    first, last = _largest([min(len(x), _LONG) / 100 if has_sentence(x) else _BREAK for x in lines])
    return "\n".join(line for line in lines[first:last] if len(line) >= _SHORTEST or _END.search(line))


def _largest(values: Sequence[float]) -> tuple[int, int]:
    """The bounds of the stretch with the largest sum, the second one past its end; (0, 0) where none is above 0."""
    best, bounds, total, start = 0.0, (0, 0), 0.0, 0
    for index, value in enumerate(values):
        if total <= 0:
            total, start = 0.0, index
        total += value
        if total > best:
            best, bounds = total, (start, index + 1)
    return bounds
