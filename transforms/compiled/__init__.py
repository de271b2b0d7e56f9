"""The loops that much of a reading's time goes into, compiled where the set-up finds a C compiler.

``walk``, ``trees`` and ``features`` do what ``page_walk.py``, ``trees.py``, ``characters.py``, ``page_features.py``,
``page_near.py`` and ``loops.py`` of ``transforms/select`` do in Python, ``lines`` what the functions do that say
:func:`compiled_in`; tests hold both to the same results. Nothing is read beyond what was given: a place in a text is
compared with its length, lookups in numpy's arrays are checked, those in tables of a fixed size go by as many bits as
they have places, and the places with bare pointers stay within lengths taken just before. Texts are plain strings,
which all are here, and places in them are not negative.
"""

from __future__ import annotations

import functools
import importlib
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])

MODULES = ("features", "lines", "trees", "walk")
"""What is compiled, all of it or nothing."""

IN_PYTHON: dict[str, Callable[..., Any]] = {}
"""The functions in whose place there may be compiled ones, by module of this folder and name: ``lines.fold``."""


def compiled(name: str) -> ModuleType | None:
    """A module of this folder, None where it was not compiled, or from another source: set-up makes it anew."""
    try:
        module = importlib.import_module(f"{__name__}.{name}")
        source = Path(str(module.__file__)).with_name(f"{name}.pyx")
        is_current = not source.exists() or zlib.crc32(source.read_bytes()) == module.SOURCE
    except Exception:  # of another source it may fail in any way where that meets what it imports
        return None
    return module if is_current else None


_known = functools.cache(compiled)


def compiled_in(name: str) -> Callable[[_Function], _Function]:
    """Put a compiled module's function in the place of the one in Python of that name, where there is the module."""
    module = _known(name)

    def chosen(function: _Function) -> _Function:
        IN_PYTHON[f"{name}.{function.__name__}"] = function
        return function if module is None else cast("_Function", getattr(module, function.__name__))

    return chosen


def loops() -> str:
    """Whether readings have what is compiled: ``compiled``, or ``in Python`` where any of it is missing or stale."""
    return "in Python" if None in map(compiled, MODULES) else "compiled"
