"""The loops that much of a page's time goes into: compiled, where the set-up found a C compiler, else in Python.

What ``compiled.pyx`` was made into is left alone where its source has changed since;
``make environment`` makes it anew.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import numpy as np

from transforms.select import page_walk
from transforms.select.page_walk import Walked


def find_compiled() -> ModuleType | None:
    """The compiled module, None where there is none of its present source."""
    try:
        from transforms.select import compiled
    except ImportError:
        return None
    source = Path(compiled.__file__).with_name("compiled.pyx")
    if source.exists() and hashlib.blake2b(source.read_bytes(), digest_size=16).hexdigest() != compiled.SOURCE:
        return None
    return compiled


COMPILED = find_compiled()


def walk(markup: str) -> Walked:
    """The lines and elements of a page's serialisation."""
    if COMPILED is None:
        return page_walk.walk(markup)
    return Walked(*COMPILED.walk(markup))


def deepest(markup: str) -> int:
    """How deep elements of ``markup`` may nest at the most: by tags that open above those that close, whatever they
    are named."""
    if COMPILED is not None:
        found: int = COMPILED.deepest(markup)
        return found
    signs = np.frombuffer(f"{markup}>".encode("utf-8", "surrogatepass"), dtype=np.uint8)
    tags = np.flatnonzero(signs == ord("<"))
    balance = np.cumsum(np.where(signs[tags + 1] == ord("/"), -1, 1))
    lowest = np.minimum(np.minimum.accumulate(balance), 0)  # what closes more than was open leaves nothing open
    return int((balance - lowest).max(initial=0))
