"""The features of a text's lines: their own words, the runs and windows they stand in, and the block that is likely.

In go the lines of a whole-page text, out come the groups of them that are one line
(:func:`~transforms.select.rejoin.rejoin`) and a float32 matrix, a row a group, whose columns are :data:`NAMES`.
Everything is computed for all rows at once.

Sentence mass: a row of at least 60 characters that ends as a sentence counts its length, at most 600, in hundreds; a
character of a dense script counts three. Without markup, runs take the place of containers: sums over windows, and the
stretches that score highest when a row scores its mass less a fixed cost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
from transforms.strip.lines import Line, fold
from transforms.strip.rules import Rulebook

Flags = npt.NDArray[np.bool_]

_REACHES = (1, 2, 5, 15, 40)
_COSTS = (0.1, 0.3, 0.8, 2.0)  # mass that a row must have to lengthen a stretch
_FAR = 99.0
_TITLE = range(20, 200)
_HEADING_WEIGHT = 90
_BEHIND = 30  # rows behind a headline in which its words are taken up
_BULLET = re.compile(r"[*+•·▪‣◦o–-](?= |$)|\d{1,3}[.)](?= )")
_CLOCK = re.compile(r"\d[:.h]\d\d\b")
_SIGNS = re.compile(r"[©®™@{}<>$€£¥]|http|www\.")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
_PARTICLE = re.compile(r"[のはをにがでともたし的了是在和与將将]")  # what stands for function words in dense scripts
_PHRASE = 9  # characters of a dense script that are a phrase rather than a label
_WORD = re.compile(r"\w+")
_KINDS = (
    "function", "comment", "share", "newsletter", "consent", "legal", "related", "popular", "ad", "navigation",
    "byline", "picture",
)  # fmt: skip
_TRACKED = ("comment", "newsletter", "legal", "related", "popular", "byline")  # of which it counts how far above
_RULES = ("nav.word", "share.bar", "comment.count", "newsletter.signup", "link.more", "ad.marker", "copyright.footer")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that are judged: ``groups`` are half-open ranges of the text's lines, ``lines`` the joined lines."""

    groups: list[tuple[int, int]]
    lines: list[Line]


def rows_of(lines: Sequence[Line]) -> Rows:
    """The lines of a text with broken sentences put together."""
    groups = rejoin(lines)
    return Rows(groups, [lines[a] if b - a == 1 else join(lines[a:b]) for a, b in groups])


class _Columns:
    """Named columns in the order in which they are added."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[npt.NDArray[np.generic]] = []

    def add(self, name: str, values: npt.NDArray[np.generic]) -> None:
        self.names.append(name)
        self.values.append(values)


@dataclass(frozen=True, slots=True)
class _Own:
    """What later features need of the rows' own text."""

    weight: Floats
    mass: Floats
    ended: Flags
    bullet: Flags
    short: Flags
    capitalised: Floats
    count: Floats
    kinds: dict[str, Floats]
    words: _Words


@dataclass(frozen=True, slots=True)
class _Words:
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


def line_features(rows: Rows, book: Rulebook) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The columns' names and the matrix of features, rows × columns. ``rows`` must not be empty."""
    out = _Columns()
    own = _own(out, rows, book)
    count = len(rows.lines)
    order = np.arange(count)
    total = max(float(own.mass.sum()), 1e-9)
    out.add("position", order / count)
    out.add("rows", np.full(count, count))
    out.add("rows_below", count - order)
    out.add("page_mass", np.full(count, total))
    out.add("page_length", np.full(count, own.weight.sum()))
    out.add("page_short", np.full(count, own.short.mean()))
    out.add("page_joined", np.full(count, np.mean([b - a > 1 for a, b in rows.groups])))
    out.add("page_bullets", np.full(count, own.bullet.mean()))
    before = np.cumsum(own.mass) - own.mass
    out.add("mass_before", before / total)
    out.add("mass_before_abs", before)
    out.add("mass_after_abs", total - before - own.mass)
    length_before = np.cumsum(own.weight) - own.weight
    out.add("length_before", length_before / max(float(own.weight.sum()), 1.0))
    _windows(out, own, total)
    _runs(out, own)
    core = _stretches(out, own, total)
    _repeats(out, rows, core)
    _titles(out, rows, own, core)
    _topic(out, own, core, count)
    _tracked(out, own, core)
    _neighbours(out, own)
    matrix = np.empty((count, len(out.names)), dtype=np.float32)
    for index, values in enumerate(out.values):
        matrix[:, index] = values
    return out.names, matrix


