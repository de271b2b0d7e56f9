"""What the characters of many lines count to, for all lines at once.

The text is one array of code points; a table gives each its classes as bits; the counts of a line are sums over its
stretch of the array.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from transforms.compiled import compiled_in
from transforms.select.loops import FEATURES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

VISIBLE, LETTER, UPPER, LOWER, DIGIT, STOP, COMMA, QUOTE, DENSE, BAR, MARK, OPENS = (1 << n for n in range(12))
_CLASSES = 12
_IN_WORDS = LETTER | DIGIT
_STOPS = ".!?…。！？।؟۔"
_COMMAS = ",;、，；،؛"
_QUOTES = "\"'“”„«»‘’‹›「」『』"
_BARS = "|›»·•/→>—–"
_DENSE = ((0x0E00, 0x0E7F), (0x3040, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
# Scripts written without spaces, where a run of letters is a sentence and not a word; and where all of them stand.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_LIKELY_UNSPACED = (
    (0x0E00, 0x10A0), (0x1780, 0x1A00), (0x2E80, 0x3400), (0x4DB6, 0x4E00), (0x9FA6, 0xAC00), (0xF900, 0x10000)
)  # fmt: skip
_HAN = ((0x3400, 0x4DB6), (0x4E00, 0x9FA6))  # in every version of Unicode
_BEYOND = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0003ffff]+")  # beyond the plane, without the emoji
_FIRST_UNSPACED = 0x0E00
_WESTERN = "cp1252"  # a byte a character, with the typographic marks: of nine texts in ten in Western languages
_PUNCTUATION = range(0x1A00, 0x2E80)  # and signs, Greek and Latin once more: between the likely ones
_LETTERS_A_WORD = 2
_PLANE = 0x10000
# Ideographs, Hangul and what is left to private use, each of one category: most of the plane, and told in no time.
_ALIKE = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF))
_LETTERS_END = 4 * _PLANE  # no letter or digit stands beyond
FACTOR = 0x9E3779B97F4A7C15  # odd, so that it has an inverse among the numbers of 64 bits
_USUAL = (1 << 14, 1 << 18)  # characters of a page, and of a group of pages: few show more


@functools.cache
def _table() -> npt.NDArray[np.uint16]:
    kinds = _Kinds()
    table = np.zeros(_PLANE + 1, dtype=np.uint16)
    for part, signs in _parts(_PLANE):
        table[part] = np.fromiter(map(kinds.__getitem__, map(unicodedata.category, signs)), np.uint16, len(signs))
    for first, last in _DENSE:
        table[first : last + 1] |= DENSE
    for signs, bit in ((_STOPS, STOP), (_COMMAS, COMMA), (_QUOTES, QUOTE), (_BARS, BAR)):
        for sign in signs:
            table[ord(sign)] |= bit
    table[_PLANE] = VISIBLE  # beyond the basic plane: emoji and rare scripts
    return table


def _parts(end: int) -> Iterator[tuple[slice, str]]:
    """The code points up to ``end`` in parts, each with what tells of it: all of its characters, or one for all."""
    at = 0
    for first, last in _ALIKE:
        yield slice(at, first), "".join(map(chr, range(at, first)))
        yield slice(first, last + 1), chr(first)
        at = last + 1
    yield slice(at, end), "".join(map(chr, range(at, end)))


class _Kinds(dict[str, int]):
    """The classes of each of Unicode's general categories that was asked for."""

    def __missing__(self, kind: str) -> int:
        bits = 0 if kind[0] in "ZC" else VISIBLE
        if kind[0] in "LM":
            bits |= LETTER
        if kind == "Lu":
            bits |= UPPER
        if kind in ("Ll", "Lo"):
            bits |= LOWER
        if kind == "Nd":
            bits |= DIGIT
        if kind[0] in "PS":
            bits |= MARK
        if kind in ("Ps", "Pi"):
            bits |= OPENS
        self[kind] = bits
        return bits


