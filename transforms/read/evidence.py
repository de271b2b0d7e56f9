"""The elements of a page that say something of its article, gathered in one pass over the tree.

A parsed page goes in, before anything is taken out of it; an :class:`Evidence` comes out, its texts on one line and in
the page's order. What to make of it is decided elsewhere. One selector for everything costs a quarter of one for
each: .36 ms a page against 1.5.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.describe import says_nothing
from transforms.read.elsewhere import Elsewhere, is_headline
from transforms.strip.lines import tidy

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Few alternatives, and the rest told in Python: each alternative of a selector is tried on every element of the page.
_TELLING = (
    "title, meta, base[href], link[rel~='canonical'], script[type*='ld+json' i], time, h1, h2, h3, h4, h5, h6, "
    "[itemprop], [rel~='author'], [class*='byline' i], [class*='author' i], [class*='date' i]"
)
_BYLINE = re.compile(r"byline|author(?:-|__)name|(?:post|entry)-author|(?:^|\s)author(?:\s|$)")
_MOST_BYLINES = 60  # further ones belong to comments and teasers
_MOST_TIMES = 60
_MOST_HEADLINES = 3
_MOST_VALUES = 60  # of one name
_MOST_TEXT = 3_000_000  # characters of elements looked at; the 858 measured pages have 60,000 at most
_SHORTEST_TIME = 5
_LONGEST_TIME = 60  # characters of an element of class "date" that is a date and no more
_KICKER = re.compile(
    r"kicker|overline|topline|eyebrow|supertitle|dachzeile|roofline|antetitulo|surtitre", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: ``level`` 1 to 6, its text, that without a kicker inside; ``linked`` is a long one with a link."""

    level: int
    text: str
    bare: str
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A time element or one with a date's itemprop.

    ``value`` is as written by machine (or shown), ``shown`` the text that readers see; ``classes`` the names of its
    class, ``label`` the words before it in its parent, ``after_headline`` whether an h1 came before; ``elsewhere`` that
    it is of a teaser, a comment or a caption.
    """

    value: str
    shown: str
    itemprop: str
    classes: str
    label: str
    pubdate: bool
    after_headline: bool
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was gathered; ``meta`` has contents by lower-case property, name or itemprop, blanks left out."""

    meta: dict[str, list[str]]
    linked: tuple[str, ...]  # the texts of the JSON-LD scripts
    headings: tuple[Heading, ...]
    tab: str | None  # the head's title element
    headline: str | None  # the microdata headline
    moments: tuple[Moment, ...]
    bylines: tuple[LexborNode, ...]
    canonical: str | None
    base: str | None
    lang: str | None
    others: Elsewhere  # tells what else on the page is not the article's


class Texts:
    """The texts of elements, until a page has had its share: elements within one another would cost its square."""

    def __init__(self, most: int) -> None:
        self._left = most

    def of(self, element: LexborNode, separator: str = "") -> str:
        """The element's text; empty once ``most`` characters were handed out."""
        if self._left <= 0:
            return ""
        text = element.text(separator=separator)
        self._left -= len(text) + 1
        return text


