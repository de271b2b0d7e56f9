"""Boosted decision trees, read from a small data file and evaluated with numpy.

The trees are trained elsewhere (``training/``, LightGBM); to run them, its library is not needed, nor the system's
OpenMP that it would bring in. All trees and all rows take each step down together, so the cost is the depth of the
deepest tree times a handful of array look-ups.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trees:
    """``roots`` are node numbers; a node sends a row to ``children[2 n]`` where its feature is at most the threshold,
    else to ``children[2 n + 1]``. A leaf is its own child on both sides; ``values`` are in log-odds."""

    features: tuple[str, ...]
    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    children: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    depth: int

    def probabilities(self, rows: Matrix) -> npt.NDArray[np.float64]:
        """The probability of each row of ``rows`` (n × features, C-contiguous), between 0 and 1."""
        count, width = rows.shape
        if width != len(self.features):
            raise ValueError(f"{width} features for trees that were trained on {len(self.features)}")
        flat = rows.ravel()
        at = np.repeat(self.roots[:, None], count, axis=1)
        begins = np.arange(count, dtype=np.int32) * np.int32(width)
        for _ in range(self.depth):
            right = flat.take(begins + self.feature.take(at)) > self.threshold.take(at)
            at = self.children.take(2 * at + right)
        return 1.0 / (1.0 + np.exp(-self.values.take(at).sum(axis=0)))  # type: ignore[no-any-return]


def from_document(document: Mapping[str, object]) -> Trees:
    """The trees of a model file: ``features``, and a list of ``trees`` with ``feature``, ``threshold``, ``left``,
    ``right`` (a node number, or -1 - leaf) and ``leaves``. Raises KeyError and TypeError on another document."""
    feature: list[int] = []
    threshold: list[float] = []
    children: list[int] = []
    values: list[float] = []
    roots: list[int] = []
    deepest = 0
    trees: Sequence[Mapping[str, Sequence[float]]] = document["trees"]  # type: ignore[assignment]
    for tree in trees:
        base = len(feature)
        inner, leaves = len(tree["feature"]), len(tree["leaves"])
        roots.append(base)

        def place(child: float, base: int = base, inner: int = inner) -> int:
            return base + (int(child) if child >= 0 else inner + int(-1 - child))

        for node in range(inner):
            feature.append(int(tree["feature"][node]))
            threshold.append(tree["threshold"][node])
            children += [place(tree["left"][node]), place(tree["right"][node])]
            values.append(0.0)
        for leaf in range(leaves):
            children += [len(feature)] * 2
            feature.append(0)
            threshold.append(np.inf)
            values.append(tree["leaves"][leaf])
        deepest = max(deepest, _depth(tree))
    return Trees(
        features=tuple(map(str, document["features"])),  # type: ignore[call-overload]
        roots=np.array(roots, dtype=np.int32),
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float32),
        children=np.array(children, dtype=np.int32),
        values=np.array(values, dtype=np.float64),
        depth=deepest,
    )


def _depth(tree: Mapping[str, Sequence[float]]) -> int:
    depths = [0] * len(tree["feature"])
    deepest = 1 if depths else 0
    for node in range(len(depths)):  # children come after their parents
        for child in (int(tree["left"][node]), int(tree["right"][node])):
            if child >= 0:
                depths[child] = depths[node] + 1
                deepest = max(deepest, depths[child] + 1)
    return deepest


@functools.cache
def packaged(name: str) -> Trees:
    """The trees of the model file ``name`` (``page.json``, ``lines.json``) beside this module."""
    return from_document(json.loads(resources.files(__package__).joinpath(name).read_text(encoding="ascii")))
