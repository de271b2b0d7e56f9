"""A process without what its libraries take where it is installed, and nothing here needs.

pyarrow imports pandas to ask of what it is given whether that is a series (0.2 s and 38 MB), and cloudpickle to pickle
functions (0.005 s). Where neither is used, they are better not found.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_UNNEEDED = frozenset({"pandas", "cloudpickle"})


class _NotFound:
    """Says that they are not installed. A None in pandas' place would not do: pyarrow takes that for the module."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the interface of importlib
        target: ModuleType | None = None,  # noqa: ARG002 - the same
    ) -> ModuleSpec | None:
        """Raise ModuleNotFoundError for what is not needed; know nothing of any other module."""
        if fullname in _UNNEEDED:
            raise ModuleNotFoundError(f"no {fullname} here: nothing that is read or written needs it", name=fullname)
        return None


def find_no_unneeded() -> None:
    """Have this process find none of it from now on."""
    sys.meta_path.insert(0, _NotFound())
