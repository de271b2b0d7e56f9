"""The lines of a whole-page text that are its article, and how sure that is.

A page saved as text brings its menus, buttons and footers along: dozens of short lines without an end mark, some of
which say nothing but "Home", "Log in" or "Cookie settings" in some language. An article of short lines (a list of
results, a poem, a recipe) has no such words. Only where a text looks like a whole page are its lines chosen at all; in
other texts a wrong choice would cost real text and a right one gains nothing.

Measured on 858 public pages in two forms of text, and on their bare articles: of the pages' texts 97 in 100 are told
as such, of the articles 1 in 100 (lists of products, mostly).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.select.characters import Floats
from transforms.select.line_counts import Flags, Rows, rows_of
from transforms.select.line_features import line_features
from transforms.select.page_choice import Choice, choice
from transforms.select.rejoin import line_words
from transforms.select.trees import Matrix, Trees, packaged
from transforms.strip.line import SHORT, Line
from transforms.strip.rules import Rulebook

MODEL = "lines.json"

_SHORT = 60  # weight of a menu's entry or a button
_MENU = 8  # lines in a row without an end mark that a menu has; a list of teasers or labels in an article has fewer
_WORD = re.compile(r"\w+")
_STATE_NOTHING = ("function", "byline", "picture", "person")  # kinds whose words sentences and credits are made of
_FEWEST_SHORT = 10
_LEAST_SHARE = 0.2  # of short lines
_LIKELY = 0.5
_DOUBTFUL = 0.3
_FIRST_TREES = 40
_OUT_OF_QUESTION = 0.08  # probability by the first trees below which the others are not asked
_EDGE = 12  # lines at the beginning or end of a page, of which a menu or footer makes up most
_MOST_OF_EDGE = 7


@dataclass(frozen=True, slots=True)
class LineChoice:
    """The rows that were judged, what was chosen of them, and how far each is a headline.

    ``echoed`` is the share of a row's content words that the sentences in the rows behind it take up, ``echoes`` how
    often they do; ``echoed_anywhere`` is that share of the first row, which many scrapers fill with the declared
    title, in all chosen rows.
    """

    rows: Rows
    choice: Choice
    echoed: Floats
    echoes: Floats
    echoed_anywhere: float


def is_whole_page(lines: Sequence[Line]) -> bool:
    """Whether a text looks like all of a page: article, menus, buttons and footer."""
    if not _has_run(lines):
        return False
    short = [_is_short(line) for line in lines]
    if sum(short) < max(_FEWEST_SHORT, _LEAST_SHARE * len(lines)):
        return False
    if max(sum(short[:_EDGE]), sum(short[-_EDGE:])) < _MOST_OF_EDGE:
        return False
    return _has_entry(lines)


def shows_menu(lines: Sequence[Line]) -> bool:
    """Whether a menu is left in lines of such a text: as many short ones in a row, or one that is an entry of menus."""
    return _has_run(lines) or _has_entry(lines)


def _is_short(line: Line) -> bool:
    return line.form is SHORT and line.weight <= _SHORT


def _has_entry(lines: Sequence[Line]) -> bool:
    return any(_is_short(line) and _is_menu_entry(line.text) for line in lines)


def _has_run(lines: Sequence[Line]) -> bool:
    run = 0
    for line in lines:
        run = run + 1 if _is_short(line) else 0
        if run >= _MENU:
            return True
    return False


@functools.cache
def _menu_words() -> tuple[frozenset[str], frozenset[str]]:
    kinds = line_words()
    menu = frozenset().union(*(words for kind, words in kinds.items() if kind not in _STATE_NOTHING))
    return menu, kinds["function"] | kinds["byline"]


def _is_menu_entry(text: str) -> bool:
    """Whether every word of the line is one of menus, buttons and footers, or a small word between such."""
    menu, small = _menu_words()
    words = _WORD.findall(text.lower())
    if words[:1] == ["o"]:  # a layout-aware scraper's mark for an entry of an inner list
        words = words[1:]
    telling = sum(word in menu for word in words)
    return telling > 0 and all(word in menu or word in small for word in words)


def probabilities(trees: Trees, matrix: Matrix) -> Floats:
    """The probabilities of the rows. Half of a page's rows are told to be none of the article by the first trees; they
    keep what those say, and no other decision is changed by it (on the measured pages: none of 28,000)."""
    first, rest = trees.part(0, _FIRST_TREES), trees.part(_FIRST_TREES)
    found = first.probabilities(matrix)
    left = np.flatnonzero(found >= _OUT_OF_QUESTION)
    further = rest.probabilities(np.ascontiguousarray(matrix[left]))
    odds = found[left] / (1 - found[left]) * further / (1 - further)
    found[left] = odds / (1 + odds)
    return found


def completed(probability: Floats, sentence: Flags) -> Floats:
    """The probabilities of rows, those of doubtful rows raised to just above one half where the article stands beside
    them: of a sentence on either side, of any other row on both. To lose real text is the worse error."""
    likely = probability > _LIKELY
    above = np.concatenate(([False], likely[:-1]))
    below = np.concatenate((likely[1:], [False]))
    beside = (above & below) | (sentence & (above | below))
    return np.where(beside & (probability > _DOUBTFUL), np.maximum(probability, _LIKELY + 0.01), probability)


def choose_lines(lines: Sequence[Line], book: Rulebook, trees: Trees | None = None) -> LineChoice:
    """The choice among the lines, at least one, of a whole page's text.

    By the packaged trees, or by ``trees`` that have not seen the page's site, where the choice is to be measured.
    """
    rows = rows_of(lines)
    names, matrix = line_features(rows, book)
    texts = [line.text for line in rows.lines]
    sentence = matrix[:, names.index("mass")] > 0
    found = choice(texts, completed(probabilities(trees or packaged(MODEL), matrix), sentence))
    small = line_words()["function"]
    said = set(_WORD.findall("\n".join(itertools.compress(texts, found.chosen)).lower()))
    first = {word for word in _WORD.findall(texts[0].lower()) if word not in small}
    echoed, echoes = (matrix[:, names.index(name)].astype(np.float64) for name in ("echoed", "echoes"))
    return LineChoice(rows, found, echoed, echoes, len(first & said) / max(len(first), 1))