class _Gathered:
    """What the pass over the tree finds, element by element; what is of other pieces is told behind it."""

    def __init__(self) -> None:
        self.texts = Texts(_MOST_TEXT)
        self.meta: dict[str, list[str]] = defaultdict(list)
        self.linked: list[str] = []
        self.headings: list[Heading] = []
        self.of_level: dict[str, list[LexborNode]] = {tag: [] for tag in _HEADINGS}
        self.moments: list[tuple[LexborNode, Moment]] = []
        self.bylines: list[LexborNode] = []
        self.named: list[LexborNode] = []  # with itemprop headline
        self.properties: list[LexborNode] = []  # meta elements of the body
        self.tab: str | None = None
        self.canonical: str | None = None
        self.base: str | None = None
        self._headlines = 0

    def take(self, element: LexborNode) -> None:
        tag = element.tag
        if tag == "meta":
            around = element.parent.tag if element.parent is not None else "head"
            if around != "head" and "itemprop" in element.attributes:
                self.properties.append(element)
            else:
                _take_meta(element, self.meta)
        elif tag == "script":
            self.linked.append(element.text())
        elif tag == "title":
            if self.tab is None and element.parent is not None and element.parent.tag == "head":
                self.tab = tidy(element.text()) or None
        elif tag == "link":
            self.canonical = self.canonical or (element.attributes.get("href") or "").strip() or None
        elif tag == "base":
            self.base = self.base or (element.attributes.get("href") or "").strip() or None
        else:
            self._take_shown(element, tag or "")

    def _take_shown(self, element: LexborNode, tag: str) -> None:
        if tag in _HEADINGS:
            self._take_heading(element, tag)
        attributes = element.attributes
        itemprop = attributes.get("itemprop") or ""
        classes = (attributes.get("class") or "").lower()
        if "headline" in itemprop.split() and len(self.named) < _MOST_HEADLINES:
            self.named.append(element)
        if tag == "time" or "datePublished" in itemprop or "dateModified" in itemprop:
            if len(self.moments) < _MOST_TIMES:
                self._take_moment(element, itemprop, tidy(self.texts.of(element)))
        elif _BYLINE.search(classes) or "author" in itemprop.split() or "author" in (attributes.get("rel") or ""):
            if len(self.bylines) < _MOST_BYLINES:
                self.bylines.append(element)
        elif "date" in classes and tag not in _HEADINGS and len(self.moments) < _MOST_TIMES:
            shown = tidy(self.texts.of(element))
            if _SHORTEST_TIME < len(shown) <= _LONGEST_TIME and any(map(str.isdigit, shown)):
                self._take_moment(element, "", shown)

    def _take_heading(self, element: LexborNode, tag: str) -> None:
        self.of_level[tag].append(element)
        text = tidy(self.texts.of(element))
        self._headlines += tag == "h1"
        looked_into = tag == "h1" and self._headlines <= _MOST_HEADLINES
        bare = _without_kicker(element, text) if looked_into else text
        teaser = tag != "h1" and is_headline(text) and _is_link(element)
        self.headings.append(Heading(int(tag[1]), text, bare, teaser))

    def _take_moment(self, element: LexborNode, itemprop: str, shown: str) -> None:
        attributes = element.attributes
        moment = _moment(element, attributes, itemprop, shown, self.texts, after_headline=self._headlines > 0)
        self.moments.append((element, moment))


def gather(tree: LexborHTMLParser) -> Evidence:
    """The evidence of one page."""
    found = _Gathered()
    seen: set[int] = set()
    for element in tree.css(_TELLING):
        if element.mem_id not in seen:  # one that several alternatives match is found as often
            seen.add(element.mem_id)
            found.take(element)
    others = Elsewhere(
        found.of_level["h1"], found.of_level["h2"], [t for t in (*found.meta.get("og:title", ()), found.tab) if t]
    )
    for element in found.properties[:_MOST_VALUES]:
        if not others.holds(element):
            _take_meta(element, found.meta)
    named = (element for element in found.named if not others.holds(element))
    headlines = (tidy(element.attributes.get("content") or found.texts.of(element)) for element in named)
    return Evidence(
        meta=found.meta,
        linked=tuple(found.linked),
        headings=tuple(found.headings),
        tab=found.tab,
        headline=next(filter(None, headlines), None),
        moments=tuple(dataclasses.replace(m, elsewhere=others.holds(element)) for element, m in found.moments),
        bylines=tuple(element for element in found.bylines if not others.holds(element)),
        canonical=found.canonical,
        base=found.base,
        lang=(tree.root.attributes.get("lang") or "") if tree.root else "",
        others=others,
    )


def _take_meta(element: LexborNode, meta: dict[str, list[str]]) -> None:
    attributes = element.attributes
    content = tidy(attributes.get("content") or attributes.get("value") or "")
    if not content or says_nothing(content):
        return
    named, itemprop = attributes.get("property") or attributes.get("name"), attributes.get("itemprop")
    for name in {named, attributes.get("name"), *(itemprop.split() if itemprop else ())}:
        if name and len(values := meta[name.strip().lower()]) < _MOST_VALUES:
            values.append(content)


def _moment(
    element: LexborNode,
    attributes: dict[str, str | None],
    itemprop: str,
    shown: str,
    texts: Texts,
    *,
    after_headline: bool,
) -> Moment:
    around = tidy(texts.of(element.parent)[:300]) if element.parent is not None else ""
    before = around.partition(shown)[0] if shown else around
    return Moment(
        value=tidy(attributes.get("datetime") or attributes.get("content") or "") or shown,
        shown=shown,
        itemprop=itemprop,
        classes=(attributes.get("class") or "").lower(),
        label=before[-60:],
        pubdate="pubdate" in attributes,
        after_headline=after_headline,
    )


def _is_link(heading: LexborNode) -> bool:
    around = heading.parent
    return (around is not None and around.tag == "a") or heading.css_first("a[href]") is not None


def _without_kicker(headline: LexborNode, text: str) -> str:
    """The headline's text without a kicker that its markup sets apart."""
    for part in headline.css("[class]"):
        if _KICKER.search(part.attributes.get("class") or ""):
            kicker = tidy(part.text())
            if kicker and text.startswith(kicker) and len(text) > len(kicker):
                return text[len(kicker) :].lstrip(" -–—:|·")
    return text
