"""The words that pages use in tags, classes and ids, in the categories that the classifier asks for.

The substrings are those that content systems of many countries share; none names a site. ``traits`` are bits: bit i is
the i-th category of CATEGORIES, after those the marks that are no words (hidden, articleBody).
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_TAG_NAMES = (
    "body", "div", "p", "article", "section", "main", "header", "footer", "aside", "nav", "ul", "ol", "li", "dl", "dd",
    "dt", "table", "tbody", "tr", "td", "th", "figure", "figcaption", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5",
    "h6", "form", "address", "details", "summary", "center", "fieldset",
)  # fmt: skip
TAGS = {name: index for index, name in enumerate(_TAG_NAMES)}
ROOT_TAG = TAGS["body"]
HEADINGS = tuple(TAGS[f"h{n}"] for n in range(1, 7))
# Tags whose nearest ancestor's distance is a feature.
NEAREST_TAGS = (
    "p", "article", "section", "main", "header", "footer", "aside", "ul", "li", "table", "td", "figure", "figcaption",
    "blockquote", "pre", "h2", "form",
)  # fmt: skip

# A word of up to four letters is a part of a name ("side" of "side-rail"), a longer one may stand within a part.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "article": ("article", "artikel", "articulo", "artigo", "news", "story", "post", "posts", "entry", "noticia"),
    "body": ("body", "content", "text", "copy", "prose", "wysiwyg", "richtext", "rte", "paragraph", "corps", "cuerpo"),
    "main": ("main", "primary", "central"),
    "title": ("title", "headline", "heading", "titulo", "titre", "titel", "hed"),
    "author": ("author", "byline", "autor", "auteur", "writer", "contributor", "reporter", "journalist"),
    "date": ("date", "time", "datum", "fecha", "timestamp", "published", "updated", "datetime"),
    "summary": ("summary", "standfirst", "lede", "lead", "intro", "dek", "excerpt", "abstract", "chapo", "subtitle",
                "subhead", "description", "deck"),
    "caption": ("caption", "credit", "legend", "bildunter"),
    "media": ("image", "img", "photo", "picture", "gallery", "slide", "carousel", "foto", "media", "figure", "thumb"),
    "video": ("video", "player", "audio", "podcast", "youtube"),
    "comment": ("comment", "disqus", "reply", "respond", "discussion", "kommentar"),
    "related": ("related", "recommend", "more", "also", "similar", "suggest", "outbrain", "taboola", "further", "next",
                "readmore", "relacion", "verwandt", "mehr"),
    "popular": ("popular", "trending", "most", "mostread", "latest", "recent", "top", "hot", "ranking"),
    "share": ("share", "social", "sharing", "facebook", "twitter", "whatsapp", "addtoany", "addthis", "follow"),
    "ad": ("advert", "sponsor", "promo", "banner", "dfp", "gpt", "ad", "ads", "adslot", "adunit", "werbung",
           "publicid", "affiliate", "commercial", "partner"),
    "newsletter": ("newsletter", "subscri", "signup", "register", "optin", "mailchimp", "abo"),
    "navigation": ("nav", "navbar", "navig", "menu", "breadcrumb", "crumb", "pagination", "pager", "toolbar", "skip"),
    "footer": ("footer", "foot", "bottom", "colophon", "legal", "copyright", "disclaimer"),
    "header": ("header", "masthead", "topbar", "branding", "logo"),
    "sidebar": ("sidebar", "side", "aside", "widget", "rail", "complementary", "secondary"),
    "tags": ("tags", "tag", "keyword", "topic", "categor", "label", "taxonomy", "badge"),
    "card": ("card", "cards", "teaser", "tile", "item", "items", "list", "grid", "feed", "block"),
    "quote": ("quote", "pull", "zitat"),
    "embed": ("embed", "tweet", "instagram", "infobox", "factbox", "box", "iframe"),
    "consent": ("cookie", "consent", "gdpr", "privacy", "cmp", "paywall", "premium", "modal", "popup", "overlay",
                "login", "gate", "meter"),
    "meta": ("meta", "info", "detail", "data", "stats", "reading"),
    "bio": ("bio", "profile", "about", "avatar", "vcard"),
    "product": ("product", "price", "buy", "deal", "shop", "cart", "rating", "review", "offer", "store"),
    "contents": ("toc", "contents", "jump", "anchor", "index"),
    "button": ("button", "btn", "cta", "link", "links", "click", "toggle", "tool", "tools", "print", "search", "form",
               "icon"),
    "live": ("live", "liveblog", "update", "timeline", "ticker"),
    "note": ("note", "correction", "editor", "footnote", "reference", "source"),
}  # fmt: skip
MARKS = ("hidden", "article_body")
_HIDDEN_CLASSES = frozenset(
    {"hidden", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "hide", "d-none"}
)
TRAITS = (*CATEGORIES, *MARKS)

_BIT = {name: 1 << index for index, name in enumerate(TRAITS)}
# Above the traits are two that are no features: what is not shown, where "hidden" says more and less, as of what small
# screens hide; and what is named after a newsletter by its class, where "newsletter" says more.
INVISIBLE = 1 << len(TRAITS)
NEWSLETTER_BOX = 2 << len(TRAITS)
NEWSLETTER = _BIT["newsletter"]
_NEWSLETTER = re.compile(r"newsletter|subscri|sign-?up", re.IGNORECASE)
# Hidden until the reader or a script opens it: a tab, an answer under its question, an article behind a wall.
_OPENED = re.compile(r'aria-labelledby="|role="(?:region|tabpanel)|accordion|collaps|paywall|premium', re.IGNORECASE)
_INVISIBLE_CLASSES = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"})
# What a name says as a whole.
OF_WHOLE = {name: _BIT["hidden"] | INVISIBLE * (name in _INVISIBLE_CLASSES) for name in _HIDDEN_CLASSES}
ARTICLE_BODY_TRAIT = _BIT["article_body"]
_OF_WORD: dict[str, int] = {}
for _name, _words in CATEGORIES.items():
    for _word in _words:
        _OF_WORD[_word] = _OF_WORD.get(_word, 0) | _BIT[_name]
_SHORT = 4  # letters up to which a word is a part of a name and never within one
_WITHIN = re.compile("|".join(sorted((word for word in _OF_WORD if len(word) > _SHORT), key=len, reverse=True)))
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# What a page's designers name things by, and how many characters of it are read; the serialisation writes names of
# attributes in small letters and values in quotes.
NAMED_BY = ("class", "id", "itemprop", "role", "data-testid", "data-component")
MOST_OF_VALUE = 200
_NAMED = re.compile(f' ({"|".join(NAMED_BY)})="([^"]{{0,{MOST_OF_VALUE}}})')
HIDES = (
    "display:none",
    "display: none",
    "visibility:hidden",
    "visibility: hidden",
    ' aria-hidden="true"',
    ' hidden=""',
)


class Attributes(NamedTuple):
    """What an element's attributes say: bits of TRAITS, and its class as written."""

    traits: int
    classes: str


