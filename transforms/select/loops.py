"""The loops that much of a page's time goes into: compiled, where the set-up found a C compiler, else in Python."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from transforms.compiled import compiled
from transforms.select import page_walk
from transforms.select.page_walk import Walked

WALK = compiled("walk")
TREES = compiled("trees")
FEATURES = compiled("features")

_TEMPLATE = re.compile("<template", re.IGNORECASE | re.ASCII)


def walk(markup: str) -> Walked:
    """The lines and elements of a page's serialisation."""
    return page_walk.walk(markup) if WALK is None else Walked(*WALK.walk(markup))


class Outline(NamedTuple):
    """How deep the elements of a page may nest at the most: by tags that open above those that close, whatever they are
    named; and whether there is a template among them."""

    deepest: int
    has_template: bool


def outline(markup: str) -> Outline:
    """What the tags of ``markup`` tell before anything is parsed."""
    if WALK is not None:
        return Outline(*WALK.outline(markup))
    signs = np.frombuffer(f"{markup}>".encode("utf-8", "surrogatepass"), dtype=np.uint8)
    tags = np.flatnonzero(signs == ord("<"))
    balance = np.cumsum(np.where(signs[tags + 1] == ord("/"), -1, 1))
    lowest = np.minimum(np.minimum.accumulate(balance), 0)  # what closes more than was open leaves nothing open
    return Outline(int((balance - lowest).max(initial=0)), _TEMPLATE.search(markup) is not None)
