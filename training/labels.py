"""What is article text on a page with a known body: labels and weights of its blocks or lines.

A block is the article's where at least half of its words are covered by runs of four that occur in the gold body. Its
weight is its number of words to the power of .6, a block of few words no less than a quarter of the mean; the blocks
of a page weigh 100 together, so that long pages do not teach more than short ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")
_RUN = 4


@dataclass(frozen=True, slots=True)
class Labels:
    """Of n blocks: whether each is the article's, and what it weighs in training."""

    article: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]


def labels(texts: Sequence[str], gold: str) -> Labels:
    """The labels of ``texts``, the blocks of one page in order, by its gold body."""
    words: list[str] = []
    of: list[int] = []
    for index, text in enumerate(texts):
        found = _WORD.findall(text.replace("\xad", ""))
        words += found
        of += [index] * len(found)
    runs = set(_runs(_WORD.findall(gold.replace("\xad", ""))))
    covered = np.zeros(len(words) + _RUN, dtype=bool)
    for place, run in enumerate(_runs(words)):
        if run in runs:
            covered[place : place + _RUN] = True
    blocks = np.array(of, dtype=np.int64)
    count = np.bincount(blocks, minlength=len(texts))
    hits = np.bincount(blocks, weights=covered[: len(words)], minlength=len(texts))
    weight = np.maximum(count, 1) ** 0.6
    weight = np.maximum(weight, 0.25 * weight.mean())
    return Labels((count > 0) & (hits >= 0.5 * count), 100 * weight / weight.sum())


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(_RUN)), strict=False))
