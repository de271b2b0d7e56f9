"""How much real text each rule cuts: its false-cut rate, on known bodies and on whole pages.

    python -m benchmarks.false_cuts [--write] [--pages N] [--processes N]

Two questions, one table. A known body alone, and with its title above, is read as a text: nothing of it should be cut,
so whatever a rule takes away is real text, or a line that the known body should not hold. And the pages themselves are
read in every form: of what a rule cut there, how much is the known body's and is kept nowhere else? The classifiers are
those that have not seen the page's site.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.known_pages import FORMS, KnownPage, known_pages, sample
from benchmarks.measure import machine, publish, table
from benchmarks.peers import silence
from training.pages import NoPages
from transforms.article import Article, RawFile, Reading, Removed

if TYPE_CHECKING:
    from benchmarks.out_of_site import Folds

LARGEST_RATE = 0.01  # of a rule's cuts on pages; what lies above is listed below the table
_WORD = re.compile(r"\w+")
_RUN = 4  # words; a shorter stretch is found in any text


@dataclass(slots=True)
class Cuts:
    """What one rule cut; characters are those of words, so that signs and white space count on neither side."""

    bodies: set[str] = field(default_factory=set)  # known bodies that it fired on
    body_characters: int = 0  # cut from them, alone and under their title
    page_characters: int = 0  # cut from whole pages
    page_known: int = 0  # of those, characters of the known body that are kept nowhere else

    def add(self, other: Cuts) -> None:
        """Take in what the rule cut elsewhere."""
        self.bodies |= other.bodies
        self.body_characters += other.body_characters
        self.page_characters += other.page_characters
        self.page_known += other.page_known


@dataclass(slots=True)
class Tally:
    """Cuts by rule; how many characters the known bodies hold, and how many of them no rule cut but a field took."""

    rules: dict[str, Cuts] = field(default_factory=dict)
    known_characters: int = 0
    known_in_fields: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def of(self, rule: str) -> Cuts:
        """The cuts of one rule."""
        return self.rules.setdefault(rule, Cuts())

    def add(self, other: Tally) -> None:
        """Take in what was counted elsewhere."""
        self.known_characters += other.known_characters
        self.known_in_fields += other.known_in_fields
        self.rejected += other.rejected
        for rule, cuts in other.rules.items():
            self.of(rule).add(cuts)


def letters(text: str) -> int:
    """Characters of the words of a text."""
    return sum(map(len, _WORD.findall(text)))


def on_body(tally: Tally, page_id: str, reading: Reading, body: str) -> None:
    """Count what was cut from a known body that was read as a text."""
    tally.known_characters += letters(body)
    if not isinstance(reading, Article):
        tally.rejected[reading.reason] += 1
        cuts = tally.of(f"rejected: {reading.reason}")
        cuts.bodies.add(page_id)
        cuts.body_characters += letters(body)
        return
    # A title above the body is no part of it: only what lies in the body counts.
    begins = len(reading.source_text) - len(body)
    for span in reading.removed:
        if cut := letters(reading.source_text[max(span.start, begins) : span.end]) if span.end > begins else 0:
            cuts = tally.of(span.rule)
            cuts.bodies.add(page_id)
            cuts.body_characters += cut
    fields = [span for span in reading.kept if span.field != "body" and span.end > begins]
    tally.known_in_fields += sum(letters(reading.source_text[max(s.start, begins) : s.end]) for s in fields)


def on_page(tally: Tally, reading: Reading, body: str) -> None:
    """Count what was cut from a page, and how much of it is the known body's."""
    if not isinstance(reading, Article):
        return
    source = reading.source_text
    words = [(found.start(), found.end()) for found in _WORD.finditer(source)]
    inside = [list(_inside(span, words)) for span in sorted(reading.removed, key=lambda one: one.start)]
    lost = _lost([source[start:end] for start, end in words], {word for span in inside for word in span}, reading, body)
    for span, numbers in zip(sorted(reading.removed, key=lambda one: one.start), inside, strict=True):
        cuts = tally.of(span.rule)
        cuts.page_characters += sum(words[n][1] - words[n][0] for n in numbers)
        cuts.page_known += sum(words[n][1] - words[n][0] for n in numbers if n in lost)


def _inside(span: Removed, words: Sequence[tuple[int, int]]) -> range:
    """The numbers of the words in a span."""
    return range(
        bisect_right(words, span.start, key=lambda w: w[1] - 1), bisect_left(words, span.end, key=lambda w: w[0])
    )