class Characters:
    """The counts of n lines, each a stretch ``starts[i]:ends[i]`` of ``text`` with at least one character."""

    def __init__(self, text: str, starts: Ints, ends: Ints) -> None:
        self._counts: Floats
        self._edges: npt.NDArray[np.uint16]  # the classes of the first, the last, the last but one: 3 × lines
        if FEATURES is not None:
            self._counts, self._edges = FEATURES.counts(text, starts, ends, _table(), _IN_WORDS, UPPER)
            return
        points = np.frombuffer(f"{text}\n".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        bits = _table()[np.minimum(points, _PLANE)]
        self._counts = _counted(bits, starts, ends)
        self._edges = np.stack([bits[starts], bits[ends - 1], bits[np.maximum(ends - 2, starts)]])

    def count(self, kind: int) -> Floats:
        """How many characters of each line are of the class."""
        found: Floats = self._counts[kind.bit_length() - 1]
        return found

    def words(self) -> Floats:
        """How many words each line has: runs of letters and digits."""
        found: Floats = self._counts[_CLASSES]
        return found

    def capitalised(self) -> Floats:
        """How many words of each line begin with a capital."""
        found: Floats = self._counts[_CLASSES + 1]
        return found

    def first(self) -> npt.NDArray[np.uint16]:
        """The classes of each line's first character."""
        found: npt.NDArray[np.uint16] = self._edges[0]
        return found

    def last(self) -> npt.NDArray[np.uint16]:
        """The classes of each line's last character."""
        found: npt.NDArray[np.uint16] = self._edges[1]
        return found

    def before_last(self) -> npt.NDArray[np.uint16]:
        """The classes of each line's last character but one, or of its only one."""
        found: npt.NDArray[np.uint16] = self._edges[2]
        return found


def _counted(bits: npt.NDArray[np.uint16], starts: Ints, ends: Ints) -> Floats:
    """The lines' counts of each class, of words and of words with a capital: 14 × lines."""
    edges = np.column_stack((starts, ends)).ravel()
    inside = (bits & np.uint16(_IN_WORDS)) != 0
    word = inside.copy()  # the first character of each
    word[1:] &= ~inside[:-1]
    flags = [(bits & np.uint16(1 << kind)) != 0 for kind in range(_CLASSES)]
    flags += [word, word & ((bits & np.uint16(UPPER)) != 0)]
    # Every other stretch is the gap between two lines. A quarter of the time that running sums take.
    sums = [np.add.reduceat(flag.view(np.uint8), edges, dtype=np.int64)[::2] for flag in flags]
    return np.array(sums, dtype=np.float64)


class Words:
    """The words of a text by line, as numbers: equal numbers for words that are equal but for their capitals.

    ``of_line`` counts the words of each line that is not empty. A word is a run of what ``\\w`` matches; its number is
    its characters' as a polynomial of 64 bits, so that all words are numbered by a handful of numpy calls, in a sixth
    of the time that a string for each of them takes.
    """

    def __init__(self, text: str) -> None:
        self.numbers: npt.NDArray[np.uint64]
        self.of_line: Ints
        if FEATURES is not None:
            self.numbers, self.of_line = FEATURES.words(text, FACTOR)
            return
        text = text.lower()
        points = np.frombuffer(f"\n{text}\n".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        inside = _in_words(text, points)
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        starts, ends = edges[::2], edges[1::2]
        powers, inverses = _powers(len(points))
        sums = np.cumsum(points * powers[: len(points)])
        self.numbers = (sums[ends - 1] - sums[starts - 1]) * inverses[starts]
        breaks = np.flatnonzero(points == ord("\n"))
        before = np.searchsorted(starts, breaks)
        self.of_line = (before[1:] - before[:-1])[breaks[1:] - breaks[:-1] > 1]

    def lines(self) -> list[npt.NDArray[np.uint64]]:
        """The words of each line that is not empty."""
        return np.split(self.numbers, np.cumsum(self.of_line)[:-1])


@compiled_in("lines")
def word_count(text: str) -> int:
    """How many words a text has: runs of what ``\\w`` matches, and one for every two letters of scripts without spaces.

    The runs in a fifth of the time of the expression.
    """
    try:
        western = f"\n{text}".encode("ascii" if text.isascii() else _WESTERN)
    except UnicodeEncodeError:
        pass
    else:
        return _runs(np.frombuffer(western.translate(_western_table()), dtype=np.bool_))
    points = np.frombuffer(f"\n{text}".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    runs = _runs(_in_words(text, points))
    high = points[points >= _FIRST_UNSPACED] if not text.isascii() else points[:0]
    if not ((high < _PUNCTUATION.start) | (high >= _PUNCTUATION.stop)).any():
        return runs  # nearly every text; the expression takes twenty times as long to say so
    return runs + _unspaced_letters(text, high) // _LETTERS_A_WORD


def _runs(inside: npt.NDArray[np.bool_]) -> int:
    """How many runs of true begin behind the first place."""
    return int(np.count_nonzero(inside[1:] > inside[:-1]))


@functools.cache
def _western_table() -> bytes:
    """For each byte of a Western text 1 where ``\\w`` matches its character, else 0."""
    signs = (bytes([byte]).decode(_WESTERN, "replace") for byte in range(256))
    return bytes(sign.isalnum() or sign == "_" for sign in signs)


def _unspaced_letters(text: str, high: npt.NDArray[np.uint32]) -> int:
    """How many letters and marks of a text are of scripts that put no spaces between words.

    ``high`` are its code points among which they are. What lies beyond the basic plane is nearly always an emoji.
    """
    basic = high[high < _PLANE]
    count = int(np.count_nonzero(_unspaced_table()[basic]))
    if len(basic) == len(high) or not (beyond := "".join(_BEYOND.findall(text))):
        return count
    return count + len(_of_unspaced_scripts(beyond))


def _of_unspaced_scripts(text: str) -> str:
    """The letters and marks of a text that are of scripts that put no spaces between words."""
    import pyarrow as pa  # which knows the scripts of Unicode; few texts have such letters
    import pyarrow.compute as pc

    return pc.replace_substring_regex(pa.scalar(text), f"[^{_UNSPACED}]+", "").as_py() or ""


@functools.cache
def _unspaced_table() -> npt.NDArray[np.bool_]:
    """Of each code point of the basic plane whether it is of a script that puts no spaces between words.

    It takes three milliseconds to make; with it the words of such a text are counted in a tenth of the time.
    """
    likely = "".join(chr(point) for start, end in _LIKELY_UNSPACED for point in range(start, end))
    table = np.zeros(_PLANE, dtype=bool)
    table[[ord(sign) for sign in _of_unspaced_scripts(likely)]] = True
    for start, end in _HAN:
        table[start:end] = True
    return table


def in_threes(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Each three words in a row as one number: two fewer than ``numbers``."""
    factor = np.uint64(FACTOR)
    mixed = numbers ^ (numbers >> np.uint64(29))
    return (mixed[:-2] * factor + mixed[1:-1]) * factor + mixed[2:]


def _in_words(text: str, points: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Of each code point of a text whether it is of a word."""
    is_basic = text.isascii() or int(points.max(initial=0)) < _PLANE
    return _word_table(_PLANE if is_basic else sys.maxunicode + 1)[points]


@functools.cache
def _word_table(size: int) -> npt.NDArray[np.bool_]:
    """Whether each of the first ``size`` code points is matched by ``\\w``: it is alphanumeric, or the underscore."""
    table = np.zeros(size, dtype=bool)
    for part, signs in _parts(min(size, _LETTERS_END)):
        table[part] = np.fromiter(map(str.isalnum, signs), bool, len(signs))
    table[ord("_")] = True
    return table


def _powers(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The first ``count`` or more powers of the factor, and of its inverse."""
    for usual in _USUAL:
        if count <= usual:
            return _usual_powers(usual)
    return _computed_powers(count)


@functools.cache
def _usual_powers(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    return _computed_powers(count)


def _computed_powers(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    found = np.empty((2, count), dtype=np.uint64)
    found[:, 0] = 1
    found[:, 1:] = np.array([[FACTOR], [pow(FACTOR, -1, 1 << 64)]], dtype=np.uint64)
    powers, inverses = np.cumprod(found, axis=1)
    return powers, inverses
