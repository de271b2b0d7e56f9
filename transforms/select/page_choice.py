"""The blocks of a page that are its article, and how sure that is.

A block is chosen where its probability is above one half and its words do not stand in the chosen blocks already. The
confidence is the F1 that the probabilities themselves expect of the choice, weighted by length: 2 Σ p·l over the
chosen, divided by Σ l over the chosen plus Σ p·l over all. On pages with known bodies an expectation below .8 went with
a mean F1 of .61, .8–.9 with .71, .9–.94 with .88, above .97 with .976 (measured by cross-validation over sites).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from transforms.compiled import compiled_in
from transforms.select.page_blocks import PageBlocks
from transforms.select.page_features import page_features
from transforms.select.page_group import Context, page_group
from transforms.select.trees import Trees, packaged

MODEL = "page.json"
_LIKELY = 0.5
_AT_LEAST = 0.2  # where no block is likely: what is taken rather than nothing
# Characters of a block that is asked whether it was said already. Of shorter ones that recur, a third were the text's
# own: the same question put to everybody. F1 out of site is a little better so (.9509 to .9504 on the largest set).
_LEAST_LENGTH = 120
_PROBE = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """Of n blocks: the probability of each, whether it is chosen, whether it was left out as said already. ``cuts`` are
    the rules by which blocks that were likely went all the same."""

    probability: npt.NDArray[np.float64]
    chosen: npt.NDArray[np.bool_]
    repeated: npt.NDArray[np.bool_]
    confidence: float
    cuts: dict[int, str] = field(default_factory=dict)


def choose(pages: Sequence[PageBlocks], contexts: Sequence[Context], trees: Trees | None = None) -> list[Choice]:
    """The choice among the blocks of each of ``pages``, none of which is without, with what they declare; by the
    packaged trees, or by ``trees`` that have not seen the pages' sites, where the choice is to be measured."""
    if not pages:
        return []
    group = page_group(pages, contexts)
    _, rows = page_features(group)
    # Page by page: what is under way stays in the processor's cache.
    probability = (trees or packaged(MODEL)).probabilities
    return [
        choice(page.texts, probability(rows[begin:end]))
        for page, (begin, end) in zip(pages, group.stretches(), strict=True)
    ]


def choice(texts: list[str], probability: npt.NDArray[np.float64]) -> Choice:
    """The choice by given probabilities."""
    chosen = probability > _LIKELY
    if not chosen.any():
        chosen = probability > _AT_LEAST
    repeated = np.zeros(len(texts), dtype=bool)
    repeated[said_again(texts, np.flatnonzero(chosen).tolist(), _LEAST_LENGTH, _PROBE)] = True
    chosen = chosen & ~repeated
    length = np.array(list(map(len, texts)), dtype=np.float64)
    return Choice(probability, chosen, repeated, expected_f1(probability, length, chosen))


@compiled_in("lines")
def said_again(texts: list[str], places: list[int], least: int, piece: int) -> list[int]:
    """Those of ``places`` whose text, ``least`` characters or longer, stands in the texts of the places before it: five
    pieces of it do, evenly spread and of ``piece`` characters each, that stand for the whole."""
    found = []
    said = ""
    for place in places:
        text = texts[place]
        last = len(text) - piece
        starts = (last, 0, last // 2, last // 4, 3 * last // 4)
        if len(text) >= least and all(text[start : start + piece] in said for start in starts):
            found.append(place)
        said += f"{text}\n"
    return found


def expected_f1(
    probability: npt.NDArray[np.float64], length: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]
) -> float:
    """The F1 that ``probability`` expects of ``chosen``, by ``length``: 0 to 1."""
    kept = length * chosen
    both = float(kept.sum() + (probability * length).sum())
    return 2 * float((probability * kept).sum()) / both if both else 0.0