def attributes_of(attrs: str) -> Attributes:
    """The traits of an element by its attributes, as the parser serialises them."""
    traits = 0
    named = dict(reversed(_NAMED.findall(attrs)))  # of a name that broken markup has twice, the first
    for value in named.values():
        traits |= traits_of(value)
    if "hidden" in attrs or "display" in attrs:
        traits |= traits_of_hidden(attrs)
    classes = named.get("class", "")
    if traits & NEWSLETTER:
        traits |= traits_of_newsletter(classes)
    return Attributes(traits, classes)


def traits_of_hidden(attrs: str) -> int:
    """Whether and how an element's attributes hide it."""
    if not any(sign in attrs for sign in HIDES):
        return 0
    return _BIT["hidden"] | (0 if _OPENED.search(attrs) else INVISIBLE)


def traits_of_newsletter(classes: str) -> int:
    """Whether something named after newsletters is so by its class."""
    return NEWSLETTER_BOX if _NEWSLETTER.search(classes) else 0


@functools.lru_cache(maxsize=32768)
def traits_of(value: str) -> int:
    """The categories of the names in an attribute's value."""
    traits = 0
    for name in value.split():
        traits |= _traits_of_name(name)
    return traits


@functools.lru_cache(maxsize=32768)
def _traits_of_name(name: str) -> int:
    """The categories of one class or id, by the known words within it."""
    traits = OF_WHOLE.get(name, 0) | (ARTICLE_BODY_TRAIT if name.lower() == "articlebody" else 0)
    for part in _PART.findall(name):
        traits |= traits_of_part(part)
    return traits


@functools.lru_cache(maxsize=16384)
def traits_of_part(part: str) -> int:
    """The categories of a part of a name: a run of letters."""
    part = part.lower()
    traits = _OF_WORD.get(part, 0)
    if len(part) > _SHORT:
        for word in _WITHIN.findall(part):
            traits |= _OF_WORD[word]
    return traits


_PLACES_BY_TAG = {TAGS[tag]: place for tag, place in (
    ("nav", "navigation"), ("footer", "footer"), ("header", "header"), ("aside", "sidebar"), ("figcaption", "caption"),
    ("figure", "media"), ("form", "form"),
)}  # fmt: skip
_PLACES = (
    "comment", "newsletter", "share", "consent", "ad", "related", "popular", "caption", "bio", "author", "tags",
    "navigation", "footer", "sidebar", "header", "video", "media", "date", "product", "card", "hidden",
)  # fmt: skip


@functools.lru_cache(maxsize=4096)
def place_of(tag: int, traits: int) -> str | None:
    """The part of a page that an element is by its own tag or class, the most telling first; None of a plain one."""
    for place in _PLACES:
        if traits & _BIT[place]:
            return place
    return _PLACES_BY_TAG.get(tag)
