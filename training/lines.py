"""Train the classifier of the lines of a page that was saved as text.

    python -m training.lines              out-of-site F1 by form and set, of five folds
    python -m training.lines --write      the same, then train on all pages and write transforms/select/lines.json
    python -m training.lines --check      train on all pages and say whether the file is what comes out

One model learns from both forms of every page: a block a line, and a text node a line. Seeded: the same pages and the
same LightGBM give the same file. What is scored is the choice of lines by itself, on every page; the reader asks it
only of texts that look like whole pages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import transforms.select
from training.boosting import Shape, document, fold_of, written
from training.command import Training, main
from training.labels import Labels, labels
from training.pages import GoldPage, f1, gold_pages
from transforms.read.shape import unwrap
from transforms.select.line_choice import MODEL, completed, probabilities
from transforms.select.line_counts import rows_of
from transforms.select.line_features import line_features
from transforms.select.page_choice import choice
from transforms.select.trees import from_document
from transforms.strip.lines import split_lines
from transforms.strip.rules import rulebook

FILE = Path(transforms.select.__path__[0]) / MODEL
FOLDS = 5
SHAPE = Shape(trees=200, learning_rate=0.09)
_LONG = 60
_EVERY = 4


@dataclass(frozen=True, slots=True)
class Example:
    """One form of a page with the texts of its rows, their features (rows × columns) and labels."""

    gold: GoldPage
    form: str
    texts: list[str]
    rows: npt.NDArray[np.float32]
    labels: Labels

    def taught(self, names: Sequence[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        """Which rows are learned from, and their weights: of the short lines far from any sentence one in four, which
        counts for all four; menus are most of a page's lines and all alike."""
        column = {name: self.rows[:, names.index(name)] for name in ("weight", "mass_within_5")}
        near = (column["mass_within_5"] > 0) | (column["weight"] >= _LONG)
        taken = near | (np.arange(len(near)) % _EVERY == 0)
        return taken, np.where(near, 1, _EVERY) * self.labels.weight


def examples() -> tuple[list[str], list[Example], list[tuple[str, GoldPage]]]:
    """The columns' names, the forms of pages that hold text, and those that hold none."""
    found: list[Example] = []
    empty: list[tuple[str, GoldPage]] = []
    names: list[str] = []
    book = rulebook()
    for gold in gold_pages():
        for form, text in (("text", gold.text), ("lines", gold.lines)):
            lines = unwrap(split_lines(text or ""))
            if not lines:
                empty.append((form, gold))
                continue
            rows = rows_of(lines)
            names, matrix = line_features(rows, book)
            texts = [line.text for line in rows.lines]
            found.append(Example(gold, form, texts, matrix, labels(texts, gold.body)))
    return names, found, empty


def model(names: Sequence[str], of: Sequence[Example], shape: Shape = SHAPE) -> dict[str, object]:
    """The model that ``of`` teaches."""
    taught = [example.taught(names) for example in of]
    return document(
        np.vstack([example.rows[taken] for example, (taken, _) in zip(of, taught, strict=True)]),
        np.concatenate([example.labels.article[taken] for example, (taken, _) in zip(of, taught, strict=True)]),
        np.concatenate([weight[taken] for taken, weight in taught]),
        names,
        shape,
    )


def report(
    names: Sequence[str], found: Sequence[Example], empty: Sequence[tuple[str, GoldPage]]
) -> dict[tuple[str, str], float]:
    """Body F1 by form and set, out of site; a page without text counts as missed."""
    bodies: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for fold in range(FOLDS):
        seen = [example for example in found if fold_of(example.gold.site, FOLDS) != fold]
        trees = from_document(json.loads(written(model(names, seen))))
        for example in found:
            if fold_of(example.gold.site, FOLDS) == fold:
                sentence = example.rows[:, names.index("mass")] > 0
                chosen = choice(example.texts, completed(probabilities(trees, example.rows), sentence)).chosen
                body = "\n".join(text for text, kept in zip(example.texts, chosen, strict=True) if kept)
                bodies.setdefault((example.form, example.gold.group), []).append((example.gold.body, body))
    for form, gold in empty:
        bodies.setdefault((form, gold.group), []).append((gold.body, ""))
    return {key: f1(pairs) for key, pairs in sorted(bodies.items())}


def training() -> Training:
    """What the public pages allow. Raises :class:`~training.pages.NoPages`."""
    names, found, empty = examples()
    return Training(
        model=lambda: written(model(names, found)),
        scores=lambda: {f"{form} {group}": score for (form, group), score in report(names, found, empty).items()},
    )


if __name__ == "__main__":
    main(__doc__, "training.lines", FILE, training)
