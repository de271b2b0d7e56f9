"""Title, by-line and dates of a web page: declared by its markup, else shown beside its title.

In go what the page declares and its visible text, out come :class:`Fields`, each with its origin; and the lines of the
visible text that live on as one of these fields.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from transforms.article import Author, Kept, Origin, Precision, Published
from transforms.dates import read_date
from transforms.describe import clean_title
from transforms.read.align import Aligner
from transforms.read.byline import Credit, read_credit
from transforms.read.declared import Declared, says_update
from transforms.strip.rules import rulebook

_BYLINE_LINES = 12  # how far from the title by-line and date are looked for
_LINES_BEFORE = 4
_WORDS_BESIDE_DATE = 9
_LONGEST_FIELD_LINE = 160

_BETWEEN = re.compile(r"\s[–—-]\s|[|•·⋅]")


@dataclass(frozen=True, slots=True)
class Fields:
    """Title, by-line and dates of a page, and where each of them was found."""

    title: str | None
    authors: tuple[Author, ...]
    published: Published | None
    modified: Published | None
    origins: dict[str, Origin]


def page_fields(said: Declared, source_text: str, markup: str, *, as_of: datetime) -> Fields:
    """What ``said`` declares, else what the lines beside the title show, else what a search of ``markup`` finds.

    ``as_of`` bounds the dates that the search may find.
    """
    complete = said.authors and said.published
    shown = Credit() if complete else _beside_title(source_text, said.title)
    fields = _known(said, shown)
    if fields.title and fields.published:
        return fields
    from trafilatura.utils import load_html

    tree = load_html(markup)
    return fields if tree is None else _completed(tree, fields, said, shown, as_of)


def _known(said: Declared, shown: Credit) -> Fields:
    origins = dict.fromkeys(("title", "authors", "published", "modified"), Origin.DECLARED) | said.origins
    for name in ("authors", "published", "modified"):
        if not getattr(said, name):
            origins[name] = Origin.PAGE
    return Fields(
        said.title,
        said.authors or shown.authors or said.credited,
        said.published or _seen(shown.published),
        said.modified or _seen(shown.modified),
        origins,
    )


def _seen(stamp: Published | None) -> Published | None:
    return dataclasses.replace(stamp, origin=Origin.PAGE) if stamp else None


def _completed(tree: object, fields: Fields, said: Declared, shown: Credit, as_of: datetime) -> Fields:
    """The fields with the engine's findings for those that are missing."""
    from htmldate import find_date
    from trafilatura.metadata import extract_title

    title, published = fields.title, fields.published
    origins = fields.origins
    if not title:
        title = clean_title(extract_title(tree) or "", [said.site_name or ""])
        origins = origins | {"title": Origin.PAGE}
    if published is None:
        # The extensive search costs six times as much and found a wrong date for each right one that it added.
        day = find_date(tree, original_date=True, extensive_search=False, max_date=as_of.date().isoformat())
        published = read_date(day or "", Origin.PAGE)
        if published and any(m and m.day == published.day for m in (shown.modified, said.modified)):
            published = None  # the page shows it as the day of an update
    return Fields(title, fields.authors, published, fields.modified, origins)


def _beside_title(source_text: str, title: str | None) -> Credit:
    """What the lines after the title, and the few before it, say of authors and dates."""
    lines = source_text.split("\n")
    compact = "".join((title or "").split())
    at = next((i for i, line in enumerate(lines) if compact and "".join(line.split()) == compact), None)
    if at is None:
        return Credit()
    after = lines[at + 1 : at + 1 + _BYLINE_LINES]
    after = lines[at + 1 : at + 1 + _BYLINE_LINES]
    found = Credit()
    for line in (*after, *lines[max(0, at - _LINES_BEFORE) : at]):
        credit = read_credit(line, rulebook()) if line else None
        if credit:
            found = Credit(
                found.authors or credit.authors, found.published or credit.published, found.modified or credit.modified
            )
    if found.published is None:
        found = dataclasses.replace(found, published=next(filter(None, map(_date_of_line, after)), None))
    return found


def _date_of_line(line: str) -> Published | None:
    """The day that a line of a few words gives, as in "4 March 2026 · 8 minutes"; a caption has more words."""
    if not any(map(str.isdigit, line)) or len(line.split()) > _WORDS_BESIDE_DATE or says_update(line):
        return None
    found = (read_date(piece, Origin.PAGE) for piece in _BETWEEN.split(line))
    return next((date for date in found if date and date.precision not in (Precision.MONTH, Precision.YEAR)), None)


def fields_seen(aligner: Aligner, source_text: str, body: Sequence[Kept], fields: Fields, said: Declared) -> list[Kept]:
    """The lines of the page that live on as a field: its title, summary, by-line and date line."""
    start = body[0].start if body else None
    found: list[Kept] = []
    title = aligner.line(fields.title, "title", start) if fields.title else None
    if title:
        found.append(title)
    if said.summary and (summary := aligner.line(said.summary, "summary", start)):
        found.append(summary)
    names = ["".join(a.name.casefold().split()) for a in fields.authors]
    for first, last in _lines_near(source_text, title.end if title else start or 0, body[-1].end if body else 0):
        line = source_text[first:last]
        compact = "".join(line.casefold().split())
        if any(name in compact and len(compact) <= len(name) + 60 for name in names):
            found.append(Kept(first, last, "authors"))
        elif fields.published and any(c.isdigit() for c in line):
            seen = read_date(line, Origin.PAGE)
            if seen and seen.day == fields.published.day:
                found.append(Kept(first, last, "published"))
    return found


def _lines_near(source_text: str, after_title: int, after_body: int) -> list[tuple[int, int]]:
    """Short lines that follow the title, and that follow the body, as (start, end)."""
    found = []
    for position in {after_title, after_body}:
        start = position
        for _ in range(_BYLINE_LINES):
            end = source_text.find("\n", start)
            end = len(source_text) if end < 0 else end
            if start < end <= start + _LONGEST_FIELD_LINE:
                found.append((start, end))
            if end == len(source_text):
                break
            start = end + 1
    return found
