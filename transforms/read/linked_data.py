"""JSON-LD: what a page's ``application/ld+json`` scripts state of the article, as plain values.

Script texts go in, the nodes that describe an article come out, best first. Publishers' JSON is often slightly broken
(trailing commas, raw line ends in strings, comment wrappers); what a small repair does not mend is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from transforms.article import Author
from transforms.describe import split_authors, squeeze

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"
Node: TypeAlias = dict[str, Json]

_ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report|\w*Review|Recipe|HowTo|ImageGallery|MediaGallery)$")
_PAGE = re.compile(r"(?:WebPage|ItemPage|VideoObject|CreativeWork|AboutPage|Product)$")
_ORGANISATION = re.compile(r"(?:\w*Organi[sz]ation|Corporation)$")
_OPENING = re.compile(r"^\s*(?:<!--|(?:/\*|//)?\s*<!\[CDATA\[(?:\s*\*/)?)\s*")
_CLOSING = re.compile(r"\s*(?:-->|(?:/\*|//)?\s*\]\]>(?:\s*\*/)?)?\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")
_MOST_NODES = 2000  # of one page; a page with more is no article page, or a hostile one
_BROKEN = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """One node that describes an article; dates and URLs as written."""

    types: tuple[str, ...]
    headline: str | None
    authors: tuple[Author, ...]
    published: str | None
    modified: str | None
    urls: tuple[str, ...]
    section: str | None
    keywords: tuple[str, ...]
    publisher: str | None
    description: str | None

    @property
    def is_article(self) -> bool:
        """Whether the node says that it is an article, and not just a page."""
        return any(_ARTICLE.match(t) for t in self.types)


def linked_articles(scripts: Iterable[str]) -> list[LinkedArticle]:
    """The article nodes of a page's scripts, in their order, then the nodes that describe the page as a whole."""
    nodes = [node for script in scripts for node in _top_nodes(_decoded(script))]
    by_id = {i: n for n in nodes if isinstance(i := n.get("@id"), str) and len(n) > 1}
    found = [_article(n, by_id) for n in nodes if any(_ARTICLE.match(t) or _PAGE.match(t) for t in _types(n))]
    return sorted(found, key=lambda article: not article.is_article)


def _decoded(script: str) -> Json:
    try:
        return msgspec.json.decode(script)  # type: ignore[no-any-return]
    except _BROKEN:
        pass
    mended = _CLOSING.sub("", _OPENING.sub("", script, count=1)[-1_000_000:])
    try:
        return json.loads(_TRAILING_COMMA.sub(r"\1", mended), strict=False)  # type: ignore[no-any-return]
    except _BROKEN:
        return None


def _top_nodes(value: Json) -> Iterator[Node]:
    """The nodes that a script states of its own page: those of lists, graphs and main entities, not nested parts."""
    pending: list[Json] = [value]
    for _ in range(_MOST_NODES):  # passes over what is no node too
        if not pending:
            return
        value = pending.pop(0)
        if isinstance(value, list):
            pending[:0] = value[:_MOST_NODES]
        elif isinstance(value, dict):
            yield value
            pending[:0] = [value.get(key) for key in ("@graph", "mainEntity", "mainEntityOfPage")]


def _types(node: Node) -> tuple[str, ...]:
    said = node.get("@type")
    return tuple(t.rsplit("/", 1)[-1] for t in (said if isinstance(said, list) else [said]) if isinstance(t, str))


def _article(node: Node, by_id: dict[str, Node]) -> LinkedArticle:
    publisher = _names(node.get("publisher") or node.get("sourceOrganization"), by_id)
    return LinkedArticle(
        types=_types(node),
        headline=_text(node.get("headline")) or _text(node.get("name")),
        authors=_authors(node.get("author") or node.get("creator"), by_id),
        published=_text(node.get("datePublished")) or _text(node.get("dateCreated")),
        modified=_text(node.get("dateModified")),
        urls=tuple(
            u for u in (_link(node.get("mainEntityOfPage")), _link(node.get("url")), _link(node.get("@id"))) if u
        ),
        section=next(iter(_words(node.get("articleSection"))), None),
        keywords=_words(node.get("keywords")),
        publisher=publisher[0] if publisher else None,
        description=_text(node.get("description")),
    )


def _text(value: Json) -> str | None:
    """A text value, on one line; publishers escape entities once too often."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return squeeze(html.unescape(value)) or None if isinstance(value, str) else None


def _link(value: Json) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) and value.startswith(("http", "/")) else None


def _words(value: Json) -> tuple[str, ...]:
    """Keywords or sections: a list, or one text with commas."""
    parts = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return tuple(w for part in parts[:100] if (w := _text(part)))


def _names(value: Json, by_id: dict[str, Node]) -> list[str]:
    return [name for node in _entities(value, by_id) if (name := _text(node.get("name")))]


def _authors(value: Json, by_id: dict[str, Node]) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    for node in _entities(value, by_id):
        organisation = any(_ORGANISATION.match(t) for t in _types(node))
        for name in _each_text(node.get("name")):
            for author in [Author(name, "organisation")] if organisation else split_authors(name):
                found.setdefault(author.name.casefold(), author)
    return tuple(found.values())


def _each_text(value: Json) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for v in values[:100] if (text := _text(v))]


def _entities(value: Json, by_id: dict[str, Node]) -> list[Node]:
    """People or organisations as nodes: a name alone, a node, a reference to one, or a list of these."""
    found: list[Node] = []
    for entity in (value if isinstance(value, list) else [value])[:100]:
        if isinstance(entity, str):
            found.append({"name": entity})
        elif isinstance(entity, dict):
            reference = entity.get("@id")
            found.append(
                by_id.get(reference, entity) if "name" not in entity and isinstance(reference, str) else entity
            )
    return found
