"""Web pages: the body by trafilatura, the fields by what the page declares, the rest accounted for.

In go a picked-up file and its decoded markup; out comes one :class:`~transforms.article.Article`, or a rejection with
reason ``no_body``, ``too_large`` or ``too_deep``. The source text is the page's visible text. The engine's metadata
costs as much as its body and is asked only for a title, author or date that the page does not declare.
"""

from __future__ import annotations

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
    Published,
    RawFile,
    Reading,
    Rejection,
)
from transforms.dates import read_date
from transforms.describe import clean_title, detect_language, is_brief, source_of, split_authors, squeeze, usable_url
from transforms.identity import identify
from transforms.read.align import Aligner
from transforms.read.declared import Declared, declared
from transforms.read.visible import legible, visible

LARGEST = 10_000_000  # characters of markup; the engine is superlinear, and above 4 MB no news page was seen
DEEPEST = 2_000  # elements within one another; the deepest of 858 real pages has 350, and parsing is quadratic in it
_BYLINE_LINES = 12  # how far from the title by-line and date are looked for
_LONGEST_FIELD_LINE = 160

_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_UNCLOSED = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "path", "source", "track",
     "wbr", "p", "li", "td", "tr", "th", "dt", "dd", "option"}
)  # fmt: skip
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
    body, completed = _engine(markup, said, as_of)
    if not any(c.isalpha() for line in body for c in line):
        return Rejection(
            "no_body",
            f"no article text found among the page's {len(source_text):,} visible characters; if it is an article, "
            "save it as text",
        )
    return _article(raw, said, completed, source_text, body)


@dataclass(frozen=True, slots=True)
class _Completed:
    """Title, authors and date, from the page's declarations or else from the engine, and who said so."""

    title: str | None
    authors: tuple[Author, ...]
    published: Published | None
    origins: dict[str, Origin]


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


def _engine(markup: str, said: Declared, as_of: datetime) -> tuple[list[str], _Completed]:
    """The lines of the body, and the fields that only the engine finds."""
    _silence()
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    missing = not said.title or not said.authors or said.published is None
    tree = load_html(markup) if missing else None
    completed = _complete(tree, said, as_of)
    document = bare_extraction(markup if tree is None else tree, with_metadata=False)
    text = legible(str(getattr(document, "text", None) or ""))
    return [line.rstrip() for line in text.split("\n") if line.strip()], completed


def _complete(tree: object | None, said: Declared, as_of: datetime) -> _Completed:
    title, authors, published = said.title, said.authors, said.published
    origins = dict.fromkeys(("title", "authors", "published"), Origin.DECLARED) | said.origins
    if tree is None:
        return _Completed(title, authors, published, origins)
    from htmldate import find_date
    from trafilatura.metadata import extract_author, extract_title

    if not title:
        title = clean_title(extract_title(tree) or "", [said.site_name or ""])
        origins["title"] = Origin.PAGE
    if not authors:
        authors = split_authors(extract_author(tree) or "")
        origins["authors"] = Origin.PAGE
    if published is None:
        day = find_date(tree, original_date=True, extensive_search=True, max_date=as_of.date().isoformat())
        published = read_date(day or "", Origin.PAGE)
        origins["published"] = Origin.PAGE
    return _Completed(title, authors, published, origins)


@functools.cache
def _silence() -> None:
    """Keep the engine's remarks on single pages out of the run's log; the reading says what became of the page."""
    for name in ("trafilatura", "htmldate", "readability", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _article(raw: RawFile, said: Declared, completed: _Completed, source_text: str, lines: list[str]) -> Article:
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
    kept += _fields_seen(aligner, source_text, kept, completed, said)
    origins: dict[str, Origin | None] = {
        "title": completed.origins["title"] if completed.title else None,
        "authors": completed.origins["authors"] if completed.authors else None,
        "published": completed.origins["published"] if completed.published else None,
        "modified": Origin.DECLARED if said.modified else None,
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
        title=completed.title,
        summary=said.summary,
        authors=completed.authors,
        published=completed.published,
        modified=said.modified,
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
    aligner: Aligner, source_text: str, body: Sequence[Kept], completed: _Completed, said: Declared
) -> list[Kept]:
    """The lines of the page that live on as a field: its title, summary, by-line and date line."""
    start = body[0].start if body else None
    found: list[Kept] = []
    title = aligner.line(completed.title, "title", start) if completed.title else None
    if title:
        found.append(title)
    if said.summary and (summary := aligner.line(said.summary, "summary", start)):
        found.append(summary)
    names = ["".join(a.name.casefold().split()) for a in completed.authors]
    for first, last in _lines_near(source_text, title.end if title else start or 0, body[-1].end if body else 0):
        line = source_text[first:last]
        compact = "".join(line.casefold().split())
        if any(name in compact and len(compact) <= len(name) + 60 for name in names):
            found.append(Kept(first, last, "authors"))
        elif completed.published and any(c.isdigit() for c in line):
            seen = read_date(line, Origin.PAGE)
            if seen and seen.day == completed.published.day:
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
