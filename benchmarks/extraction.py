"""How well and how fast articles are found: newslake and others on the public pages with known answers, in one run.

    python -m benchmarks.extraction [--write] [--only html text lines speed] [--pages N] [--turns N] [--processes N]

Body, title, authors and day on every set and in every form of the pages, with intervals by a bootstrap over sites; and
pages a second on two processes, by turns. What newslake trains is measured by models that have not seen the page's site
(:mod:`benchmarks.out_of_site`). ``--pages`` takes a sample to try things on; its figures are not written down.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from benchmarks import plain_rules, speed
from benchmarks.intervals import Bootstrap, Floats, Interval, Scored, differences, interval
from benchmarks.known_pages import FORMS, KnownPage, Said, known_pages, sample
from benchmarks.measure import machine, publish, table
from benchmarks.peers import TRAFILATURA, UNTITLED, missing_peers, peer_versions, peers, silence
from training.pages import NoPages, scorer

if TYPE_CHECKING:
    from benchmarks.out_of_site import Folds

SECTIONS = (*FORMS, "speed")
SENTENCES, ALL, STRETCH = "all blocks with a sentence", "every line", "best stretch of lines"
_AGAINST = {"html": TRAFILATURA, "text": STRETCH, "lines": STRETCH}
_ENGINES = ("accurate", "fast", "trafilatura")

OfPage = Callable[[KnownPage], Said]


@dataclass(frozen=True, slots=True)
class Judged:
    """What one extractor's answer for one page is worth; None where page or extractor gives nothing to compare."""

    scored: Scored
    empty: bool
    title: bool | None
    authors: bool | None
    day: bool | None
    rejected: str | None = None


def judged(page: KnownPage, site: str, said: Said, script: ModuleType) -> Judged:
    """An answer by the definitions of the pages' own script."""
    precision, recall = script.precision_recall(page.body, said.body)
    fold = script.fold
    return Judged(
        Scored(page.group, site, precision, recall),
        not said.body,
        fold(page.title) == fold(said.title) if page.title and said.title is not None else _missed(page.title, said),
        {*map(fold, page.authors)} == {*map(fold, said.authors)} if page.authors and said.authors is not None else None,
        page.day == said.day if page.day and said.authors is not None else None,
        said.rejected,
    )


def _missed(title: str | None, said: Said) -> bool | None:
    """An extractor of fields that finds no title has missed it."""
    return False if title and said.authors is not None else None


def extractors(form: str, folds: Folds) -> dict[str, OfPage]:
    """Name → extractor of a page in that form."""
    from benchmarks.out_of_site import reading_of, said

    rules: dict[str, Callable[[bytes], str]] = {ALL: plain_rules.all_lines, STRETCH: plain_rules.best_stretch}
    found: dict[str, OfPage] = {}
    if form == "html":
        for engine in _ENGINES:
            found[f"newslake {engine}"] = lambda page, engine=engine: said(
                reading_of(page, form, engine, folds.trees(page, form))
            )
        found["newslake accurate, packaged model"] = lambda page: said(reading_of(page, form, "accurate", None))
        for name, peer in peers().items():
            if name == UNTITLED:  # its bodies are those of the call with metadata
                continue
            found[name] = lambda page, peer=peer: peer(page.html)
        rules = {SENTENCES: plain_rules.sentence_blocks}
    else:
        found["newslake"] = lambda page: said(reading_of(page, form, "accurate", folds.trees(page, form)))
        found["newslake, packaged model"] = lambda page: said(reading_of(page, form, "accurate", None))
    for name, rule in rules.items():
        found[name] = lambda page, rule=rule: Said(rule(page.content(form)))
    return found


class _Work:
    """What the children of a measurement inherit: pages and extractors are not sent to them."""

    pages: Sequence[KnownPage] = ()
    sites: Mapping[str, str]
    extractors: Mapping[str, OfPage]
    script: ModuleType


def _judge(index: int) -> list[Judged]:
    page = _Work.pages[index]
    return [judged(page, _Work.sites[page.site], of(page), _Work.script) for of in _Work.extractors.values()]


def measured(pages: Sequence[KnownPage], form: str, folds: Folds, processes: int) -> dict[str, list[Judged]]:
    """Every extractor's answers, judged, by name."""
    _Work.pages, _Work.sites, _Work.script = pages, folds.site, scorer()
    _Work.extractors = extractors(form, folds)
    folds.train(form)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found: list[list[Judged]] = []
        for row in pool.imap(_judge, range(len(pages)), chunksize=4):
            found.append(row)
            if len(found) % 100 == 0:
                print(f"{form}: {len(found)} of {len(pages)} pages", file=sys.stderr, flush=True)
    return {name: [row[n] for row in found] for n, name in enumerate(_Work.extractors)}


