"""Train the classifier of page blocks.

    python -m training.page              out-of-site F1 by set, of five folds
    python -m training.page --write      the same, then train on all pages and write transforms/select/page.json
    python -m training.page --check      train on all pages and say whether the file is what comes out

Seeded: the same pages and the same LightGBM give the same file.
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
from transforms.article import Rejection
from transforms.read.html import Page, parsed
from transforms.read.markup import decode_markup
from transforms.read.page_body import body_of_choice
from transforms.select.page_choice import MODEL, choice
from transforms.select.page_features import page_features
from transforms.select.page_group import page_group
from transforms.select.trees import from_document

FILE = Path(transforms.select.__path__[0]) / MODEL
FOLDS = 5
SHAPE = Shape()


@dataclass(frozen=True, slots=True)
class Example:
    """A page with its features (blocks × columns) and labels."""

    gold: GoldPage
    page: Page
    rows: npt.NDArray[np.float32]
    labels: Labels


def examples() -> tuple[list[str], list[Example], list[GoldPage]]:
    """The columns' names, the pages that show text, and those that show none."""
    found: list[Example] = []
    empty: list[GoldPage] = []
    names: list[str] = []
    for gold in gold_pages():
        markup = decode_markup(gold.html)
        page = None if isinstance(markup, Rejection) else parsed(markup, gold.url)
        if page is None or not page.blocks.texts:
            empty.append(gold)
            continue
        names, rows = page_features(page_group([page.blocks], [page.context]))
        found.append(Example(gold, page, rows, labels(page.blocks.texts, gold.body)))
    return names, found, empty


def model(names: Sequence[str], of: Sequence[Example], shape: Shape = SHAPE) -> dict[str, object]:
    """The model that ``of`` teaches."""
    return document(
        np.vstack([example.rows for example in of]),
        np.concatenate([example.labels.article for example in of]),
        np.concatenate([example.labels.weight for example in of]),
        names,
        shape,
    )


def out_of_site(
    names: Sequence[str], found: Sequence[Example], shape: Shape = SHAPE
) -> dict[str, npt.NDArray[np.float64]]:
    """The probabilities of every page's blocks by a model that has seen no page of its site, by page id."""
    probabilities: dict[str, npt.NDArray[np.float64]] = {}
    for fold in range(FOLDS):
        seen = [example for example in found if fold_of(example.gold.site, FOLDS) != fold]
        trees = from_document(json.loads(written(model(names, seen, shape))))
        for example in found:
            if fold_of(example.gold.site, FOLDS) == fold:
                probabilities[example.gold.page_id] = trees.probabilities(example.rows)
    return probabilities


def report(names: Sequence[str], found: Sequence[Example], empty: Sequence[GoldPage]) -> dict[str, float]:
    """Body F1 by set, of the classifier alone, out of site; a page without text counts as missed."""
    probabilities = out_of_site(names, found)
    bodies: dict[str, list[tuple[str, str]]] = {}
    for example in found:
        chosen = choice(example.page.blocks.texts, probabilities[example.gold.page_id])
        body = body_of_choice(example.page.blocks, example.page.context, chosen)
        bodies.setdefault(example.gold.group, []).append((example.gold.body, body.text()))
    for gold in empty:
        bodies.setdefault(gold.group, []).append((gold.body, ""))
    return {group: f1(pairs) for group, pairs in sorted(bodies.items())}


def training() -> Training:
    """What the public pages allow. Raises :class:`~training.pages.NoPages`."""
    names, found, empty = examples()
    return Training(
        model=lambda: written(model(names, found)),
        scores=lambda: report(names, found, empty),
    )


if __name__ == "__main__":
    main(__doc__, "training.page", FILE, training)
