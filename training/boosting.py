"""Boosted trees with LightGBM, seeded so that the same rows give the same file.

LightGBM is a dependency of development only. It needs the system's libgomp; a run of newslake needs neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the model is and how fast it learns."""

    trees: int = 120
    learning_rate: float = 0.13
    leaves: int = 31
    depth: int = 10
    smallest_leaf: int = 40
    seed: int = 1


def _booster(
    rows: Matrix, labels: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64], shape: Shape
) -> lightgbm.Booster:
    settings = {
        "objective": "binary",
        "learning_rate": shape.learning_rate,
        "num_leaves": shape.leaves,
        "max_depth": shape.depth,
        "feature_fraction": 0.35,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "min_data_in_leaf": shape.smallest_leaf,
        "lambda_l2": 3,
        "max_bin": 63,
        "seed": shape.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(rows, labels, weight=weights), shape.trees)


def document(
    rows: Matrix,
    labels: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
    names: Sequence[str],
    shape: Shape,
) -> dict[str, object]:
    """The model as a document that ``transforms.select.trees.from_document`` reads."""
    dump = _booster(rows, labels, weights, shape).dump_model()
    return {"features": list(names), "trees": [_tree(info["tree_structure"]) for info in dump["tree_info"]]}


def _tree(root: dict[str, object]) -> dict[str, list[float]]:
    """One tree in arrays, parents before their children; thresholds as the shortest float32, leaves to 5 places."""
    tree: dict[str, list[float]] = {"feature": [], "threshold": [], "left": [], "right": [], "leaves": []}

    def place(node: dict[str, object]) -> int:
        if "split_index" not in node:
            tree["leaves"].append(round(float(node["leaf_value"]), 5))  # type: ignore[arg-type]
            return -len(tree["leaves"])
        index = len(tree["feature"])
        tree["feature"].append(int(node["split_feature"]))  # type: ignore[call-overload]
        tree["threshold"].append(float(str(np.float32(node["threshold"]))))  # type: ignore[arg-type]
        tree["left"].append(0)
        tree["right"].append(0)
        tree["left"][index] = place(node["left_child"])  # type: ignore[arg-type]
        tree["right"][index] = place(node["right_child"])  # type: ignore[arg-type]
        return index

    place(root)
    return tree


def written(model: dict[str, object]) -> str:
    """The document as the text of its file: one line a tree, so that a change can be read."""
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])  # type: ignore[attr-defined]
    return f'{{"features":{json.dumps(model["features"])},\n"trees":[\n{trees}\n]}}\n'


def fold_of(site: str, folds: int) -> int:
    """The fold that a site's pages are in, the same on every machine."""
    return int(hashlib.md5(site.encode(), usedforsecurity=False).hexdigest(), 16) % folds
