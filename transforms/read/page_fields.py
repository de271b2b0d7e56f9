"""Title, by-line and dates of a web page: declared by its markup, else shown beside its title.

In go what the page declares and its visible text, out come :class:`Fields`, each with its origin; and the lines of the
visible text that live on as one of these fields. What the lines beside the title say is asked in this order:

- authors: declared people, else people shown there, else a name at a place for one, else declared organisations;
- published: the declared date, but the day shown beside the title where that is earlier and surely of this piece
  (:func:`_goes_before`); else the shown day, else a line that says "Published:", else the first time element;
- modified: declared, else shown beside a word for an update. A page that shows an update alone has no publication date.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from transforms.article import Author, FieldFault, Kept, Origin, Published
from transforms.dates import read_date
from transforms.people import names_nobody
from transforms.read.authors import is_person
from transforms.read.beside_title import Shown, beside_title, first_time, labelled_date, signed
from transforms.read.declared import Declared
from transforms.read.page_dates import is_day
from transforms.select.page_blocks import PageBlocks

_BYLINE_LINES = 12  # how far from title and body a line that lives on as a field is looked for
_LONGEST_FIELD_LINE = 160
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fields:
    """Title, by-line and dates of a page, and where each of them was found."""

    title: str | None
    authors: tuple[Author, ...]
    published: Published | None
    modified: Published | None
    origins: dict[str, Origin]
    faults: tuple[FieldFault, ...] = ()


def page_fields(said: Declared, source_text: str) -> Fields:
    """What ``said`` declares, corrected and completed by the lines of ``source_text`` beside the title."""
    origins = dict.fromkeys(("title", "authors", "published", "modified"), Origin.DECLARED) | said.origins
    lines = [line for line in source_text.split("\n") if line]
    beside = beside_title(lines, said)
    shown = beside.credit
    authors = said.authors
    if not any(map(is_person, authors)):
        better = next((a for a in (shown.authors, said.credited) if any(map(is_person, a))), ())
        better = better or signed(lines, said) or (() if authors else shown.authors or said.credited)
        if better and not _is_more_of(better, authors):
            authors, origins["authors"] = better, Origin.PAGE
    authors = tuple(author for author in authors if not names_nobody(author.name))
    published = said.published
    fault = None
    if published is None:
        published, fault = shown.published, next(iter(shown.faults), None)
        if published is None and fault is None:
            published, fault = labelled_date(lines, said)
        if published is None and fault is None and shown.modified is None:  # else the times are of teasers
            published = first_time(lines, said, said.modified.day if said.modified else None)
        origins["published"] = Origin.PAGE
    elif shown.published and (published.origin is Origin.PAGE or _goes_before(beside, published, said.modified)):
        published, origins["published"] = shown.published, Origin.PAGE
    modified = said.modified
    if modified is None and shown.modified:
        modified, origins["modified"] = shown.modified, Origin.PAGE
    if modified and published and modified.origin is Origin.PAGE and modified.day < published.day:
        modified = None  # of a teaser: nothing is changed before it appears
    return Fields(said.title, authors, published, modified, origins, (fault,) if fault else ())


def _goes_before(beside: Shown, declared: Published, modified: Published | None) -> bool:
    """Whether the day shown beside the title goes before a later one that is declared.

    Readers are told when a piece appeared; content systems stamp when it was last put out, and the change with it, or
    state the day in UTC. Where neither is so, a bare day may be of a picture or another piece.
    """
    shown = beside.credit.published
    if not (shown and beside.near and beside.whole and shown.day < declared.day and is_day(declared)):
        return False
    stamped = modified is not None and modified.day - declared.day <= _ONE_DAY
    in_utc = declared.at is not None and not declared.at.utcoffset() and declared.day - shown.day == _ONE_DAY
    return beside.stated or stamped or in_utc


def _is_more_of(shown: tuple[Author, ...], declared: tuple[Author, ...]) -> bool:
    """Whether the shown names are the declared ones with words run on to them."""
    first = shown[0].name.casefold()
    return any(first != a.name.casefold() and first.startswith(a.name.casefold()) for a in declared)


def fields_seen(blocks: PageBlocks, body: Sequence[Kept], fields: Fields, said: Declared) -> list[Kept]:
    """The blocks of the page that live on as a field: its title, summary, by-line and date line."""
    begins = bisect_left(blocks.starts, body[0].start) if body else 0
    ends = bisect_left(blocks.starts, body[-1].end) if body else 0
    found: list[Kept] = []
    title = _place_of(fields.title, blocks, begins)
    if title is not None:
        found.append(_kept(blocks, title, "title"))
    summary = _place_of(said.summary, blocks, begins)
    if summary is not None:
        found.append(_kept(blocks, summary, "summary"))
    names = ["".join(a.name.casefold().split()) for a in fields.authors]
    after_title = begins if title is None else title + 1
    for index in sorted({*range(after_title, after_title + _BYLINE_LINES), *range(ends, ends + _BYLINE_LINES)}):
        line = blocks.texts[index] if index < len(blocks) else ""
        if not 0 < len(line) <= _LONGEST_FIELD_LINE:
            continue
        compact = "".join(line.casefold().split())
        if any(name in compact and len(compact) <= len(name) + 60 for name in names):
            found.append(_kept(blocks, index, "authors"))
        elif fields.published and any(c.isdigit() for c in line):
            seen = read_date(line, Origin.PAGE)
            if seen and seen.day == fields.published.day:
                found.append(_kept(blocks, index, "published"))
    return found


def _place_of(text: str | None, blocks: PageBlocks, before: int) -> int | None:
    """The last block that is ``text`` of those before the body begins, else the first behind."""
    if text not in blocks.texts:
        return None
    places = [index for index, other in enumerate(blocks.texts) if other == text]
    return max((index for index in places if index < before), default=places[0])


def _kept(blocks: PageBlocks, index: int, field: str) -> Kept:
    return Kept(int(blocks.starts[index]), int(blocks.ends[index]), field)
