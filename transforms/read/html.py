"""Web pages: the body by trafilatura, the fields by what the page declares, the rest accounted for.

In go a picked-up file and its decoded markup; out comes one :class:`~transforms.article.Article`, or a rejection with
reason ``no_body``, ``too_large`` or ``too_deep``. The source text is the page's visible text. The engine's metadata
costs as much as its body and is asked only for a title or date that the page neither declares nor shows.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from transforms.account import unselected
from transforms.article import (
    Article,
    Author,
    FieldFault,
    Kept,
    Kind,
    Origin,
    Precision,
    Published,
    RawFile,
    Reading,
    Rejection,
)
from transforms.dates import read_date
from transforms.describe import clean_title, detect_language, is_brief, source_of, squeeze, usable_url
from transforms.identity import identify
from transforms.read.align import Aligner
from transforms.read.byline import Credit, read_credit
from transforms.read.declared import Declared, declared, says_update
from transforms.read.visible import legible, visible
from transforms.strip.edges import is_error_page
from transforms.strip.lines import split_lines
from transforms.strip.rules import rulebook

LARGEST = 10_000_000  # characters of markup; the engine is superlinear, and above 4 MB no news page was seen
DEEPEST = 2_000  # elements within one another; the deepest of 858 real pages has 350, and parsing is quadratic in it
_BYLINE_LINES = 12  # how far from the title by-line and date are looked for
_LINES_BEFORE = 4
_WORDS_BESIDE_DATE = 9
_LONGEST_FIELD_LINE = 160

_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_UNCLOSED = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "path", "source", "track",
     "wbr", "p", "li", "td", "tr", "th", "dt", "dd", "option"}
)  # fmt: skip
_BETWEEN = re.compile(r"\s[–—-]\s|[|•·⋅]")
_ROW_OR_ITEM = ("- ", "| ")


def read_html(raw: RawFile, markup: str, *, as_of: datetime) -> Reading:
    """The reading of one page. ``as_of`` bounds the dates that the engine may find in text; nothing else asks it."""
    if len(markup) > LARGEST:
        return Rejection(
            "too_large", f"a page of {len(markup):,} characters, the most is {LARGEST:,}; save the article's part of it"
        )
    if _nests_too_deep(markup):
        return Rejection(
            "too_deep",
            f"more than {DEEPEST:,} elements lie within one another; this is no page to read, fetch it again",
        )
    tree = LexborHTMLParser(markup)
    said = declared(tree, raw.hints.url.value if raw.hints.url else None)
    source_text = visible(tree)
    if not source_text:
        return Rejection("no_body", "the page shows no text without its scripts; save it as a browser renders it")
    complete = said.authors and said.published
    shown = Credit() if complete else _beside_title(source_text, said.title)
    body, fields = _engine(markup, said, shown, as_of)
    if not any(c.isalpha() for line in body for c in line):
        return Rejection(
            "no_body",
            f"no article text found among the page's {len(source_text):,} visible characters; if it is an article, "
            "save it as text",
        )
    if is_error_page(split_lines("\n".join([fields.title or "", *body])), rulebook()):
        return Rejection(
            "not_an_article", f"the page says of itself: {(fields.title or body[0])[:80]!r}; fetch it again"
        )
    return _article(raw, said, fields, source_text, body)


def _nests_too_deep(markup: str) -> bool:
    """Whether elements nest deeper than DEEPEST, told before anything is parsed.

    The count of tags that open between two that close bounds the depth from above at the speed of ``str.split``;
    only a page near the bound is counted exactly.
    """
    opened = itertools.accumulate(piece.count("<") - 1 for piece in markup.split("</"))
    if max(opened) < DEEPEST:
        return False
    depth = 0
    for tag in _OPEN_OR_CLOSE.finditer(markup):
        if tag[2].lower() not in _UNCLOSED:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _engine(markup: str, said: Declared, shown: Credit, as_of: datetime) -> tuple[list[str], Fields]:
    """The lines of the body, and title, by-line and dates: declared, else shown beside the title, else the engine's."""
    _silence()
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    fields = _known(said, shown)
    tree = None if fields.title and fields.published else load_html(markup)
    if tree is not None:
        fields = _completed(tree, fields, said, shown, as_of)
    # Comments left out of the tree are not mistaken for paragraphs: .953 to .956 on one of the measured sets.
    document = bare_extraction(markup if tree is None else tree, with_metadata=False, include_comments=False)
    text = legible(str(getattr(document, "text", None) or ""))
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and fields.title and _same(lines[0], fields.title):
        del lines[0]  # the headline is the title, and no paragraph
    return lines, fields


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


