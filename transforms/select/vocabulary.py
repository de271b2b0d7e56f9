"""The words that pages use in tags, classes and ids, in the categories that the classifier asks for.

The substrings are those that content systems of many countries share; none names a site. ``traits`` are bits: bit i is
the i-th category of CATEGORIES, after those the marks that are no words (hidden, articleBody).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    "p", "article", "section", "main", "header", "footer", "aside", "nav", "ul", "ol", "li", "table", "td", "figure",
    "figcaption", "blockquote", "pre", "h1", "h2", "h3", "h4", "form", "address", "dl",
)  # fmt: skip

CATEGORIES: dict[str, tuple[str, ...]] = {
    "article": ("article", "artikel", "articulo", "artigo", "news", "story", "post", "entry", "hentry", "notic"),
    "body": ("body", "content", "text", "copy", "prose", "wysiwyg", "richtext", "rte", "paragraph", "corps", "cuerpo"),
    "main": ("main", "primary", "central", "page-content"),
    "title": ("title", "headline", "heading", "titulo", "titre", "titel", "hed"),
    "author": ("author", "byline", "autor", "auteur", "writer", "contributor", "reporter", "journalist"),
    "date": ("date", "time", "datum", "fecha", "timestamp", "published", "updated"),
    "summary": ("summary", "standfirst", "lede", "lead", "intro", "teaser-text", "dek", "excerpt", "abstract",
                "chapo", "subtitle", "subhead", "description", "deck"),
    "caption": ("caption", "credit", "legend", "bildunter", "copyright-image", "wp-caption"),
    "media": ("image", "img", "photo", "picture", "gallery", "slide", "carousel", "foto", "media", "figure", "thumb"),
    "video": ("video", "player", "audio", "podcast", "youtube"),
    "comment": ("comment", "disqus", "reply", "respond", "discussion", "kommentar"),
    "related": ("related", "recommend", "more-", "-more", "also", "similar", "suggest", "outbrain", "taboola",
                "further", "readmore", "read-more", "next-", "relat", "verwandt", "mehr"),
    "popular": ("popular", "trending", "most-", "mostread", "latest", "recent", "top-stor", "hot-", "ranking"),
    "share": ("share", "social", "sharing", "facebook", "twitter", "whatsapp", "addtoany", "addthis", "follow"),
    "ad": ("advert", "sponsor", "promo", "banner", "dfp", "gpt-", "-ad-", "ad-", "-ad", "ads", "adslot", "werbung",
           "publicid", "affiliate", "commercial", "partner"),
    "newsletter": ("newsletter", "subscri", "signup", "sign-up", "register", "optin", "mailchimp", "abo-"),
    "navigation": ("nav", "menu", "breadcrumb", "crumb", "pagination", "pager", "toolbar", "skip"),
    "footer": ("footer", "bottom", "foot-", "colophon", "legal", "copyright", "disclaimer"),
    "header": ("header", "masthead", "topbar", "top-bar", "branding", "logo"),
    "sidebar": ("sidebar", "side-", "aside", "widget", "rail", "complementary", "secondary", "column-right"),
    "tags": ("tags", "tag-", "-tag", "keyword", "topic", "categor", "label", "taxonomy", "badge"),
    "card": ("card", "teaser", "tile", "item", "list", "grid", "feed", "block-"),
    "quote": ("quote", "pull", "zitat", "blockquote"),
    "embed": ("embed", "tweet", "instagram", "infobox", "factbox", "info-box", "box", "iframe"),
    "consent": ("cookie", "consent", "gdpr", "privacy", "cmp", "paywall", "premium", "modal", "popup", "overlay",
                "login", "gate", "meter"),
    "meta": ("meta", "info", "detail", "data-", "stats", "reading-time"),
    "bio": ("bio", "profile", "about", "avatar", "author-box", "vcard"),
    "product": ("product", "price", "buy", "deal", "shop", "cart", "rating", "review", "offer", "store"),
    "contents": ("toc", "table-of-contents", "jump", "anchor", "index"),
    "button": ("button", "btn", "cta", "link", "click", "toggle", "tool", "print", "search", "form", "icon"),
    "live": ("live", "liveblog", "update", "timeline", "ticker"),
    "note": ("note", "correction", "editor", "footnote", "reference", "source"),
}  # fmt: skip
MARKS = ("hidden", "article_body")
TRAITS = (*CATEGORIES, *MARKS)

_BIT = {name: 1 << index for index, name in enumerate(TRAITS)}
_OF_WORD: dict[str, int] = {}
for _name, _words in CATEGORIES.items():
    for _word in _words:
        _OF_WORD[_word] = _OF_WORD.get(_word, 0) | _BIT[_name]
_WORD = re.compile("|".join(sorted(map(re.escape, _OF_WORD), key=len, reverse=True)))
_NAMED = re.compile(r"\b(?:class|id|itemprop|role|data-[a-z-]{1,30}|aria-label)=\"([^\"]{1,400})\"", re.IGNORECASE)
_CLASS = re.compile(r"\bclass=\"([^\"]{0,200})\"", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|\shidden\b|aria-hidden=\"true\"|sr-only"
    r"|visually-?hidden|screen-reader",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an element's attributes say: bits of TRAITS, and its class as written."""

    traits: int
    classes: str


def attributes_of(attrs: str) -> Attributes:
    """The traits of an element by its attributes, as the markup writes them."""
    traits = 0
    for word in _WORD.findall(" ".join(_NAMED.findall(attrs)).lower()):
        traits |= _OF_WORD[word]
    if _HIDDEN.search(attrs):
        traits |= _BIT["hidden"]
    if "articlebody" in attrs.lower():
        traits |= _BIT["article_body"]
    found = _CLASS.search(attrs)
    return Attributes(traits, found[1] if found else "")


_PLACES_BY_TAG = {TAGS[tag]: place for tag, place in (
    ("nav", "navigation"), ("footer", "footer"), ("header", "header"), ("aside", "sidebar"), ("figcaption", "caption"),
    ("figure", "media"), ("form", "form"),
)}  # fmt: skip
_PLACES = (
    "comment", "newsletter", "share", "consent", "ad", "related", "popular", "caption", "bio", "author", "tags",
    "navigation", "footer", "sidebar", "header", "video", "media", "date", "product", "card", "hidden",
)  # fmt: skip


def place_of(tag: int, traits: int) -> str | None:
    """The part of a page that an element is by its own tag or class, the most telling first; None of a plain one."""
    for place in _PLACES:
        if traits & _BIT[place]:
            return place
    return _PLACES_BY_TAG.get(tag)
