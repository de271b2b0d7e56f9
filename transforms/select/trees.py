"""Boosted decision trees, read from a small data file and evaluated with numpy, or compiled.

The trees are trained elsewhere (``training/``, LightGBM); to run them, its library is not needed, nor the system's
OpenMP that it would bring in. With numpy all trees and all rows take each step down together, so the cost is the depth
of the deepest tree times a handful of array look-ups; compiled, no step is taken at all.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import numpy.typing as npt

from transforms.select.loops import TREES

Matrix = npt.NDArray[np.float32]
_Integers = npt.NDArray[np.int32]
_Tree = Mapping[str, Sequence[float]]

_MOST_LEAVES = 32  # a bit each


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees that were trained on ``features``, in that order, and the way in which they are asked."""

    features: tuple[str, ...]
    way: Steps | Masks

    def probabilities(self, rows: Matrix) -> npt.NDArray[np.float64]:
        """The probability of each row of ``rows`` (n × features, best in Fortran order), between 0 and 1."""
        width = rows.shape[1]
        if width != len(self.features):
            raise ValueError(f"{width} features for trees that were trained on {len(self.features)}")
        log_odds = self.way.log_odds(np.ascontiguousarray(rows.T))
        return 1.0 / (1.0 + np.exp(-log_odds))

    def part(self, first: int, end: int | None = None) -> Trees:
        """These trees from the ``first`` up to the one before ``end``, whose log-odds are summed alone."""
        return replace(self, way=self.way.part(slice(first, end)))


@dataclass(frozen=True, slots=True)
class Steps:
    """Trees to go down. ``roots`` are node numbers; a node sends a row to ``left[n]`` where its feature is at most the
    threshold, else to the node behind that. A leaf is its own left, at a threshold that nothing passes; ``values`` are
    in log-odds."""

    roots: _Integers
    feature: _Integers
    threshold: npt.NDArray[np.float32]
    left: _Integers
    values: npt.NDArray[np.float64]
    depth: int

    def log_odds(self, columns: Matrix) -> npt.NDArray[np.float64]:
        """The sum of the trees' values for each row; ``columns`` are features × rows."""
        count = columns.shape[1]
        flat = columns.ravel()
        begins = self.feature * np.int32(count)
        row = np.arange(count, dtype=np.int32)
        at = self.left[self.roots, None] + (columns[self.feature[self.roots]] > self.threshold[self.roots, None])
        for _ in range(self.depth - 1):
            right = flat.take(begins.take(at) + row) > self.threshold.take(at)
            at = self.left.take(at) + right
        found = np.zeros(count)
        for values in self.values.take(at):  # in their order, which numpy's own sum leaves where there is one row
            found += values
        return found

    def part(self, few: slice) -> Steps:
        """Some of the trees."""
        return replace(self, roots=self.roots[few])


@dataclass(frozen=True, slots=True)
class Masks:
    """Trees as what their questions rule out, for the compiled loop.

    The nodes of tree t are ``edges[t]:edges[t + 1]``; ``to_the_right`` has a bit for each leaf, from the leftmost on,
    that is not left of the node. ``values`` are trees × 32, in log-odds.
    """

    edges: _Integers
    feature: _Integers
    threshold: npt.NDArray[np.float32]
    to_the_right: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float64]

    def log_odds(self, columns: Matrix) -> npt.NDArray[np.float64]:
        """As of :class:`Steps`."""
        if TREES is None:
            raise RuntimeError("trees as masks are asked by a compiled loop, and there is none")
        found: npt.NDArray[np.float64] = TREES.log_odds(
            self.edges, self.feature, self.threshold, self.to_the_right, self.values, columns
        )
        return found

    def part(self, few: slice) -> Masks:
        """Some of the trees."""
        begins, ends = self.edges[:-1][few], self.edges[1:][few]
        return replace(self, edges=np.concatenate((begins[:1], ends)), values=self.values[few])


def from_document(document: Mapping[str, object]) -> Trees:
    """The trees of a model file: ``features``, and a list of ``trees`` with ``feature``, ``threshold``, ``left``,
    ``right`` (a node number, or -1 - leaf) and ``leaves``. Raises KeyError and TypeError on another document."""
    trees: Sequence[_Tree] = document["trees"]  # type: ignore[assignment]
    features = tuple(map(str, document["features"]))  # type: ignore[call-overload]
    is_masked = TREES is not None and all(
        len(tree["leaves"]) <= _MOST_LEAVES and max(tree["feature"], default=0) < len(features) for tree in trees
    )
    return Trees(features, _masks(trees) if is_masked else _steps(trees))


def _steps(trees: Sequence[_Tree]) -> Steps:
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    values: list[float] = []
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
    return Steps(
        roots=np.arange(len(trees), dtype=np.int32),
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float32),
        left=np.array(left, dtype=np.int32),
        values=np.array(values, dtype=np.float64),
        depth=depth,
    )


def _masks(trees: Sequence[_Tree]) -> Masks:
    def joined(name: str, kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return np.array(list(itertools.chain.from_iterable(tree[name] for tree in trees)), dtype=kind)

    def edges(name: str) -> _Integers:
        return np.array([0, *itertools.accumulate(len(tree[name]) for tree in trees)], dtype=np.int32)

    nodes = edges("feature")
    to_the_right, values = TREES.masks(  # type: ignore[union-attr]
        nodes, joined("left", np.int32), joined("right", np.int32), edges("leaves"), joined("leaves", np.float64)
    )
    return Masks(nodes, joined("feature", np.int32), joined("threshold", np.float32), to_the_right, values)  # type: ignore[arg-type]


@functools.cache
def packaged(name: str) -> Trees:
    """The trees of the model file ``name`` (``page.json``, ``lines.json``) beside this module."""
    return from_document(json.loads(resources.files(__package__).joinpath(name).read_text(encoding="ascii")))
