"""The loops that much of a page's time goes into: compiled, where the set-up found a C compiler, else in Python."""

from __future__ import annotations

import numpy as np

from transforms.compiled import compiled
from transforms.select import page_walk
from transforms.select.page_walk import Walked

WALK = compiled("walk")
TREES = compiled("trees")
FEATURES = compiled("features")


def walk(markup: str) -> Walked:
    """The lines and elements of a page's serialisation."""
    return page_walk.walk(markup) if WALK is None else Walked(*WALK.walk(markup))


def deepest(markup: str) -> int:
    """How deep elements of ``markup`` may nest at the most: by tags that open above those that close, whatever they
    are named."""
    if WALK is not None:
        found: int = WALK.deepest(markup)
        return found
    signs = np.frombuffer(f"{markup}>".encode("utf-8", "surrogatepass"), dtype=np.uint8)
    tags = np.flatnonzero(signs == ord("<"))
    balance = np.cumsum(np.where(signs[tags + 1] == ord("/"), -1, 1))
    lowest = np.minimum(np.minimum.accumulate(balance), 0)  # what closes more than was open leaves nothing open
    return int((balance - lowest).max(initial=0))
