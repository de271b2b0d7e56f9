"""newslake's readings by models that have seen no page of the site: what is trained here is measured so.

Five models a classifier, each taught by the pages of four fifths of the sites, read the pages of the other fifth. What
training made is kept in ``.cache`` under the hash of all that it is made by, since it is the same until that changes.
"""

from __future__ import annotations

import functools
import gc
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import xxhash

import training
from benchmarks.known_pages import KnownPage, Said, one_site
from benchmarks.measure import ROOT
from training import lines as of_lines
from training import page as of_page
from training.boosting import fold_of, written
from training.pages import DATA, GoldPage
from transforms.article import Article, RawFile, Reading, Rejection
from transforms.extract import extract, extractors
from transforms.read import sniff
from transforms.read.decode import decode
from transforms.read.html import read_html
from transforms.read.markup import decode_markup
from transforms.read.page_body import Engine
from transforms.read.text import read_text
from transforms.select.trees import Trees, from_document

FOLDS = 5
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)  # bounds the dates in texts; no public page is younger
_Example = TypeVar("_Example")


class Folds:
    """The two classifiers' trees by fold, and which fold a site is in.

    Training takes minutes; raises :class:`training.pages.NoPages`, and ImportError or OSError where LightGBM, or the
    system's libgomp that it needs, is not there.
    """

    def __init__(self, pages: list[KnownPage]) -> None:
        self.site = one_site((page.site, page.url) for page in pages)
        self._folder = ROOT / ".cache" / "out-of-site" / _digest()

    def fold(self, site: str) -> int:
        """The fold that a site's pages are in."""
        return fold_of(self.site.get(site, site), FOLDS)

    def trees(self, page: KnownPage, form: str) -> Trees:
        """The trees that have seen no page of this page's site."""
        return (self._of_page if form == "html" else self._of_lines)[self.fold(page.site)]

    @functools.cached_property
    def _of_page(self) -> list[Trees]:
        return self._trees("page")

    @functools.cached_property
    def _of_lines(self) -> list[Trees]:
        return self._trees("lines")

    def train(self, form: str) -> None:
        """Train what reads pages in that form, unless it is there: before a pool's children inherit it."""
        _ = self._of_page if form == "html" else self._of_lines

    def _trees(self, name: Literal["page", "lines"]) -> list[Trees]:
        files = [self._folder / f"{name}-{fold}.json" for fold in range(FOLDS)]
        if not all(file.is_file() for file in files):
            self._folder.mkdir(parents=True, exist_ok=True)
            for file, text in zip(files, self._taught(name), strict=True):
                file.write_text(text, encoding="ascii")
            gc.collect()  # the examples hold every parsed page
        return [from_document(json.loads(file.read_text(encoding="ascii"))) for file in files]

    def _taught(self, name: Literal["page", "lines"]) -> list[str]:
        if name == "page":
            names, found, _ = of_page.examples()
            return self._models(found, lambda e: e.gold, lambda seen: of_page.model(names, seen))
        names, forms, _ = of_lines.examples()
        return self._models(forms, lambda e: e.gold, lambda seen: of_lines.model(names, seen))

    def _models(
        self,
        found: list[_Example],
        gold: Callable[[_Example], GoldPage],
        model: Callable[[list[_Example]], dict[str, object]],
    ) -> list[str]:
        return [
            written(model([example for example in found if self.fold(gold(example).site) != fold]))
            for fold in range(FOLDS)
        ]


def _digest() -> str:
    """What the models depend on: the code of the readers, of training, and the pages."""
    seen = xxhash.xxh3_128(extractors()[0][2].encode())
    for file in sorted(Path(training.__path__[0]).glob("*.py")):
        seen.update(file.read_bytes())
    facts = DATA.stat()
    seen.update(f"{facts.st_size} {facts.st_mtime_ns}".encode())
    return seen.hexdigest()


def reading_of(page: KnownPage, form: str, engine: Engine, trees: Trees | None) -> Reading:
    """The reading of a page in one of its forms; by the packaged trees where ``trees`` is None."""
    return reading(RawFile(f"{page.page_id}.{'html' if form == 'html' else 'txt'}", page.content(form)), engine, trees)


def reading(raw: RawFile, engine: Engine, trees: Trees | None) -> Reading:
    """The first reading of a file, as :func:`transforms.extract.extract` gives it."""
    form = sniff(raw)
    if trees is None or form not in ("html", "text"):
        return extract(raw, as_of=AS_OF, engine=engine)[0]
    try:
        if form == "html":
            markup = decode_markup(raw.content)
            return markup if isinstance(markup, Rejection) else read_html(raw, markup, engine=engine, trees=trees)
        text = decode(raw.content)
        return text if isinstance(text, Rejection) else read_text(raw, text, as_of=AS_OF, trees=trees)
    except Exception as error:
        return Rejection("reader_failed", f"{raw.key}: {type(error).__name__}: {error}")


def said(reading: Reading) -> Said:
    """What a reading says, in the terms in which all extractors are compared."""
    if not isinstance(reading, Article):
        return Said("", None, (), None, reading.reason)
    day = reading.published.day.isoformat() if reading.published else None
    return Said(reading.body, reading.title, tuple(author.name for author in reading.authors), day)
