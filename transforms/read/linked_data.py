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
from transforms.describe import says_nothing
from transforms.people import split_authors
from transforms.strip.lines import tidy

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"
Node: TypeAlias = dict[str, Json]

_ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report|\w*Review|Recipe|HowTo|ImageGallery|MediaGallery)$")
_PAGE = re.compile(r"(?:WebPage|ItemPage|VideoObject|CreativeWork|AboutPage|Product)$")
_WEB_PAGE = re.compile(r"(?:WebPage|ItemPage|AboutPage)$")
_ORGANISATION = re.compile(r"(?:\w*Organi[sz]ation|Corporation)$")
_OPENING = re.compile(r"^\s*(?:<!--|(?:/\*|//)?\s*<!\[CDATA\[(?:\s*\*/)?)\s*")
_CLOSING = re.compile(r"\s*(?:-->|(?:/\*|//)?\s*\]\]>(?:\s*\*/)?)?\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")
_COMMENT = re.compile(r"(?m)(?<=[\s,{\[])//[^\n\"]{0,200}(?:\"[^\n\"]{0,100}\"[^\n\"]{0,100})?$")
_PLAIN_TYPE = re.compile(r"\"@type\"\s{0,5}:\s{0,5}\"(\w{1,40})\"")
_PLAIN_FIELD = re.compile(r"\"(headline|datePublished|dateModified)\"\s{0,5}:\s{0,5}\"([^\"\\]{1,300})\"\s{0,20}[,}]")
_LENIENT = json.JSONDecoder(strict=False)
_MOST_STEPS = 12
_MOST_VALUES = 50  # of one script
_MOST_NODES = 2000  # of one page; a page with more is no article page, or a hostile one
_BROKEN = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """One node that describes an article; dates and URLs as written.

    ``own`` is whether it describes the page's article, as far as that can be told.
    """

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
    is_free: bool | None  # isAccessibleForFree
    body: str | None  # articleBody
    own: bool | None = None

    @property
    def is_article(self) -> bool:
        """Whether the node says that it is an article, and not just a page."""
        return any(_ARTICLE.match(t) for t in self.types)

    @property
    def is_page(self) -> bool:
        """Whether the node says that it is the page, and not a video in it."""
        return any(_WEB_PAGE.match(t) for t in self.types)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """A page's article nodes in order, then those of the page as a whole; and the section its breadcrumbs give."""

    articles: tuple[LinkedArticle, ...]
    breadcrumb: str | None


def linked_articles(scripts: Iterable[str]) -> LinkedData:
    """What the texts of a page's JSON-LD scripts say of its article."""
    nodes = [node for script in scripts for node in _top_nodes(_decoded(script))]
    by_id = {i: n for n in nodes if isinstance(i := n.get("@id"), str) and len(n) > 1}
    found: list[LinkedArticle] = []
    breadcrumb = None
    for node in nodes:
        types = _types(node)
        if any(_ARTICLE.match(t) or _PAGE.match(t) for t in types):
            found.append(_article(node, types, by_id))
        elif "BreadcrumbList" in types and breadcrumb is None:
            breadcrumb = _section_of(node)
    return LinkedData(tuple(sorted(found, key=lambda article: not article.is_article)), breadcrumb)


def _section_of(breadcrumbs: Node) -> str | None:
    """The last step before the article's own, where there is one between it and the home page."""
    steps = breadcrumbs.get("itemListElement")
    if not isinstance(steps, list) or not 3 <= len(steps) <= _MOST_STEPS:
        return None
    step = steps[-2]
    item = step.get("item") if isinstance(step, dict) else None
    name = _text(step.get("name")) if isinstance(step, dict) else None
    return name or (_text(item.get("name")) if isinstance(item, dict) else None)


def _decoded(script: str) -> Json:
    """What a script says; a list of it where several values follow each other, which JSON does not allow."""
    found: list[Json] = []
    while script and len(found) < _MOST_VALUES:
        value, script = _first_value(script)
        found.append(value)
    return found[0] if len(found) == 1 else found


def _first_value(script: str) -> tuple[Json, str]:
    """The first value of a script, mended where it takes little, and the text behind it that may hold another."""
    try:
        return msgspec.json.decode(script), ""
    except _BROKEN:
        pass
    mended = _CLOSING.sub("", _OPENING.sub("", script, count=1)[-1_000_000:])
    for text in (_TRAILING_COMMA.sub(r"\1", mended), _TRAILING_COMMA.sub(r"\1", _COMMENT.sub("", mended))):
        try:
            value, end = _LENIENT.raw_decode(text.lstrip())
        except _BROKEN:
            continue
        rest = text.lstrip()[end:].lstrip(" ,;\r\n\t")
        return value, rest if rest.startswith(("{", "[")) else ""
    return _salvaged(mended), ""


def _salvaged(text: str) -> Json:
    """The plain fields of an article's node that is beyond repair, as when a quotation mark is left unescaped."""
    kind = next((m[1] for m in _PLAIN_TYPE.finditer(text) if _ARTICLE.match(m[1])), None)
    if kind is None:
        return None
    fields: dict[str, Json] = {"@type": kind}
    for m in _PLAIN_FIELD.finditer(text):
        fields.setdefault(m[1], m[2])
    return fields


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


def _article(node: Node, types: tuple[str, ...], by_id: dict[str, Node]) -> LinkedArticle:
    publisher = _names(node.get("publisher") or node.get("sourceOrganization"), by_id)
    return LinkedArticle(
        types=types,
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
        is_free=_truth(node.get("isAccessibleForFree")),
        body=body if isinstance(body := node.get("articleBody"), str) else None,
    )


def _text(value: Json) -> str | None:
    """A text value, on one line; publishers escape entities once too often."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str) or says_nothing(value):
        return None
    return tidy(html.unescape(value)) or None


def _truth(value: Json) -> bool | None:
    """A truth value as publishers write it: ``false``, ``"False"``, ``"http://schema.org/False"``."""
    if isinstance(value, bool):
        return value
    word = value.strip().rsplit("/", 1)[-1].casefold() if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(word)


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
        for name in _each_text(node.get("name")) or _of_parts(node):
            for author in [Author(name, "organisation")] if organisation else split_authors(name):
                found.setdefault(author.name.casefold(), author)
    return tuple(found.values())


def _of_parts(node: Node) -> list[str]:
    """The name of a person of whom the given and the family name alone are stated."""
    parts = (_text(node.get(key)) for key in ("givenName", "additionalName", "familyName"))
    return [name] if (name := " ".join(part for part in parts if part)) else []


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