def _lost(words: Sequence[str], cut: set[int], reading: Article, body: str) -> set[int]:
    """Which words stand in runs of the known body that the reading keeps fewer times than the body has them.

    A run that the body has once and the page twice is lost once, whatever cut its second place.
    """
    missing = Counter(_runs(_WORD.findall(body)))
    missing -= Counter(_runs(_WORD.findall("\n".join([reading.title or "", reading.summary or "", reading.body]))))
    found: set[int] = set()
    for place, run in enumerate(_runs(words)):
        numbers = range(place, place + _RUN)
        if missing[run] > 0 and any(number in cut for number in numbers):
            missing[run] -= 1
            found.update(numbers)
    return found


def _runs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_RUN)), strict=False)


def rule_table(tally: Tally, bodies: int) -> str:
    """The rules, the one that costs most real text first."""
    rows = [
        [
            f"`{rule}`",
            f"{len(cuts.bodies)} of {bodies}",
            f"{100 * cuts.body_characters / max(tally.known_characters, 1):.4f} %",
            f"{cuts.page_characters:,}",
            f"{cuts.page_known:,}",
            f"{100 * cuts.page_known / cuts.page_characters:.1f} %" if cuts.page_characters else "–",
        ]
        for rule, cuts in sorted(
            tally.rules.items(), key=lambda item: (-item[1].page_known - item[1].body_characters, item[0])
        )
    ]
    columns = ["rule", "fired on bodies", "of their characters", "cut on pages", "of that known body", "rate"]
    return table(columns, rows)


def suspects(tally: Tally) -> list[str]:
    """The rules of whose cuts on pages more than :data:`LARGEST_RATE` is real text, by rate, the largest first."""
    rates = {r: c.page_known / c.page_characters for r, c in tally.rules.items() if c.page_characters}
    return [rule for rule, rate in sorted(rates.items(), key=lambda item: -item[1]) if rate > LARGEST_RATE]


class _Work:
    """What the children of a measurement inherit."""

    pages: Sequence[KnownPage] = ()
    folds: Folds


def _tallied(index: int) -> Tally:
    from benchmarks.out_of_site import reading, reading_of

    page, folds = _Work.pages[index], _Work.folds
    tally = Tally()
    for form in FORMS:
        on_page(tally, reading_of(page, form, "accurate", folds.trees(page, form)), page.body)
    if not page.body.strip():
        return tally
    body = page.body.strip()
    lines = folds.trees(page, "text")
    on_body(tally, page.page_id, reading(RawFile("body.txt", body.encode()), "accurate", lines), body)
    if page.title:
        titled = f"{page.title}\n\n{body}"
        on_body(tally, page.page_id, reading(RawFile("body.txt", titled.encode()), "accurate", lines), body)
    return tally


def measured(pages: Sequence[KnownPage], folds: Folds, processes: int) -> Tally:
    """The tally of all pages."""
    _Work.pages, _Work.folds = pages, folds
    for form in FORMS:
        folds.train(form)
    total = Tally()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for number, tally in enumerate(pool.imap(_tallied, range(len(pages)), chunksize=4), 1):
            total.add(tally)
            if number % 100 == 0:
                print(f"{number} of {len(pages)} pages", file=sys.stderr, flush=True)
    return total


def text(tally: Tally, pages: Sequence[KnownPage]) -> str:
    """The section of the README."""
    bodies = sum(bool(page.body.strip()) for page in pages)
    cut = sum(cuts.body_characters for cuts in tally.rules.values())
    above = ", ".join(f"`{rule}`" for rule in suspects(tally)) or "none"
    return "\n\n".join(
        [
            rule_table(tally, bodies),
            f"{bodies} known bodies, read alone and, where the title is known, under it: {tally.known_characters:,} "
            f"characters of words, {100 * cut / max(tally.known_characters, 1):.3f} % cut, "
            f"{100 * tally.known_in_fields / max(tally.known_characters, 1):.3f} % in fields (a first line as "
            f"the title, a by-line); {sum(tally.rejected.values())} readings rejected"
            f"{_reasons(tally.rejected)}. Pages in {len(FORMS)} forms each. On {machine()}.",
            f"Rules of whose cuts on pages more than {100 * LARGEST_RATE:.0f} % is real text: {above}.",
        ]
    )


def _reasons(rejected: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{reason} {count}' for reason, count in sorted(rejected.items()))})" if rejected else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--pages", type=int, help="a sample of so many pages")
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
    try:
        from benchmarks.out_of_site import Folds
    except (ImportError, OSError) as error:
        sys.exit(f"the models are trained with LightGBM, which cannot be loaded here: {error}")
    chosen = sample(pages, given.pages)
    publish("false cuts", text(measured(chosen, Folds(pages), given.processes), chosen), write=given.write)


if __name__ == "__main__":
    main()
