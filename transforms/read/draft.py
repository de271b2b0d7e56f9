"""A reading in the making: fields, spans and faults as a text reader finds them, and the Article they end as.

Readers of plain text and of tagged exports put what they find into one :class:`Draft`; :meth:`Draft.finish` derives
what follows from it (body, language, URL, source, identity) in one way for both and accounts for the rest.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from transforms.account import unselected
from transforms.article import (
    DECLARED,
    TEXT,
    Article,
    Author,
    FieldFault,
    Kept,
    Kind,
    Origin,
    Published,
    RawFile,
    Removed,
    Role,
)
from transforms.describe import clean_title, registrable_domain, source_of, usable_url
from transforms.identity import identify
from transforms.language import detect_language
from transforms.strip.line import Line, Stretch
from transforms.strip.lines import tidy, without_bullet

_ROW_OR_ITEM = ("- ", "| ")
_SAMPLE = 6_000  # characters; a longer body is no brief
_LANGUAGE_SAMPLE = 1_000  # characters; twice as many cost twice the time and change nothing


def in_paragraphs(lines: Sequence[str]) -> str:
    """The lines with a blank line between; the rows of a table and the items of a list stay together."""
    if not any(line.startswith(_ROW_OR_ITEM) for line in lines):
        return "\n\n".join(lines)
    parts: list[str] = []
    for previous, line in itertools.pairwise(["", *lines]):
        together = line.startswith(_ROW_OR_ITEM) and previous.startswith(line[:2])
        parts.append(f"{'' if not parts else chr(10) if together else chr(10) * 2}{line}")
    return "".join(parts)


@dataclass(slots=True)
class Draft:
    """What is known of one text so far. Offsets count in ``source_text``.

    A record of a file has its place there, its own bytes and the names of its fields; ``names_site`` says that its
    title may hold the site's name.
    """

    raw: RawFile
    source_text: str
    format: str
    kind: Kind = Kind.ARTICLE
    title: str | None = None
    kicker: str | None = None
    summary: str | None = None
    highlights: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    published: Published | None = None
    modified: Published | None = None
    section: str | None = None
    categories: tuple[str, ...] = ()
    urls: list[str] = field(default_factory=list)
    stated_source: str | None = None
    stated_language: str | None = None
    record_id: str | None = None
    record: str | None = None
    content: bytes | None = None
    field_names: tuple[str, ...] = ()
    names_site: bool = False
    is_translated: bool | None = None
    confidence: float | None = None
    body: Sequence[Line | Stretch] = ()
    headings: tuple[str, ...] = ()
    origins: dict[str, Origin] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    faults: list[FieldFault] = field(default_factory=list)

    def keep(self, start: int, end: int, name: str) -> None:
        """The span lives on in the field ``name``."""
        if start < end:
            self.kept.append(Kept(start, end, name))

    def cut(self, start: int, end: int, role: Role, rule: str) -> None:
        """The span goes, by the rule of that id."""
        if self.source_text[start:end].strip():
            self.removed.append(Removed(start, end, role, rule))

    def take_authors(self, found: tuple[Author, ...], origin: Origin) -> None:
        """Add authors, each once, in order."""
        known = {author.name.casefold() for author in self.authors}
        self.authors += tuple(author for author in found if author.name.casefold() not in known)
        if self.authors:
            self.origins.setdefault("authors", origin)

    def take_categories(self, found: list[str], origin: Origin) -> None:
        """Add categories, each once, in order."""
        self.categories = tuple(dict.fromkeys([*self.categories, *found]))
        if self.categories:
            self.origins.setdefault("categories", origin)

    def take_published(self, date: Published, origin: Origin) -> None:
        """Set the publication date, unless one is known: the first statement counts."""
        if self.published is None:
            self.published = date
            self.origins["published"] = origin

    def finish(self) -> Article:
        """The article of this draft, with every character of its source accounted for."""
        texts = [line.text for line in self.body]
        if self.kind is Kind.ROUNDUP:
            texts = list(map(without_bullet, texts))
        texts = list(map(tidy, texts))
        body = in_paragraphs(texts) if self.format == "json" else "\n\n".join(texts)
        self._keep_body()
        kind = self.kind
        if kind is Kind.ARTICLE and len(body) <= _SAMPLE:
            from transforms.describe import is_brief

            kind = Kind.BRIEF if is_brief(body) else kind
        url, source, source_name = self._place()
        key, key_kind = identify(
            key=self.raw.key.removesuffix(f"#{self.record}"),
            feed=self.raw.feed,
            record=self.record,
            record_id=self.record_id,
            url=url,
            source=source or (source_name.lower() if source_name else None),
        )
        language = self._language(body)
        title = self.title
        if title and self.names_site:
            title = clean_title(title, [name for name in (source_name, source) if name])
        spans: list[Kept | Removed] = [*self.kept, *self.removed]
        return Article(
            format=self.format,
            engine=self.format,
            source_text=self.source_text,
            body=body,
            kind=kind,
            record_id=self.record_id,
            record=self.record,
            content=self.content,
            field_names=self.field_names,
            title=title,
            kicker=self.kicker,
            summary=self.summary,
            highlights=self.highlights,
            authors=self.authors,
            published=self.published,
            modified=self.modified,
            observed_at=self.raw.hints.fetched_at,
            observed_origin=self.raw.hints.fetched_origin,
            url=url,
            source=source,
            source_name=source_name,
            section=self.section,
            categories=self.categories,
            language=language,
            is_translated=self.is_translated,
            headings=self.headings,
            items=tuple(texts) if kind is Kind.ROUNDUP else (),
            identity_key=key,
            identity_kind=key_kind,
            confidence=self.confidence,
            origins=tuple(sorted(self.origins.items())),
            kept=tuple(sorted(self.kept, key=lambda k: (k.start, k.end))),
            removed=tuple(
                sorted([*self.removed, *unselected(self.source_text, spans)], key=lambda r: (r.start, r.end))
            ),
            faults=tuple(self.faults),
        )

    def _keep_body(self) -> None:
        """Kept spans for the runs of body lines with only white space between them, without what was cut within."""
        cuts = sorted((cut.start, cut.end) for cut in self.removed)
        start = end = -1
        for line in self.body:
            if start >= 0 and not self.source_text[end : line.start].strip():
                end = line.end
                continue
            self._keep_between(start, end, cuts)
            start, end = line.start, line.end
        self._keep_between(start, end, cuts)

    def _keep_between(self, start: int, end: int, cuts: Sequence[tuple[int, int]]) -> None:
        """Keep what of a stretch of the body no cut covers."""
        for left, right in itertools.islice(cuts, bisect_left(cuts, (start, start)), None):
            if left >= end:
                break
            if self.source_text[start:left].strip():
                self.keep(start, left, "body")
            start = max(start, right)
        if self.source_text[start:end].strip():
            self.keep(start, end, "body")

    def _place(self) -> tuple[str | None, str | None, str | None]:
        """URL, source and source's name, from what the text states and what is known from outside."""
        place = usable_url(self.urls, self.raw.hints)
        url = place[0] if place else None
        if place:
            self.origins["url"] = place[1]
        if self.urls and (place is None or place[1] is not DECLARED):
            self.faults.append(FieldFault("url", self.urls[0], "url.unusable"))
        stated = self.stated_source
        domain = registrable_domain(stated) if stated and "." in stated and " " not in stated else None
        source = source_of(url, self.raw.hints) if url or not domain else (domain, DECLARED)
        if source:
            self.origins["source"] = source[1]
        if stated and domain is None:
            self.origins["source_name"] = DECLARED
            return url, source[0] if source else None, tidy(stated)
        return url, source[0] if source else None, None

    def _language(self, body: str) -> str | None:
        """The body's language, seen in the text; what is stated or hinted counts only where that fails."""
        seen = detect_language(body[:_LANGUAGE_SAMPLE])
        hint = self.raw.hints.language
        if seen:
            self.origins["language"] = DECLARED if seen == self.stated_language else TEXT
            if self.stated_language not in (None, seen):
                self.faults.append(FieldFault("language", str(self.stated_language), "language.contradicted"))
        elif self.stated_language:
            self.origins["language"] = DECLARED
        elif hint:
            self.origins["language"] = hint.origin
        return seen or self.stated_language or (hint.value if hint else None)
