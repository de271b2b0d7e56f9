"""The authors of a page: the first place that names a person, in the order in which places are to be believed.

In go the page's evidence, its JSON-LD and the names of its site; out come authors and their origin. The order:

1. JSON-LD ``author`` of its articles;
2. meta elements named for an author, a by-line or a creator; ``twitter:label1`` "Written by" with ``twitter:data1``;
3. by-line elements: ``itemprop=author``, ``rel=author``, classes such as "byline", "author-name", "author";
4. links to profiles and other places that may name an author, or much else: only for what looks like a name
   (``credited``). What the lines beside the title show goes before these, see :mod:`~transforms.read.page_fields`.

Where a place names organisations, handles or the site alone, a person of a later place goes before them. The site's
own name beside a person is where the person works, and no author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.article import Author, Origin
from transforms.describe import bare_name
from transforms.people import names_nobody, split_authors
from transforms.read.byline import is_name
from transforms.read.elsewhere import Elsewhere
from transforms.read.evidence import Evidence, Texts
from transforms.read.linked_data import LinkedArticle
from transforms.strip.lines import tidy

_META = (
    "author", "byl", "byline", "parsely-author", "sailthru.author", "citation_author", "citation_authors",
    "dc.creator", "dcterms.creator", "article.author", "article:author", "article:author_name", "og:article:author",
    "authors", "dcsext.author", "cxenseparse:author", "cxense:author", "author_name", "article_author", "rbauthors",
)  # fmt: skip
_SURNAME_FIRST = ("citation_author", "citation_authors", "dc.creator", "dcterms.creator")
_WRITTEN_BY = re.compile(
    r"written by|author|by|posted by|verfasst von|geschrieben von|autor|écrit par|auteur|escrito por|scritto da|"
    r"geschreven door|skrevet av|skriven av|napisane przez|автор|yazan|yazar|執筆者|作成者",
    re.IGNORECASE,
)
_PLACES = (
    "a[href*='/author'], a[href*='/autor'], a[href*='/auteur'], a[href*='/contributor'], a[href*='author='], "
    "[class*='author' i], [id*='author' i], [data-testid*='author' i], [rel~='me'], [class*='writer' i], "
    "[class*='posted-by' i], [id*='byline' i], [data-testid*='byline' i]"
)
_NO_PLACE = re.compile(
    r"comment|related|avatar|social|bio|reply|recommend|more-|im(?:g|age)|photo|follow|authori[tz]|"
    r"media-?(?:info|box)|caption|credit|popular|trending|sidebar|footer|testimonial|review(?:ed|er|s)|quote|fact-?check|widget|disqus",
    re.IGNORECASE,
)
_LONGEST = 160
_MOST_PLACES = 200
_MOST_TEXT = 1_000_000  # characters of such places that are looked at
_MOST_UNLIKELY = 3  # of texts at an author's place that look like no names; more are a menu
_HANDLE = re.compile(r"[a-z][a-z0-9_-]{2,}|[\w-]+(?:\.[\w-]+)+|\S*[_@]\S*")
_SURNAME_AND_GIVEN = re.compile(r"([^\d,;]{2,40}), ?([^\d,;]{1,40})")


def declared_authors(
    evidence: Evidence, linked: Sequence[LinkedArticle], names: Sequence[str]
) -> tuple[tuple[Author, ...], Origin]:
    """The authors by precedence, else the organisations or handles of the first place that has any."""
    sites = {bare for name in names if (bare := bare_name(name))}
    best: tuple[Author, ...] = ()
    best_origin = Origin.DECLARED
    for found, origin in _places(evidence, linked):
        authors = tuple(a if a.kind != "person" or bare_name(a.name) not in sites else _as_site(a) for a in found)
        people = any(is_person(a) for a in authors)
        if people:
            return tuple(a for a in authors if is_person(a) or bare_name(a.name) not in sites), origin
        if authors and not best:
            best, best_origin = authors, origin
    return best, best_origin


def is_person(author: Author) -> bool:
    """Whether an author is said to be a person, by a name and not by a handle or address."""
    return author.kind == "person" and not _HANDLE.fullmatch(author.name) and not names_nobody(author.name)


def _as_site(author: Author) -> Author:
    return Author(author.name, "organisation", author.role)


def credited_authors(tree: LexborHTMLParser, others: Elsewhere) -> tuple[Author, ...]:
    """The names at places that may be an author's; only where nobody is declared."""
    texts = Texts(_MOST_TEXT)
    for element in tree.css(_PLACES)[:_MOST_PLACES]:
        if _is_elsewhere(element) or others.holds(element):
            continue
        text = _lines_of(element, texts)
        if len(tidy(text)) > _LONGEST or not text.strip():
            continue
        named = tuple(author for author in split_authors(text) if _is_credible(author))
        if named and element.tag == "a" and element.parent is not None:
            return _unique(iter((*named, *_of_neighbours(element.parent))))
        if named:
            return named
    return ()


