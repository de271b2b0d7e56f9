"""Lines of a plain text: cut, measured, and put into the form in which they are compared.

In goes decoded text, out come :class:`~transforms.strip.line.Line` values that the rules and the reader judge. Each
line is asked a dozen of these, a third of a text's time in Python: ``compiled/lines.pyx`` has most of them as well.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from transforms.compiled import compiled_in
from transforms.scripts import count_dense, has_dense
from transforms.strip.line import (
    ABBREVIATION,
    ASK,
    BULLET,
    CALLS,
    CLOSERS,
    CUT,
    ELLIPSIS,
    ENDS,
    EVEN,
    LONG,
    LONG_ABBREVIATED,
    LONG_CALL,
    LONG_MARKLESS,
    PROSE,
    SHORT,
    STOPS,
    UNHEARD,
    Form,
    Line,
    Stretch,
)

HEAVIEST_INSIDE = 240  # weight above which no rule for lines inside a text looks at one

_MARKLESS = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff]")  # Thai, Lao, Khmer: sentences end without a mark
_INNER_STOP = re.compile(r"[^\W\d_]{3}[.!?؟।][\"”’»)]?\s+[\"“„«‘(]?[^\W\d_]|[。！？][^」』）]")
_WORD = re.compile(r"\w+")
_SMALL = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_NO_WORD = bytes(sign for sign in range(128) if not (chr(sign).isalnum() or sign == ord("_")))
# Of both a line has few: found in a tenth of a translation's time.
_UNEVEN = re.compile(f"{UNHEARD.pattern}|[{''.join(map(re.escape, EVEN))}]")


@compiled_in("lines")
def stretches(text: str, start: int, end: int) -> list[Stretch]:
    """The lines of ``text[start:end]`` that are not blank, as :func:`split_lines` cuts them, in a third of its time."""
    found = []
    for raw in text[start:end].split("\n"):
        stripped = raw.strip()
        if stripped:
            left = start if raw is stripped else start + raw.index(stripped[0])
            found.append(Stretch(left, left + len(stripped), stripped))
        start += len(raw) + 1
    return found


@compiled_in("lines")
def split_lines(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of ``text[start:end]`` that are not blank. Offsets count from the beginning of ``text``."""
    found: list[Line] = []
    dense = has_dense(text, start, end)
    gap = 0
    position = start
    for raw in text[start:end].split("\n"):
        if stripped := raw.strip():
            left = position if raw is stripped else position + raw.index(stripped[0])
            weight = weight_of(stripped) if dense else len(stripped)
            found.append(Line(left, left + len(stripped), stripped, weight, form_of(stripped, weight), gap))
            gap = 0
        else:
            gap += 1
        position += len(raw) + 1
    return found


def make_line(start: int, text: str, gap: int, *, end: int | None = None) -> Line:
    """One line from its stripped text."""
    weight = weight_of(text)
    return Line(start, start + len(text) if end is None else end, text, weight, form_of(text, weight), gap)


def weight_of(text: str) -> int:
    """How much a text says, in letters of an alphabet: a character of CJK counts for three."""
    return len(text) + 2 * count_dense(text)


@compiled_in("lines")
def form_of(text: str, weight: int) -> Form:
    """The form of a stripped line."""
    if weight <= 2 * LONG and _may_be_cut(text) and ELLIPSIS.search(text[-8:]):
        return CUT
    if weight > LONG:
        return PROSE
    last = text.rstrip(CLOSERS)[-1:]
    if not last:
        return SHORT
    if last in STOPS:
        return SHORT if weight <= LONG_ABBREVIATED and last == "." and ABBREVIATION.search(text[-12:]) else PROSE
    if last in CALLS:
        return PROSE if weight > LONG_CALL or _INNER_STOP.search(text[:-2]) else ASK
    if weight > LONG_MARKLESS and _MARKLESS.search(text):
        return PROSE
    return SHORT


def _may_be_cut(text: str) -> bool:
    """Whether a line's last two characters may be of an ellipsis: hardly one is asked further."""
    return text.endswith("..") if text[-1] == "." else not text[-1].isalnum()


@compiled_in("lines")
def has_inner_stop(text: str) -> bool:
    """Whether a sentence ends within the line and another begins."""
    return _INNER_STOP.search(text) is not None


@compiled_in("lines")
def sentence_count(text: str) -> int:
    """About how many sentences a text holds; abbreviations of less than three letters end none."""
    return 1 + sum(1 for _ in _INNER_STOP.finditer(text))


def without_bullet(text: str) -> str:
    """The line without its list mark or number; itself where it has none."""
    m = BULLET.match(text)
    return text[m.end() :] if m and m.end() < len(text) else text


@compiled_in("lines")
def has_bullet(text: str) -> bool:
    """Whether the line begins like an entry of a list: a mark or number, then white space or a letter."""
    if text[:1].isalpha() and text[1:2] != ")":  # nearly every line, told in a third of the time
        return False
    m = BULLET.match(text)
    return m is not None and m.end() < len(text) and not (m[0] in "-–—>»" and not m[0].isspace())


@functools.lru_cache(maxsize=4096)
@compiled_in("lines")
def fold(text: str) -> str:
    """The form in which lines and phrases are compared.

    NFKC, case folded, Arabic and Cyrillic spelling variants and quotation marks evened out, white space squeezed,
    decoration at both ends gone.
    """
    if text.isascii():
        return " ".join(text.lower().strip(ENDS).split())
    text = unicodedata.normalize("NFKC", text).replace("\u0307", "").casefold()
    text = _UNEVEN.sub(lambda found: EVEN.get(found[0], ""), text)
    return " ".join(text.strip(ENDS).split())


def fold_lines(lines: Sequence[Line]) -> list[str]:
    """Each line in folded form; empty for a line that is too heavy for any rule."""
    return [fold(line.text) if line.weight <= HEAVIEST_INSIDE else "" for line in lines]


@compiled_in("lines")
def tidy(text: str) -> str:
    """A line as it goes into a field or the body: inner runs of white space are one space, outer ones go."""
    # No white space but the space is printable: nearly every line is told to be tidy in a third of the time.
    return text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())


@compiled_in("lines")
def run_together(text: str) -> str:
    """The words of a text without what is between them and without its capitals."""
    if text.isascii():  # a tenth of the time
        return text.encode().translate(_SMALL, _NO_WORD).decode()
    return "".join(_WORD.findall(text.casefold()))
