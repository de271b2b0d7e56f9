"""Web pages: the body by trafilatura, the fields by what the page declares, the rest accounted for.

In go a picked-up file and its decoded markup; out comes one :class:`~transforms.article.Article`, or a rejection with
reason ``no_body``, ``too_large`` or ``too_deep``. The source text is the page's visible text.
"""

from __future__ import annotations

import functools
import itertools
import logging
import re
from collections.abc import Sequence
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from transforms.account import unselected
from transforms.article import (
    Article,
    FieldFault,
    Kind,
    Origin,
    RawFile,
    Reading,
    Rejection,
)
from transforms.describe import detect_language, is_brief, source_of, squeeze, usable_url
from transforms.identity import identify
from transforms.read.align import Aligner
from transforms.read.declared import Declared, declared
from transforms.read.page_fields import Fields, fields_seen, page_fields
from transforms.read.visible import legible, visible
from transforms.strip.edges import is_error_page
from transforms.strip.lines import split_lines
from transforms.strip.rules import rulebook

LARGEST = 10_000_000  # characters of markup; the engine is superlinear, and above 4 MB no news page was seen
DEEPEST = 2_000  # elements within one another; the deepest of 858 real pages has 350, and parsing is quadratic in it

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
    _silence()
    fields = page_fields(said, source_text, markup, as_of=as_of)
    body = _engine(markup, fields)
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


def _engine(markup: str, fields: Fields) -> list[str]:
    """The lines of the body."""
    from trafilatura import bare_extraction

    # Comments left out of the tree are not mistaken for paragraphs: .953 to .956 on one of the measured sets.
    document = bare_extraction(markup, with_metadata=False, include_comments=False)
    text = legible(str(getattr(document, "text", None) or ""))
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and fields.title and _same(lines[0], fields.title):
        del lines[0]  # the headline is the title, and no paragraph
    return lines


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


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
    kept += fields_seen(aligner, source_text, kept, fields, said)
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