def _of_neighbours(parent: LexborNode) -> Iterator[Author]:
    """The names of the other links of the kind that stand in the same place: "By Ina Holm and Jo Bell"."""
    place = parent.parent if parent.parent is not None and parent.tag in ("li", "span", "strong", "b", "em") else parent
    if len(tidy(place.text())) <= _LONGEST:
        for link in place.css(_PLACES):
            yield from (a for a in split_authors(tidy(link.text())) if link.tag == "a" and _is_credible(a))


def _is_elsewhere(element: LexborNode) -> bool:
    """Whether an element is of a comment, a teaser or a box about others, by the names of it and what it is in."""
    node: LexborNode | None = element
    for _ in range(4):
        if node is None or node.tag in ("body", "main", "article"):
            return False
        attributes = node.attributes
        if _NO_PLACE.search(f"{attributes.get('class')} {attributes.get('id')}"):
            return True
        node = node.parent
    return False


def _places(evidence: Evidence, linked: Sequence[LinkedArticle]) -> Iterator[tuple[tuple[Author, ...], Origin]]:
    for article in linked:
        yield article.authors, Origin.DECLARED
    meta = evidence.meta
    for name in _META:
        if name in meta:
            texts = meta[name]
            if name in _SURNAME_FIRST:
                texts = [_SURNAME_AND_GIVEN.sub(r"\2 \1", t) if _SURNAME_AND_GIVEN.fullmatch(t) else t for t in texts]
            yield _unique(a for text in texts for a in split_authors(text)), Origin.DECLARED
    for number in ("1", "2"):
        label = next(iter(meta.get(f"twitter:label{number}", ())), "").strip(" :")
        if _WRITTEN_BY.fullmatch(label):
            yield _unique(a for v in meta.get(f"twitter:data{number}", ()) for a in split_authors(v)), Origin.DECLARED
    seen = Texts(_MOST_TEXT)
    for element in evidence.bylines:
        if not _is_elsewhere(element):
            attributes = element.attributes
            stated = "author" in f"{attributes.get('itemprop')} {attributes.get('rel')} {attributes.get('class')}"
            yield _of_byline(element, seen, stated=stated), Origin.PAGE


def _of_byline(element: LexborNode, texts: Texts, *, stated: bool) -> tuple[Author, ...]:
    """The authors of a by-line element, without the dates, buttons and reading times that stand in it."""
    names = [n for n in element.css("[itemprop~='name']") if n.text(strip=True)]
    if names:
        return split_authors("; ".join((n.attributes.get("content") or n.text()) for n in names[:10]))
    text = element.attributes.get("content") or _lines_of(element, texts)
    if len(tidy(text)) > _LONGEST:
        return ()
    found = split_authors(text)
    credible = tuple(a for a in found if _is_credible(a))
    if len(credible) == len(found):
        return found
    linked = split_authors("; ".join(tidy(a.text()) for a in element.css("a")[:6]))
    if linked and all(map(_is_credible, linked)):
        return linked
    return credible or (found if stated and len(found) <= _MOST_UNLIKELY else ())


def _lines_of(element: LexborNode, texts: Texts) -> str:
    """An element's text, a line for each of its text nodes, without those of scripts and styles."""
    text = texts.of(element, "\n")
    return "\n".join(line for line in text.split("\n") if "{" not in line and line.strip())


def _is_credible(author: Author) -> bool:
    """Whether a text found by its place alone is a name: "Sign in" and "Read more" stand in such places too."""
    scripts_without_capitals = not any(c.isascii() and c.isalpha() for c in author.name)
    return author.kind == "organisation" or is_name(author.name, said=True) or scripts_without_capitals


def _unique(authors: Iterator[Author]) -> tuple[Author, ...]:
    return tuple({author.name.casefold(): author for author in authors}.values())
