"""Public suffixes: under which names of hosts the public registers domains (publicsuffix.org/list).

The list is read from the wheel of ``tld``, which the field keeps up to date, and asked here: that library takes 0.06 s
to import what it downloads the list with and to build a tree of it, where a set of its lines takes 0.005 s.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path


def suffix_labels(host: str) -> int | None:
    """Of how many labels the public suffix of ``host`` (lower case, no trailing dot) is, by its longest rule; None
    where no rule matches, which the list's own default rule counts as one label."""
    labels = host.split(".")
    rules = _rules()
    for at in range(len(labels)):
        name = ".".join(labels[at:])
        if f"!{name}" in rules:
            return len(labels) - at - 1
        if name in rules or ".".join(("*", *labels[at + 1 :])) in rules:
            return len(labels) - at
    return None


@functools.cache
def _rules() -> frozenset[str]:
    """The rules of registries, and of others who lend names.

    Raises FileNotFoundError where the installed tld brings no list.
    """
    wheel = find_spec("tld")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("tld is not installed; install newslake again")
    path = Path(wheel.origin).with_name("res") / "effective_tld_names.dat.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    # A name in another script stands in the list as it is read; its form in ASCII is the comment before it.
    encoded = [line.split()[1] for line in lines if line[:5] == "// xn"]
    return frozenset([line for line in lines if line[:2] != "//"] + encoded) - {""}
