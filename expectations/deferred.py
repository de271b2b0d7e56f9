"""Modules that another library imports and this process hardly ever needs: executed when they are first touched.

Great Expectations imports the statistics of scipy for one expectation and altair for its drawings: 700 modules, a
third of its import, and 75 MB for as long as the process lives (measured with version 1.24).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType


class _Deferring(MetaPathFinder):
    """Finds the named modules as any import does, and gives them the loader of the standard library that waits."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec where it is one of the named, else None, so that the next finder is asked."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self._names else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """What of ``names`` is imported within is executed when one of its attributes is asked for; what is imported
    already stays as it is."""
    finder = _Deferring(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
