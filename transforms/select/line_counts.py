"""What the lines of a text say by themselves: counts of characters and words, marks, words that tell, whole phrases.

In go the rows of a text (joined lines), out come the columns of their own text and an :class:`Own` with what the
features of their surroundings need. Sentence mass: a row of at least 60 characters that ends as a sentence counts its
length, at most 600, in hundreds; a character of a dense script counts three.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.scripts import has_unspaced
from transforms.select.characters import (
    BAR,
    COMMA,
    DENSE,
    DIGIT,
    LETTER,
    LOWER,
    MARK,
    OPENS,
    QUOTE,
    STOP,
    UPPER,
    VISIBLE,
    Characters,
    Floats,
    Ints,
)
from transforms.select.rejoin import join, line_words, rejoin
from transforms.strip.line import Line
from transforms.strip.lines import fold
from transforms.strip.rules import Rulebook

Flags = npt.NDArray[np.bool_]

HEADING_WEIGHT = 90  # of a line that may be a heading, a label or a button
FAR = 99.0  # rows; what is further away, or nowhere, is as far
_BULLET = re.compile(r"[*+•·▪‣◦o–-](?= |$)|\d{1,3}[.)](?= )")
_CLOCK = re.compile(r"\d[:.h]\d\d\b")
_SIGNS = re.compile(r"[©®™@{}<>$€£¥]|http|www\.")
_PARTICLE = re.compile(r"[のはをにがでともたし的了是在和与將将]")  # what stands for function words in dense scripts
_PHRASE = 9  # characters of a dense script that are a phrase rather than a label
_WORD_OR_END = re.compile(r"\w+|\n")
_YEAR, _LONG = 1 << 30, 1 << 31
_RULES = ("nav.word", "share.bar", "comment.count", "newsletter.signup", "link.more", "ad.marker", "copyright.footer")
_KINDS = (
    "function", "comment", "share", "newsletter", "consent", "legal", "related", "popular", "ad", "navigation",
    "byline", "picture", "person",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that are judged: ``groups`` are half-open ranges of the text's lines, ``lines`` the joined lines."""

    groups: list[tuple[int, int]]
    lines: list[Line]


def rows_of(lines: Sequence[Line]) -> Rows:
    """The lines of a text with broken sentences put together."""
    groups = rejoin(lines)
    return Rows(groups, [lines[a] if b - a == 1 else join(lines[a:b]) for a, b in groups])


class Columns:
    """Named columns in the order in which they are added."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[npt.NDArray[np.generic]] = []

    def add(self, name: str, values: npt.NDArray[np.generic]) -> None:
        self.names.append(name)
        self.values.append(values)


@dataclass(frozen=True, slots=True)
class Own:
    """What later features need of the rows' own text: ``short`` has no end mark, ``dated`` counts years and times."""

    weight: Floats
    mass: Floats
    ended: Flags
    bullet: Flags
    short: Flags
    capitalised: Floats
    count: Floats
    kinds: dict[str, Floats]
    dated: Floats
    words: Words


@dataclass(frozen=True, slots=True)
class Words:
    """The text's words in order: the number of each, its row, and whether it says what a text is about."""

    distinct: int
    number: Ints
    row: Ints
    content: Flags

    def shares(self, known: set[int], rows: int) -> Floats:
        """The share of each row's words whose numbers are among ``known``."""
        flags = np.zeros(self.distinct + 1, dtype=bool)
        flags[list(known)] = True
        hits = np.bincount(self.row[flags[self.number]], minlength=rows)
        return hits / np.maximum(np.bincount(self.row, minlength=rows), 1)

    def of_row(self, row: int) -> set[int]:
        """The numbers of the content words of a row."""
        low, high = np.searchsorted(self.row, [row, row + 1])
        return set(self.number[low:high][self.content[low:high]].tolist())


def own_columns(out: Columns, rows: Rows, book: Rulebook) -> Own:
    """Add the columns of the rows' own text; what the features of their surroundings need of them."""
    texts = [line.text for line in rows.lines]
    text = "\n".join(texts)
    lengths = np.array([len(t) for t in texts], dtype=np.int64)
    ends = np.cumsum(lengths + 1) - 1
    starts = ends - lengths
    signs = Characters(text, starts, ends)
    visible = signs.count(VISIBLE)
    dense = signs.count(DENSE)
    letters = signs.count(LETTER)
    words = signs.words()
    some = np.maximum(visible, 1)
    weight = lengths + 2.0 * dense
    last, before_last = signs.last(), signs.before_last()
    ended = ((last & STOP) != 0) | (((last & (QUOTE | MARK)) != 0) & ((before_last & STOP) != 0))
    mass = np.where((weight >= 60) & ended, np.minimum(weight, 600) / 100, 0.0)
    marks = np.array([_bullet_kind(t) for t in texts])
    bullet = marks > 0
    capitalised = signs.capitalised() / np.maximum(words, 1)
    stops = signs.count(STOP)
    first = signs.first()
    out.add("weight", weight)
    out.add("words", words)
    out.add("word_length", letters / np.maximum(words, 1))
    out.add("mass", mass)
    out.add("ended", ended)
    out.add("ends_with_colon", (last & MARK != 0) & (last & (STOP | QUOTE | BAR) == 0))
    out.add("cut_off", np.array([t.endswith(("…", "...", "[…]")) for t in texts]))
    for name, bits in (("upper", UPPER), ("lower", LOWER), ("digit", DIGIT), ("quoted", QUOTE | OPENS), ("mark", MARK)):
        out.add(f"begins_{name}", (first & bits) != 0)
    out.add("bullet", marks)
    out.add("gap", np.array([line.gap for line in rows.lines]))
    out.add("pieces", np.array([b - a for a, b in rows.groups]))
    out.add("stops", stops)
    out.add("stops_share", stops / some)
    out.add("sentence_length", weight / np.maximum(stops, 1))
    out.add("commas_share", signs.count(COMMA) / some)
    out.add("quotes", signs.count(QUOTE))
    out.add("digits_share", signs.count(DIGIT) / some)
    out.add("upper_share", signs.count(UPPER) / np.maximum(letters, 1))
    out.add("capitalised", capitalised)
    out.add("bars", signs.count(BAR))
    out.add("marks_share", signs.count(MARK) / some)
    out.add("dense", dense / some)
    clocks = _found(_CLOCK, text, starts)
    out.add("clocks", clocks)
    out.add("signs", _found(_SIGNS, text, starts))
    particles = _found(_PARTICLE, text, starts) if dense.any() else np.zeros(len(texts))
    words_of, kinds, years = _counted(out, texts, words, particles)
    _rules(out, texts, weight, book)
    return Own(
        weight, mass, ended, bullet, ~ended & (weight < 120), capitalised, words, kinds, clocks + years, words_of
    )