def _own(out: _Columns, rows: Rows, book: Rulebook) -> _Own:
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
    last, before_last = signs.last(), signs.last(2)
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
    out.add("begins_upper", (first & UPPER) != 0)
    out.add("begins_lower", (first & LOWER) != 0)
    out.add("begins_digit", (first & DIGIT) != 0)
    out.add("begins_quoted", (first & (QUOTE | OPENS)) != 0)
    out.add("begins_mark", (first & MARK) != 0)
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
    out.add("clocks", _found(_CLOCK, text, starts))
    out.add("signs", _found(_SIGNS, text, starts))
    particles = _found(_PARTICLE, text, starts) if dense.any() else np.zeros(len(texts))
    words_of, kinds = _counted(out, texts, words, particles)
    _rules(out, texts, weight, book)
    return _Own(weight, mass, ended, bullet, ~ended & (weight < 120), capitalised, words, kinds, words_of)


def _counted(out: _Columns, texts: list[str], words: Floats, particles: Floats) -> tuple[_Words, dict[str, Floats]]:
    """The words of all rows, numbered, and how many of each row's are of each kind.

    A run of a dense script that is longer than a label counts as its pairs of characters.
    """
    said = [_WORD.findall(text.lower()) for text in texts]
    if particles.any():
        said = [[part for word in found for part in _parts(word)] for found in said]
    word_row = np.repeat(np.arange(len(said)), [len(found) for found in said])
    numbers: dict[str, int] = {}
    number_of = np.array([numbers.setdefault(word, len(numbers)) for found in said for word in found], dtype=np.int64)
    bits_of = _kind_bits()
    bits = np.array([bits_of.get(word, 0) for word in numbers], dtype=np.int64)
    kinds: dict[str, Floats] = {}
    for number, kind in enumerate(_KINDS):
        flags = (bits >> number) & 1 == 1
        kinds[kind] = np.bincount(word_row[flags[number_of]], minlength=len(texts)).astype(np.float64)
        if kind == "function":
            kinds[kind] += particles
        out.add(f"{kind}_words", kinds[kind])
        out.add(f"{kind}_share", kinds[kind] / np.maximum(words, 1))
    years = np.array([len(word) == 4 and word[:2] in ("19", "20") and word.isdigit() for word in numbers], dtype=bool)
    out.add("years", np.bincount(word_row[years[number_of]], minlength=len(texts)))
    long = np.array([len(word) > 3 or not word.isascii() for word in numbers], dtype=bool)
    content = ((bits & 1 == 0) & long)[number_of]
    return _Words(len(numbers), number_of, word_row, content), kinds


def _parts(word: str) -> list[str]:
    if len(word) < _PHRASE or not _DENSE.match(word[len(word) // 2]):
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


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


def _rules(out: _Columns, texts: list[str], weight: Floats, book: Rulebook) -> None:
    """What the rule data say of whole short lines: a teaser heading, a menu's word, a share button, …"""
    announced = np.zeros(len(texts))
    ruled = np.zeros(len(texts))
    ids = {rule: number for number, rule in enumerate(_RULES, 1)}
    for index in np.flatnonzero(weight <= _HEADING_WEIGHT):
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
    out.add("since_announced", _since(announced > 0))


def _found(pattern: re.Pattern[str], text: str, starts: Ints) -> Floats:
    places = [m.start() for m in pattern.finditer(text)]
    at = np.searchsorted(starts, np.array(places, dtype=np.int64), side="right") - 1
    return np.bincount(at, minlength=len(starts)).astype(np.float64)


def _since(flags: Flags) -> Floats:
    """How many rows above, itself included, the last flagged row is; a fixed far number where none is."""
    order = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, order, -1))
    return np.where(last < 0, _FAR, np.minimum(order - last, _FAR)).astype(np.float64)


