"""The loops that much of a page's time goes into, compiled where the set-up finds a C compiler.

They do what ``page_walk.py``, ``trees.py``, ``characters.py`` and ``loops.py`` do in Python, and tests hold both to the
same results. Nothing is read beyond what was given: a place in a text is compared with its length, and lookups in
arrays are checked.
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
    except ImportError:
        return None
    source = Path(str(module.__file__)).with_name(f"{name}.pyx")
    if source.exists() and zlib.crc32(source.read_bytes()) != module.SOURCE:
        return None
    return module