@dataclass(frozen=True, slots=True)
class Fields:
    """Title, by-line and dates of a page, and where each of them was found."""

    title: str | None
    authors: tuple[Author, ...]
    published: Published | None
    modified: Published | None
    origins: dict[str, Origin]


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


@functools.cache
def _silence() -> None:
    """Keep the engine's remarks on single pages out of the run's log; the reading says what became of the page."""
    for name in ("trafilatura", "htmldate", "readability", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _article(raw: RawFile, said: Declared, fields: Fields, source_text: str, lines: list[str]) -> Article:
    body = _paragraphs(lines)
    place = usable_url(said.urls, raw.hints, witness=said.witness)
    url = place[0] if place else None
    source = source_of(url, raw.hints)
    faults = list(said.faults)
    if said.urls and (place is None or place[1] is not Origin.DECLARED):
        faults.append(FieldFault("url", said.urls[0], "url.unusable"))
    language, language_origin = _language(raw, said, body)
    aligner = Aligner(source_text)
    kept = aligner.body(lines)
    kept += _fields_seen(aligner, source_text, kept, fields, said)
    origins: dict[str, Origin | None] = {
        "title": fields.origins["title"] if fields.title else None,
        "authors": fields.origins["authors"] if fields.authors else None,
        "published": fields.origins["published"] if fields.published else None,
        "modified": fields.origins["modified"] if fields.modified else None,
        "summary": Origin.DECLARED if said.summary else None,
        "section": Origin.DECLARED if said.section else None,
        "categories": Origin.DECLARED if said.categories else None,
        "url": place[1] if place else None,
        "source": source[1] if source else None,
        "language": language_origin,
    }
    identity_key, identity_kind = identify(key=raw.key, feed=raw.feed, record=None, record_id=None, url=url)
    return Article(
        format="html",
        engine="trafilatura",
        source_text=source_text,
        body=body,
        kind=said.kind or (Kind.BRIEF if is_brief(body) else Kind.ARTICLE),
        title=fields.title,
        summary=said.summary,
        authors=fields.authors,
        published=fields.published,
        modified=fields.modified,
        observed_at=raw.hints.fetched_at,
        observed_origin=raw.hints.fetched_origin,
        url=url,
        source=source[0] if source else None,
        source_name=said.site_name,
        section=said.section,
        categories=said.categories,
        language=language,
        headings=tuple(line for line in lines if squeeze(line) in said.headings),
        identity_key=identity_key,
        identity_kind=identity_kind,
        origins=tuple((name, origin) for name, origin in origins.items() if origin is not None),
        kept=tuple(kept),
        removed=tuple(unselected(source_text, kept)),
        faults=tuple(faults),
    )


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines as paragraphs with a blank line between; the rows of a table and the items of a list stay together."""
    parts: list[str] = []
    for previous, line in itertools.pairwise(["", *lines]):
        together = line.startswith(_ROW_OR_ITEM) and previous.startswith(line[:2])
        parts.append(f"{'' if not parts else chr(10) if together else chr(10) * 2}{line}")
    return "".join(parts)


def _language(raw: RawFile, said: Declared, body: str) -> tuple[str | None, Origin | None]:
    if detected := detect_language(body):
        return detected, Origin.TEXT
    if raw.hints.language:
        return raw.hints.language.value, raw.hints.language.origin
    return said.lang, Origin.DECLARED if said.lang else None


def _fields_seen(
    aligner: Aligner, source_text: str, body: Sequence[Kept], fields: Fields, said: Declared
) -> list[Kept]:
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
