"""Lines of a plain text, measured: where each stands, how much it says, and what it looks like from outside.

In goes decoded text, out come :class:`Line` values that the rules and the reader judge. A line's *form* is what can
be told from the line alone, in any language: prose ends in a sentence mark or is long, a short line does not, a cut
one ends in an ellipsis. Weights make scripts comparable: a CJK character says about as much as three letters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum

import msgspec

from transforms.scripts import count_dense, has_dense

HEAVIEST_INSIDE = 240  # weight above which no rule for lines inside a text looks at one
LONG = 250  # weight above which a line without an end mark is still prose: a headline or teaser is shorter

_MARKLESS = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff]")  # Thai, Lao, Khmer: sentences end without a mark
_MARKLESS_PROSE = 100

_CLOSERS = "\"'”’»«“„)]）」』】›*_"
_STOPS = ".。｡۔।॥։။៕።"
_CALLS = "?!？！؟‽"
_ELLIPSIS = re.compile(r"(?:…|\.{3}|\[\s?(?:…|\.{3})\s?\]|\(\s?(?:…|\.{3})\s?\)|。{3}|⋯)[\"'”’»)\]]?$")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:(?:[^\W\d_]\.){1,4}|(?:Inc|Co|Ltd|Jr|Sr|Corp|St|No|Mr|Mrs|Dr|GmbH|Bros)\.)$")
_INNER_STOP = re.compile(r"[^\W\d_]{3}[.!?؟।][\"”’»)]?\s+[\"“„«‘(]?[^\W\d_]|[。！？][^」』）]")
_BULLET = re.compile(r"(?:[-–—*•·‣◦▪■►▶●○✓➤→>»☞]|\(?\d{1,3}[.)](?!\d)|[①-⑳]|\(?[a-hA-H]\))\s{0,8}")

_WORD = re.compile(r"\w+")
_SMALL = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_NO_WORD = bytes(sign for sign in range(128) if not (chr(sign).isalnum() or sign == ord("_")))
_HARAKAT = "\u064b-\u0652\u0640\u0670\u200c-\u200f"  # marks of vowels and of direction, which go
LETTERS = str.maketrans("أإآٱةىیکёς", "ااااهييكеσ")  # spelling variants of one letter
_EVEN = {chr(a): chr(b) for a, b in (LETTERS | str.maketrans("’‘ʼ´`–—−‐“”„«»", "'''''----\"\"\"\"\"")).items()}
# Of both a line has few: found in a tenth of a translation's time.
_UNEVEN = re.compile(f"[{''.join(map(re.escape, _EVEN))}{_HARAKAT}]")
_ENDS = ' \t"*#=_~|•·►▶▸»›→←«‹.:;,-+>!…。：、|【】■●▼▲◆★☆[](){}<'


class Form(IntEnum):
    """What a line looks like from outside."""

    PROSE = 0  # a sentence or more
    ASK = 1  # one short sentence that ends in a question or exclamation mark
    SHORT = 2  # no end mark: a title, heading, name, label, entry
    CUT = 3  # ends in an ellipsis


# As names of their own, for each line is asked a dozen times: a member of the class takes ten times as long to look up.
PROSE, ASK, SHORT, CUT = Form.PROSE, Form.ASK, Form.SHORT, Form.CUT


class Line(msgspec.Struct, frozen=True):
    """A line that is not blank: its span in the source without outer white space, and its measures.

    ``gap`` counts the blank lines before it.
    """

    start: int
    end: int
    text: str
    weight: int
    form: Form
    gap: int


class Stretch(msgspec.Struct, frozen=True):
    """A line that is not blank and of which nothing need be measured: its span without outer white space, its text."""

    start: int
    end: int
    text: str


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


def form_of(text: str, weight: int) -> Form:
    """The form of a stripped line."""
    if weight <= 2 * LONG and _may_be_cut(text) and _ELLIPSIS.search(text[-8:]):
        return CUT
    if weight > LONG:
        return PROSE
    last = text.rstrip(_CLOSERS)[-1:]
    if not last:
        return SHORT
    if last in _STOPS:
        return SHORT if weight <= 120 and last == "." and _ABBREVIATION.search(text[-12:]) else PROSE
    if last in _CALLS:
        return PROSE if weight > 160 or _INNER_STOP.search(text[:-2]) else ASK
    if weight > _MARKLESS_PROSE and _MARKLESS.search(text):
        return PROSE
    return SHORT


def _may_be_cut(text: str) -> bool:
    """Whether a line's last two characters may be of an ellipsis: hardly one is asked further."""
    return text.endswith("..") if text[-1] == "." else not text[-1].isalnum()


def has_inner_stop(text: str) -> bool:
    """Whether a sentence ends within the line and another begins."""
    return _INNER_STOP.search(text) is not None


def sentence_count(text: str) -> int:
    """About how many sentences a text holds; abbreviations of less than three letters end none."""
    return 1 + sum(1 for _ in _INNER_STOP.finditer(text))


def without_bullet(text: str) -> str:
    """The line without its list mark or number; itself where it has none."""
    m = _BULLET.match(text)
    return text[m.end() :] if m and m.end() < len(text) else text


def has_bullet(text: str) -> bool:
    """Whether the line begins like an entry of a list: a mark or number, then white space or a letter."""
    if text[:1].isalpha() and text[1:2] != ")":  # nearly every line, told in a third of the time
        return False
    m = _BULLET.match(text)
    return m is not None and m.end() < len(text) and not (m[0] in "-–—>»" and not m[0].isspace())


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which lines and phrases are compared.

    NFKC, case folded, Arabic and Cyrillic spelling variants and quotation marks evened out, white space squeezed,
    decoration at both ends gone.
    """
    if text.isascii():
        return tidy(text.lower().strip(_ENDS))
    text = unicodedata.normalize("NFKC", text).replace("\u0307", "").casefold()
    text = _UNEVEN.sub(lambda found: _EVEN.get(found[0], ""), text)
    return " ".join(text.strip(_ENDS).split())


def fold_lines(lines: Sequence[Line]) -> list[str]:
    """Each line in folded form; empty for a line that is too heavy for any rule."""
    return [fold(line.text) if line.weight <= HEAVIEST_INSIDE else "" for line in lines]


def tidy(text: str) -> str:
    """A line as it goes into a field or the body: inner runs of white space are one space, outer ones go."""
    # No white space but the space is printable: nearly every line is told to be tidy in a third of the time.
    return text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())


def run_together(text: str) -> str:
    """The words of a text without what is between them and without its capitals."""
    if text.isascii():  # a tenth of the time
        return text.encode().translate(_SMALL, _NO_WORD).decode()
    return "".join(_WORD.findall(text.casefold()))
