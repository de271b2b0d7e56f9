"""Boosted decision trees, read from a small data file and evaluated with numpy, or compiled.

The trees are trained elsewhere (``training/``, LightGBM); to run them, its library is not needed, nor the system's
OpenMP that it would bring in. With numpy all trees and all rows take each step down together, so the cost is the depth
of the deepest tree times a handful of array look-ups; compiled, no step is taken at all (:class:`Masks`).
"""

from __future__ import annotations

import functools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import numpy.typing as npt

from transforms.select.loops import NUMBERS

Matrix = npt.NDArray[np.float32]

_MOST_LEAVES = 32  # a bit each
_ALL_STAND = (1 << _MOST_LEAVES) - 1


@dataclass(frozen=True, slots=True)
class Trees:
    """``roots`` are node numbers; a node sends a row to ``left[n]`` where its feature is at most the threshold, else to
    the node behind that. A leaf is its own left, at a threshold that nothing passes; ``values`` are in log-odds.
    ``masks`` are the same trees for the compiled loop, None where there is none or a tree is too large for it."""

    features: tuple[str, ...]
    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    depth: int
    masks: Masks | None

    def probabilities(self, rows: Matrix) -> npt.NDArray[np.float64]:
        """The probability of each row of ``rows`` (n × features, best in Fortran order), between 0 and 1."""
        width = rows.shape[1]
        if width != len(self.features):
            raise ValueError(f"{width} features for trees that were trained on {len(self.features)}")
        columns = np.ascontiguousarray(rows.T)
        if NUMBERS is not None and (masks := self.masks) is not None:
            values = NUMBERS.leaf_values(
                masks.edges, masks.feature, masks.threshold, masks.to_the_right, masks.values, columns
            )
        else:
            values = self._values_of(columns)
        return 1.0 / (1.0 + np.exp(-values.sum(axis=0)))  # type: ignore[no-any-return]

    def part(self, first: int, end: int | None = None) -> Trees:
        """These trees from the ``first`` up to the one before ``end``, whose log-odds are summed alone."""
        few = slice(first, end)
        return replace(self, roots=self.roots[few], masks=self.masks and self.masks.part(few))

    def _values_of(self, columns: Matrix) -> npt.NDArray[np.float64]:
        """The value that each tree has for each row, trees × rows."""
        count = columns.shape[1]
        flat = columns.ravel()
        begins = self.feature * np.int32(count)
        row = np.arange(count, dtype=np.int32)
        at = self.left[self.roots, None] + (columns[self.feature[self.roots]] > self.threshold[self.roots, None])
        for _ in range(self.depth - 1):
            right = flat.take(begins.take(at) + row) > self.threshold.take(at)
            at = self.left.take(at) + right
        return self.values.take(at)


@dataclass(frozen=True, slots=True)
class Masks:
    """Trees as what their questions rule out, the way of ``compiled/numbers.pyx``.

    The nodes of tree t are ``edges[t]:edges[t + 1]``; ``to_the_right`` has a bit for each leaf, from the leftmost on,
    that is not left of the node. ``values`` are trees × 32.
    """

    edges: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    to_the_right: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float64]

    def part(self, few: slice) -> Masks:
        """Those of some of the trees."""
        begins, ends = self.edges[:-1][few], self.edges[1:][few]
        return replace(self, edges=np.concatenate((begins[:1], ends)), values=self.values[few])


_Tree = Mapping[str, Sequence[float]]


def from_document(document: Mapping[str, object]) -> Trees:
    """The trees of a model file: ``features``, and a list of ``trees`` with ``feature``, ``threshold``, ``left``,
    ``right`` (a node number, or -1 - leaf) and ``leaves``. Raises KeyError and TypeError on another document."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    values: list[float] = []
    trees: Sequence[_Tree] = document["trees"]  # type: ignore[assignment]
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
    features = tuple(map(str, document["features"]))  # type: ignore[call-overload]
    return Trees(
        features=features,
        roots=np.arange(len(trees), dtype=np.int32),
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float32),
        left=np.array(left, dtype=np.int32),
        values=np.array(values, dtype=np.float64),
        depth=depth,
        masks=_masks(trees, len(features)) if NUMBERS is not None else None,
    )


def _masks(trees: Sequence[_Tree], features: int) -> Masks | None:
    if any(len(tree["leaves"]) > _MOST_LEAVES or max(tree["feature"], default=0) >= features for tree in trees):
        return None
    values = np.zeros((len(trees), _MOST_LEAVES))
    masks: list[int] = []
    for row, tree in zip(values, trees, strict=True):
        ruled_out = [0] * len(tree["feature"])
        count = 0
        # Below each node the leaves to its left first, so that they are numbered from the leftmost on.
        pending = [0 if tree["feature"] else -1]
        while pending:
            node = pending.pop()
            if node < 0:
                row[count] = tree["leaves"][-1 - node]
                count += 1
            elif ruled_out[node] == 0:
                ruled_out[node] = -count - 1  # where its leaves begin, until those to its left are counted
                pending += (int(tree["right"][node]), node, int(tree["left"][node]))
            else:
                ruled_out[node] = (1 << count) - (1 << -ruled_out[node] - 1)
        masks += [_ALL_STAND - leaves for leaves in ruled_out]
    return Masks(
        edges=np.cumsum([0, *(len(tree["feature"]) for tree in trees)]).astype(np.int32),
        feature=np.array([int(number) for tree in trees for number in tree["feature"]], dtype=np.int32),
        threshold=np.array([number for tree in trees for number in tree["threshold"]], dtype=np.float32),
        to_the_right=np.array(masks, dtype=np.uint32),
        values=values,
    )


@functools.cache
def packaged(name: str) -> Trees:
    """The trees of the model file ``name`` (``page.json``, ``lines.json``) beside this module."""
    return from_document(json.loads(resources.files(__package__).joinpath(name).read_text(encoding="ascii")))