def _until(flags: Flags) -> Floats:
    return _since(flags[::-1])[::-1]


def _within(values: Floats, reach: int) -> Floats:
    running = np.concatenate(([0.0], np.cumsum(values)))
    order = np.arange(len(values))
    return running[np.minimum(order + reach + 1, len(values))] - running[np.maximum(order - reach, 0)]


def _windows(out: _Columns, own: _Own, total: float) -> None:
    count = np.ones(len(own.mass))
    for reach in _REACHES:
        size = _within(count, reach)
        mass = _within(own.mass, reach)
        out.add(f"mass_within_{reach}", mass)
        out.add(f"mass_share_within_{reach}", mass / total)
        out.add(f"weight_within_{reach}", _within(own.weight, reach) / size)
        out.add(f"ended_within_{reach}", _within(own.ended.astype(float), reach) / size)
        out.add(f"short_within_{reach}", _within(own.short.astype(float), reach) / size)
        out.add(f"bullets_within_{reach}", _within(own.bullet.astype(float), reach) / size)
        out.add(f"function_within_{reach}", _within(own.kinds["function"], reach) / size)
    for reach in (3, 8, 20):
        running = np.concatenate(([0.0], np.cumsum(own.mass)))
        order = np.arange(len(own.mass))
        above = running[order] - running[np.maximum(order - reach, 0)]
        below = running[np.minimum(order + reach + 1, len(order))] - running[order + 1]
        out.add(f"mass_above_{reach}", above)
        out.add(f"mass_below_{reach}", below)


def _runs(out: _Columns, own: _Own) -> None:
    """The lengths of the runs of sentences and of short lines that a row stands in, and of their neighbours."""
    sentence = own.mass > 0
    for name, flags in (("sentences", sentence), ("short", own.short), ("bulleted", own.bullet)):
        edges = np.flatnonzero(np.diff(flags.astype(np.int8))) + 1
        bounds = np.concatenate(([0], edges, [len(flags)]))
        run = np.searchsorted(bounds, np.arange(len(flags)), side="right") - 1
        sizes = np.diff(bounds)
        out.add(f"run_{name}", np.where(flags[bounds[:-1]], sizes, -sizes)[run])
        out.add(f"run_{name}_at", np.arange(len(flags)) - bounds[run])
        out.add(f"run_{name}_above", np.concatenate(([0], sizes))[run])
        out.add(f"run_{name}_below", np.concatenate((sizes[1:], [0]))[run])
        mass = np.concatenate((np.add.reduceat(own.mass, bounds[:-1]), [0.0]))
        if name != "bulleted":
            out.add(f"run_{name}_mass_above", np.concatenate(([0.0], mass[:-1]))[run])
            out.add(f"run_{name}_mass_below", mass[run + 1])
    out.add("since_sentence", _since(sentence))
    out.add("until_sentence", _until(sentence))


def _best_stretch(score: Floats) -> tuple[int, int]:
    """The half-open stretch of the highest sum."""
    running = np.concatenate(([0.0], np.cumsum(score)))
    lowest = np.minimum.accumulate(running)
    end = int((running - lowest).argmax())
    begin = int(running[: end + 1].argmin())
    return begin, max(end, begin + 1)