def _counted(
    out: Columns, texts: list[str], words: Floats, particles: Floats
) -> tuple[Words, dict[str, Floats], Floats]:
    """The words of all rows, numbered, how many of each row's are of each kind, and how many are years.

    A run of a dense script that is longer than a label counts as its pairs of characters.
    """
    said = _WORD_OR_END.findall("\n".join([*texts, ""]).lower())
    if particles.any():
        said = [part for word in said for part in _parts(word)]
    numbers = dict(zip(dict.fromkeys(said), itertools.count(), strict=False))
    number_of = np.fromiter(map(numbers.__getitem__, said), np.int64, len(said))
    is_end = number_of == numbers["\n"]
    word_row = np.cumsum(is_end)[~is_end]
    number_of = number_of[~is_end]
    bits = np.array(list(map(_facts, numbers)), dtype=np.int64)
    kinds: dict[str, Floats] = {}
    for number, kind in enumerate(_KINDS):
        flags = (bits >> number) & 1 == 1
        kinds[kind] = np.bincount(word_row[flags[number_of]], minlength=len(texts)).astype(np.float64)
        if kind == "function":
            kinds[kind] += particles
        out.add(f"{kind}_words", kinds[kind])
        out.add(f"{kind}_share", kinds[kind] / np.maximum(words, 1))
    years = (bits & _YEAR) != 0
    year_count = np.bincount(word_row[years[number_of]], minlength=len(texts)).astype(np.float64)
    out.add("years", year_count)
    content = ((bits & 1 == 0) & ((bits & _LONG) != 0))[number_of]
    return Words(len(numbers), number_of, word_row, content), kinds, year_count


def _parts(word: str) -> list[str]:
    if len(word) < _PHRASE or not has_unspaced(word[len(word) // 2]):
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


@functools.lru_cache(maxsize=1 << 16)
def _facts(word: str) -> int:
    """The kinds of a word as bits, whether it is a year, whether it is long enough to say what a text is about."""
    bits = _kind_bits().get(word, 0)
    if len(word) == 4 and word[:2] in ("19", "20") and word.isdigit():
        bits |= _YEAR
    if len(word) > 3 or not word.isascii():
        bits |= _LONG
    return bits


@functools.cache
def _kind_bits() -> dict[str, int]:
    bits: dict[str, int] = {}
    for number, kind in enumerate(_KINDS):
        for word in line_words()[kind]:
            bits[word] = bits.get(word, 0) | 1 << number
    return bits


def _bullet_kind(text: str) -> int:
    """0 for none, else the depth that a layout-aware scraper's mark says: ``*``, ``+``, ``o``, or a number."""
    if _BULLET.match(text) is None:
        return 0
    return {"*": 1, "+": 2, "o": 3}.get(text[0], 5 if text[0].isdigit() else 4)


def _rules(out: Columns, texts: list[str], weight: Floats, book: Rulebook) -> None:
    """What the rule data say of whole short lines: a teaser heading, a menu's word, a share button, …"""
    announced = np.zeros(len(texts))
    ruled = np.zeros(len(texts))
    ids = {rule: number for number, rule in enumerate(_RULES, 1)}
    for index in np.flatnonzero(weight <= HEADING_WEIGHT):
        text = texts[index]
        folded = fold(text[2:] if text[:2] in ("* ", "+ ", "o ") else text)
        strength = book.announcements.get(folded)
        if strength is not None:
            announced[index] = 1 if strength == "list" else 2
        rules = book.phrases.get(folded)
        if rules:
            ruled[index] = ids.get(rules[0].id, len(ids) + 1)
    out.add("announces", announced)
    out.add("rule", ruled)
    seen = np.cumsum(announced > 0)
    out.add("announced_above", seen)
    out.add("since_announced", since(announced > 0))


def _found(pattern: re.Pattern[str], text: str, starts: Ints) -> Floats:
    places = [m.start() for m in pattern.finditer(text)]
    at = np.searchsorted(starts, np.array(places, dtype=np.int64), side="right") - 1
    return np.bincount(at, minlength=len(starts)).astype(np.float64)


def since(flags: Flags) -> Floats:
    """How many rows above the last flagged row is, 0 where it is itself; FAR where none is. ``flags`` is … × rows."""
    order = np.arange(flags.shape[-1])
    last = np.maximum.accumulate(np.where(flags, order, -1), axis=-1)
    return np.where(last < 0, FAR, np.minimum(order - last, FAR)).astype(np.float64)
