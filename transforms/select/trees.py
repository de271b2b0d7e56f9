"""Boosted decision trees, read from a small data file and evaluated with numpy.

The trees are trained elsewhere (``training/``, LightGBM); to run them, its library is not needed, nor the system's
OpenMP that it would bring in. All trees and all rows take each step down together, so the cost is the depth of the
deepest tree times a handful of array look-ups.
"""

from __future__ import annotations

import functools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trees:
    """``roots`` are node numbers; a node sends a row to ``left[n]`` where its feature is at most the threshold, else to
    the node behind that. A leaf is its own left, at a threshold that nothing passes; ``values`` are in log-odds."""

    features: tuple[str, ...]
    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    depth: int

    def probabilities(self, rows: Matrix) -> npt.NDArray[np.float64]:
        """The probability of each row of ``rows`` (n × features, best in Fortran order), between 0 and 1."""
        count, width = rows.shape
        if width != len(self.features):
            raise ValueError(f"{width} features for trees that were trained on {len(self.features)}")
        columns = np.ascontiguousarray(rows.T)
        flat = columns.ravel()
        begins = self.feature * np.int32(count)
        row = np.arange(count, dtype=np.int32)
        at = self.left[self.roots, None] + (columns[self.feature[self.roots]] > self.threshold[self.roots, None])
        for _ in range(self.depth - 1):
            right = flat.take(begins.take(at) + row) > self.threshold.take(at)
            at = self.left.take(at) + right
        return 1.0 / (1.0 + np.exp(-self.values.take(at).sum(axis=0)))  # type: ignore[no-any-return]


def from_document(document: Mapping[str, object]) -> Trees:
    """The trees of a model file: ``features``, and a list of ``trees`` with ``feature``, ``threshold``, ``left``,
    ``right`` (a node number, or -1 - leaf) and ``leaves``. Raises KeyError and TypeError on another document."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    values: list[float] = []
    trees: Sequence[Mapping[str, Sequence[float]]] = document["trees"]  # type: ignore[assignment]
    pending = deque((tree, 0 if tree["feature"] else -1, 0) for tree in trees)
    depth = 0
    while pending:
        tree, node, above = pending.popleft()
        own = len(feature)
        if node < 0:
            feature.append(0)
            threshold.append(np.inf)
            left.append(own)
            values.append(tree["leaves"][-1 - node])
            continue
        feature.append(int(tree["feature"][node]))
        threshold.append(tree["threshold"][node])
        left.append(own + 1 + len(pending))
        values.append(0.0)
        depth = max(depth, above + 1)
        pending.extend(((tree, int(tree["left"][node]), above + 1), (tree, int(tree["right"][node]), above + 1)))
    return Trees(
        features=tuple(map(str, document["features"])),  # type: ignore[call-overload]
        roots=np.arange(len(trees), dtype=np.int32),
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float32),
        left=np.array(left, dtype=np.int32),
        values=np.array(values, dtype=np.float64),
        depth=depth,
    )


@functools.cache
def packaged(name: str) -> Trees:
    """The trees of the model file ``name`` (``page.json``, ``lines.json``) beside this module."""
    return from_document(json.loads(resources.files(__package__).joinpath(name).read_text(encoding="ascii")))