def _stretches(out: _Columns, own: _Own, total: float) -> tuple[int, int]:
    """Where a row stands to the stretches that score highest; the one of the middle cost."""
    count = len(own.mass)
    order = np.arange(count)
    found = (0, count)
    for cost in _COSTS:
        begin, end = _best_stretch(own.mass - cost)
        end = min(end, count)
        begin = min(begin, end - 1)
        name = f"stretch_{cost}"
        out.add(f"{name}_from_begin", np.clip(order - begin, -_FAR, 4 * _FAR))
        out.add(f"{name}_to_end", np.clip(end - 1 - order, -_FAR, 4 * _FAR))
        out.add(f"{name}_rows", np.full(count, end - begin))
        mass = float(own.mass[begin:end].sum())
        out.add(f"{name}_share", np.full(count, mass / total))
        # The same once more without what the first stretch holds: another post, or the comments.
        if cost == _COSTS[1]:
            found = (begin, end)
            rest = own.mass - cost
            rest[begin:end] = -100.0
            other, other_end = _best_stretch(rest)
            other_mass = float(own.mass[other : min(other_end, count)].sum())
            out.add("second_stretch", np.where((order >= other) & (order < other_end), other_mass, 0.0) / total)
            out.add("second_from_begin", np.clip(order - other, -_FAR, _FAR))
            out.add("second_share", np.full(count, other_mass / max(mass, 1e-9)))
    return found


def _repeats(out: _Columns, rows: Rows, core: tuple[int, int]) -> None:
    """How often a row's text occurs, and whether it has occurred before or in the likely block."""
    seen: dict[str, int] = {}
    earlier = np.zeros(len(rows.lines))
    for index, line in enumerate(rows.lines):
        earlier[index] = seen.get(line.text, 0)
        seen[line.text] = seen.get(line.text, 0) + 1
    out.add("same_text", np.array([seen[line.text] for line in rows.lines]))
    out.add("same_earlier", earlier)
    inside = {line.text for line in rows.lines[core[0] : core[1]]}
    out.add("same_in_block", np.array([line.text in inside for line in rows.lines]))


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


def _titles(out: _Columns, rows: Rows, own: _Own, core: tuple[int, int]) -> None:
    """Where a row stands to the title: the line that repeats the page's first line, or the likeliest headline."""
    count = len(rows.lines)
    order = np.arange(count)
    stated = _stated_title(rows)
    out.add("title_stated", np.full(count, stated is not None))
    out.add("from_title", order - stated if stated is not None else np.full(count, -4 * _FAR))
    over = _headline(own, core)
    out.add("from_headline", order - over if over is not None else np.full(count, -4 * _FAR))
    echoed, echoes = _echoes(own)
    out.add("echoed", echoed)
    out.add("echoes", echoes)
    running = np.concatenate(([0.0], np.cumsum(own.mass)))
    below = running[np.minimum(order + 40, count)] - running[order]
    score = echoed * np.minimum(echoes, 30.0) * below
    best = int(score.argmax()) if score.any() else None
    out.add("from_echoed", order - best if best is not None else np.full(count, -4 * _FAR))
    out.add("echo_score", score / max(float(score.max()), 1e-9))
    out.add("since_echoed", _since(echoed * np.minimum(echoes, 8) > 2))
    title = stated if stated is not None else best if best is not None else over or 0
    out.add("in_title", own.words.shares(own.words.of_row(title), count))
    out.add("in_first", own.words.shares(own.words.of_row(0), count))


def _echoes(own: _Own) -> tuple[Floats, Floats]:
    """Of each row that may be a headline: the share of its content words that the sentences behind it take up, and how
    often they do."""
    count = len(own.weight)
    words = own.words
    candidate = (own.mass == 0) & (own.weight >= _TITLE.start) & (own.weight <= _TITLE.stop) & (own.count >= 3)
    prose = (own.mass > 0)[words.row] & words.content
    key = words.number * (count + _BEHIND + 1) + words.row
    told = np.unique(key[prose])
    asked = np.unique(key[candidate[words.row] & words.content])
    taken_up = np.searchsorted(told, asked + _BEHIND, side="right") - np.searchsorted(told, asked, side="right")
    row = asked % (count + _BEHIND + 1)
    size = np.bincount(row, minlength=count)
    share: Floats = np.bincount(row, weights=taken_up > 0, minlength=count) / np.maximum(size, 1)
    often: Floats = np.bincount(row, weights=taken_up, minlength=count).astype(np.float64)
    return share, often


