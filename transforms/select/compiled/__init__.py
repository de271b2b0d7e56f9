"""The loops that much of a page's time goes into, compiled where the set-up finds a C compiler.

They do what ``page_walk.py``, ``trees.py``, ``characters.py``, ``page_features.py`` and ``loops.py`` do in Python, and
tests hold both to the same results. Nothing is read beyond what was given: a place in a text is compared with its
length, lookups in arrays are checked, and the two places with bare pointers stay within lengths taken just before.
"""

from __future__ import annotations

import importlib
import zlib
from pathlib import Path
from types import ModuleType


def compiled(name: str) -> ModuleType | None:
    """A module of this folder, None where it was not compiled, or from another source: set-up makes it anew."""
    try:
        module = importlib.import_module(f"{__name__}.{name}")
        source = Path(str(module.__file__)).with_name(f"{name}.pyx")
        is_current = not source.exists() or zlib.crc32(source.read_bytes()) == module.SOURCE
    except Exception:  # of another source it may fail in any way where that meets what it imports
        return None
    return module if is_current else None