def body_tables(found: Mapping[str, Sequence[Judged]], against: str) -> str:
    """F1 with intervals, and the differences to the extractor ``against`` from the same draws."""
    bootstrap = Bootstrap([one.scored.site for one in found[against]])
    samples = {name: bootstrap.f1([one.scored for one in rows]) for name, rows in found.items()}
    columns = list(samples[against])
    values = [[name, *(_value(interval(of[column])) for column in columns)] for name, of in samples.items()]
    apart = [[name, *_differences(of, samples[against])] for name, of in samples.items() if name != against]
    return (
        f"{table(['body F1', *columns], values)}\n\nAbove {against}, paired; bold where the interval excludes 0:\n\n"
        f"{table(['difference', *columns], apart)}"
    )


def _value(of: Interval) -> str:
    return f"{_short(of.value)} [{_short(of.low)}, {_short(of.high)}]"


def _differences(ours: Mapping[str, Floats], theirs: Mapping[str, Floats]) -> Iterable[str]:
    for one in differences(ours, theirs).values():
        mark = "**" if one.excludes_zero() else ""
        value, low, high = (_short(figure, sign=True) for figure in (one.value, one.low, one.high))
        yield f"{mark}{value}{mark} [{low}, {high}]"


def _short(value: float, *, sign: bool = False) -> str:
    value = round(value, 3) or 0.0  # no minus before a zero
    return f"{value:{'+' if sign else ''}.3f}".replace("0.", ".", 1)


def parts_table(found: Mapping[str, Sequence[Judged]]) -> str:
    """Precision, recall, empty bodies and fields, by extractor and set."""
    rows = []
    for name, of in found.items():
        for group in sorted({one.scored.group for one in of}):
            those = [one for one in of if one.scored.group == group]
            parts = [
                _mean([one.scored.precision for one in those]),
                _mean([one.scored.recall for one in those]),
                str(sum(one.empty for one in those)),
                _mean([one.title for one in those]),
                _mean([one.authors for one in those]),
                _mean([one.day for one in those]),
            ]
            rows.append([name, group, *parts])
    return table(["", "set", "precision", "recall", "empty", "title", "authors", "day"], rows)


def _mean(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _short(sum(known) / len(known)) if known else "–"


def _rejections(found: Mapping[str, Sequence[Judged]]) -> str:
    reasons = {name: Counter(one.rejected for one in rows if one.rejected) for name, rows in found.items()}
    said = [f"{name} {', '.join(f'{r} {n}' for r, n in sorted(of.items()))}" for name, of in reasons.items() if of]
    return "; ".join(said) or "none"


def quality(pages: Sequence[KnownPage], form: str, folds: Folds, processes: int) -> str:
    """The section of one form."""
    found = measured(pages, form, folds, processes)
    count = {group: sum(page.group == group for page in pages) for group in sorted({page.group for page in pages})}
    return "\n\n".join(
        [
            f"{len(pages)} pages ({', '.join(f'{name} {n}' for name, n in count.items())}) of "
            f"{len({folds.site[page.site] for page in pages})} sites; on {machine()}, {peer_versions()}.",
            body_tables(found, _AGAINST[form]),
            parts_table(found),
            f"Readings that are no article: {_rejections(found)}.",
        ]
    )


def _folds(pages: list[KnownPage]) -> Folds:
    try:
        from benchmarks.out_of_site import Folds
    except (ImportError, OSError) as error:
        sys.exit(f"the models are trained with LightGBM, which cannot be loaded here: {error}")
    return Folds(pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--pages", type=int, help="a sample of so many pages")
    parser.add_argument("--turns", type=int, default=3, help="of the speed measurement")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if given.write and given.pages:
        parser.error("--write takes all pages; leave --pages out")
    silence()
    try:
        pages = known_pages()
    except NoPages as error:
        print(f"{error}; nothing was measured.")
        return
    if missing := missing_peers():
        print(f"not installed, so left out: {', '.join(missing)} (dependency group bench)", file=sys.stderr)
    chosen = sample(pages, given.pages)
    forms = [form for form in FORMS if form in given.only]
    folds = _folds(pages) if forms else None
    for form in forms:
        assert folds is not None
        publish(f"extraction {form}", quality(chosen, form, folds, given.processes), write=given.write)
    if "speed" in given.only:
        publish("extraction speed", speed.section(chosen, given.turns, given.processes), write=given.write)


if __name__ == "__main__":
    main()