def _stated_title(rows: Rows) -> int | None:
    """The last row before the sentences begin that says the page's first line again, without the site's name."""
    first = _letters(rows.lines[0].text)
    if len(first) < 12:
        return None
    for index in range(1, len(rows.lines)):
        text = rows.lines[index].text
        if not 12 <= len(text) <= 250:
            continue
        said = _letters(text)
        if (
            len(said) >= 12
            and (first.startswith(said) or (len(said) > 25 and said in first))
            and 2 * len(said) > 0.6 * len(first)
        ):
            return index
    return None


def _headline(own: _Own, core: tuple[int, int]) -> int | None:
    """The longest short line over the likely block, near ones first."""
    low = max(core[0] - 14, 0)
    rows = np.arange(low, core[0] + 1)
    fits = own.short[rows] & (own.weight[rows] >= _TITLE.start) & ~own.bullet[rows]
    if not fits.any():
        return None
    score = np.where(fits, np.minimum(own.weight[rows], 90) - 2.0 * (core[0] - rows), -1e9)
    return int(rows[score.argmax()])


def _topic(out: _Columns, own: _Own, core: tuple[int, int], count: int) -> None:
    """The share of a row's content words that the likely block says elsewhere."""
    words = own.words
    row = words.row[words.content]
    word = words.number[words.content]
    inside = (row >= core[0]) & (row < core[1])
    block = np.bincount(word[inside], minlength=words.distinct + 1)
    pair, own_count = np.unique(row * (words.distinct + 1) + word, return_counts=True)
    at, which = np.divmod(pair, words.distinct + 1)
    elsewhere = block[which] - np.where((at >= core[0]) & (at < core[1]), own_count, 0)
    size = np.maximum(np.bincount(at, minlength=count), 1)
    out.add("topic", np.bincount(at, weights=elsewhere > 0, minlength=count) / size)
    out.add("topic_often", np.bincount(at, weights=elsewhere > 2, minlength=count) / size)
    out.add("topic_words", np.bincount(at, weights=elsewhere > 0, minlength=count))


def _tracked(out: _Columns, own: _Own, core: tuple[int, int]) -> None:
    """How far above and below the nearest short line about comments, other articles, … stands, and how many since."""
    begin = core[0]
    for kind in _TRACKED:
        flags = (own.kinds[kind] > 0) & (own.weight <= _HEADING_WEIGHT)
        out.add(f"since_{kind}", _since(flags))
        out.add(f"until_{kind}", _until(flags))
        seen = np.cumsum(flags)
        out.add(f"{kind}_since_block", seen - seen[begin])


def _neighbours(out: _Columns, own: _Own) -> None:
    named: tuple[tuple[str, npt.NDArray[np.generic]], ...] = (
        ("weight", own.weight), ("mass", own.mass), ("ended", own.ended), ("bullet", own.bullet),
        ("capitalised", own.capitalised), ("function", own.kinds["function"]),
    )  # fmt: skip
    for name, values in named:
        for step in (1, 2):
            pad = np.zeros(min(step, len(values)))
            out.add(f"{name}_above_{step}", np.concatenate((pad, values[:-step]))[: len(values)])
            out.add(f"{name}_below_{step}", np.concatenate((values[step:], pad))[: len(values)])
    log = np.log1p(own.weight)
    out.add("unlike_above", np.abs(log - np.concatenate((log[:1], log[:-1]))))
    out.add("unlike_below", np.abs(log - np.concatenate((log[1:], log[-1:]))))
