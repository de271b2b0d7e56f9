"""Which of a page's chosen blocks are items of lists and cells of tables, and which tables only lay the page out.

A row is written on one line, ``| Region | 2024 | 2025``, the blocks of a cell together and an empty cell in its place.
Tables that lay out a page hold the article's paragraphs in their cells: what stands in those stays paragraphs.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from transforms.select.page_blocks import Ints, PageBlocks
from transforms.select.vocabulary import TAGS

_REACH = 3  # elements up to a block's list item
_REACH_OF_ROWS = 5  # elements up to its table row
_LONGEST_CELL = 300  # characters of a cell; more are paragraphs
_LONGEST_LINE = 120  # characters of one of several blocks in a cell; where one is longer they are paragraphs
_LONGEST_ITEM = 40  # the same of items: arguments for and against, not sizes
_LABEL = 80  # characters of what may stand alone in a row: a group's name, a total


@dataclass(frozen=True, slots=True)
class Layout:
    """Of each block: whether it begins an item of a list, and the line of the table row that it begins.

    The line is None for a block outside rows, and empty for one that an earlier block's line holds.
    """

    items: list[bool]
    rows: list[str | None]


@dataclass(frozen=True, slots=True)
class _Cell:
    """The places of a cell's blocks, their texts, and whether those are items of a list."""

    places: list[int]
    texts: list[str]
    listed: list[bool]

    @property
    def text(self) -> str:
        """The texts on one line."""
        pairs = itertools.pairwise(self.listed)
        joints = ["; " if before and item else " " for before, item in pairs]
        return "".join(itertools.chain(*zip(self.texts, [*joints, ""], strict=True)))

    @property
    def is_prose(self) -> bool:
        """Whether they are paragraphs, or a list to be read as one."""
        longest = max(map(len, self.texts))
        if sum(map(len, self.texts)) > _LONGEST_CELL:
            return True
        return len(self.texts) > 1 and longest > (_LONGEST_ITEM if any(self.listed) else _LONGEST_LINE)


def layout(blocks: PageBlocks, indexes: Ints) -> Layout:
    """The layout of the blocks at ``indexes``, in document order."""
    items, rows, cells = _items_and_cells(blocks, indexes)
    lines: list[str | None] = [None] * len(indexes)
    if max(rows, default=-1) >= 0:
        texts = [blocks.texts[index] for index in indexes.tolist()]
        held: dict[int, dict[int, _Cell]] = defaultdict(dict)
        for place, (row, cell) in enumerate(zip(rows, cells, strict=True)):
            if row >= 0:
                filled = held[row].setdefault(cell, _Cell([], [], []))
                filled.places.append(place)
                filled.texts.append(texts[place])
                filled.listed.append(items[place])
        for row, order in _full_rows(blocks, held).items():
            for filled in held[row].values():
                for place in filled.places:
                    lines[place] = ""
            lines[min(filled.places[0] for filled in held[row].values())] = _line(order, held[row])
    return Layout(items, lines)


def _items_and_cells(blocks: PageBlocks, indexes: Ints) -> tuple[list[bool], list[int], list[int]]:
    """Of each block: whether it begins an item; the elements of the row and of the cell that it stands in, or -1."""
    at = blocks.element[indexes]
    items = np.zeros(len(at), dtype=bool)
    rows = np.full(len(at), -1)
    cells = np.full(len(at), -1)
    in_item = np.zeros(len(at), dtype=bool)
    has_rows = (blocks.tag == TAGS["tr"]).any()  # as few pages have
    for step in range(_REACH_OF_ROWS if has_rows else _REACH):
        tag = blocks.tag[at]
        outside = rows < 0
        if step < _REACH:
            is_item = outside & ~in_item & (tag == TAGS["li"])
            items |= is_item & (blocks.first[at] == indexes)
            in_item |= is_item
        cells = np.where(outside & ((tag == TAGS["td"]) | (tag == TAGS["th"])), at, cells)
        rows = np.where(outside & (tag == TAGS["tr"]), at, rows)
        at = blocks.parent[at]
    rows[cells < 0] = -1
    return items.tolist(), rows.tolist(), cells.tolist()


def _full_rows(blocks: PageBlocks, held: dict[int, dict[int, _Cell]]) -> dict[int, list[int]]:
    """Those of the rows that are written on one line, with their cells, empty ones too.

    One with a single filled cell is such a line only where it stands among others and has further cells.
    """
    cells: dict[int, list[int]] = {row: [] for row in held}
    is_cell = (blocks.tag == TAGS["td"]) | (blocks.tag == TAGS["th"])
    for cell, row in zip(np.flatnonzero(is_cell).tolist(), blocks.parent[is_cell].tolist(), strict=True):
        if row in cells:
            cells[row].append(cell)
    short = {row: filled for row, filled in held.items() if not any(cell.is_prose for cell in filled.values())}
    full = {row for row, filled in short.items() if len(filled) > 1}
    tables = {int(blocks.parent[row]) for row in full}
    for row, filled in short.items():
        if len(cells[row]) > 1 and int(blocks.parent[row]) in tables:
            full |= {row} if all(len(cell.text) <= _LABEL for cell in filled.values()) else set()
    return {row: cells[row] for row in full}


def _line(order: list[int], filled: dict[int, _Cell]) -> str:
    texts = [filled[cell].text if cell in filled else "" for cell in order]
    while not texts[-1]:
        texts.pop()
    return "|" + " |".join(f" {text}" if text else "" for text in texts)
