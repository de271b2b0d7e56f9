"""The public pages with known bodies that the classifiers are trained on and measured by.

The folder is named by NEWSLAKE_PAGES, else it is ``shared/bench`` beside the checkout. Columns and licences stand in
the README there; nothing of the pages is copied into the project.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq

FOLDER = Path(os.environ.get("NEWSLAKE_PAGES") or Path(__file__).parents[2] / "shared" / "bench")
DATA = FOLDER / "pages-dev.parquet"


class NoPages(Exception):
    """The pages are not there; the message says where they were looked for."""


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page as fetched, its site (registrable domain), its set, and the body that people or parsers gave it."""

    page_id: str
    group: str
    site: str
    url: str | None
    html: bytes
    text: str
    lines: str
    body: str


def gold_pages() -> Iterator[GoldPage]:
    """All pages, in the file's order. Raises :class:`NoPages`."""
    if not DATA.is_file():
        raise NoPages(f"{DATA} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    for row in pq.read_table(DATA).to_pylist():
        yield GoldPage(
            row["page_id"], row["set"], row["site"], row["url"], row["html"], row["page_text"], row["page_lines"],
            row["gold_body"] or "",
        )  # fmt: skip


def scorer() -> ModuleType:
    """The pages' own scoring script as a module."""
    spec = importlib.util.spec_from_file_location("pages", FOLDER / "pages.py")
    if spec is None or spec.loader is None:
        raise NoPages(f"{FOLDER / 'pages.py'} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def f1(bodies: list[tuple[str, str]]) -> float:
    """The F1 of (gold, predicted) bodies as the scoring script has it: of the mean precision and the mean recall."""
    pairs = [scorer().precision_recall(gold, said) for gold, said in bodies]
    precision = [p for p, _ in pairs if p is not None]
    recall = [r for _, r in pairs if r is not None]
    mean_p, mean_r = sum(precision) / max(len(precision), 1), sum(recall) / max(len(recall), 1)
    return 2 * mean_p * mean_r / (mean_p + mean_r) if mean_p + mean_r else 0.0
