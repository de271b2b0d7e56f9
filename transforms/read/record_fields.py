"""The fields of a record: by what names they go, and what their values say, whatever the extractor that wrote them.

A record comes as JSON decoded it. Its fields are looked up under plain names (:func:`folded`), and a value may be a
text, a list of texts or an object that names one.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Iterator

import numpy as np

from transforms.article import Author
from transforms.describe import registrable_domain, says_nothing
from transforms.people import names_nobody, split_authors
from transforms.read.linked_data import Json
from transforms.read.record_shapes import Record, laid_flat
from transforms.read.visible import without_break_marks
from transforms.strip.lines import tidy

# Names of each field, best first, in lower case without "-", "_" and blanks.
NAMES = {
    "title": ("title", "headline", "name", "heading", "webtitle"),
    "kicker": ("kicker", "overline"),
    "body": (
        "text", "maintext", "body", "content", "plaintext", "articlebody", "fulltext", "articletext", "bodytext",
        "contenttext", "rawtext", "contenthtml", "bodyhtml", "articlehtml", "leadparagraph",
    ),
    "authors": ("authors", "author", "byline", "creator", "writers"),
    "published": (
        "datepublished", "datepublish", "publishedat", "publishdate", "publishingdate", "publicationdate", "pubdate",
        "publisheddate", "publishedtime", "publishtime", "published", "firstpublished", "webpublicationdate",
        "firstpublishdate", "displaydate", "date",
    ),
    "modified": (
        "datemodified", "datemodify", "modifieddate", "modifiedat", "modified", "updatedat", "updated", "lastmodified",
        "lastupdateddate",
    ),
    "observed": ("datedownload", "fetchedat", "crawledat", "crawldate", "downloaddate", "retrievedat", "scrapedat"),
    "url": ("canonicalurl", "canonicallink", "url", "link", "permalink", "weburl", "source", "sourceurl"),
    "source": (
        "source", "sourcedomain", "hostname", "domain", "sitename", "sourcehostname", "publisher", "site", "sourcename",
        "provider",
    ),
    "summary": (
        "summary", "description", "excerpt", "lead", "abstract", "standfirst", "dek", "trailtext",
        "metadescription",
    ),
    "highlights": ("highlights", "keypoints"),
    "categories": ("tags", "topics", "categories", "category", "metakeywords"),
    "keywords": ("keywords",),  # newspaper4k computes them: only where nobody chose any
    "section": ("section", "articlesection", "sectionname", "newsdesk"),
    "language": ("language", "lang", "metalang", "inlanguage"),
    "id": ("id", "guid", "articleid", "uuid"),
}  # fmt: skip
KNOWN = frozenset(name for names in NAMES.values() for name in names)


MARKUP = re.compile(
    r"</(?:p|div|h[1-6]|li|ul|ol|a|em|strong|b|i|span|blockquote|figure)>|<(?:br|p)\s?/?>", re.IGNORECASE
)
# Tags of paragraphs, in which a blank line is white space; of anything that ends a line; and of words within one.
_OF_PARAGRAPHS = re.compile(
    r"<(/?)(?:p|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|table|td|th|figure|figcaption)\b[^<>]{0,2000}>", re.IGNORECASE
)
_OF_BLOCKS = re.compile(r"</(?:p|div|h[1-6]|li|ul|ol|blockquote|figure|table|pre)>|<br\s?/?>", re.IGNORECASE)
_OF_WORDS = re.compile(r"</(?:a|em|strong|b|i|u|span|sup|sub|small|mark|cite|q)>", re.IGNORECASE)
_IS_LAID_OUT = re.compile(r"<(?:li|td|th)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_TRUNCATED = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d{1,9} chars\]\s*$")
_BREAKS_OFF = re.compile(r"(?:…|\.\.\.|\[(?:…|\.\.\.)\])$")
_SEPARATORS = {";": re.compile(";"), ";,": re.compile("[;,]")}
_UNPAIRED = re.compile("[\ud800-\udfff]")
_MOST_NAMES, _LONGEST_NAME = 200, 100  # of one record's fields, as they are kept: names of a map are data, not fields


def folded(record: Record) -> Record:
    """The record under plain names: lower case, without hyphens, underscores and blanks; the first of equals counts.

    What content systems put one level deep stands in its own field. A value that says "None" is none: as an id it would
    make one article of all records that have none.
    """
    found: Record = {}
    for name, value in record.items():
        found.setdefault(_plain(name), _stated(value))
    return laid_flat(found)


def _stated(value: Json) -> Json:
    """The value, without the texts in it that say nothing."""
    if isinstance(value, str):
        return None if says_nothing(value) else value
    if isinstance(value, list):
        return [part for part in value if not (isinstance(part, str) and says_nothing(part))]
    return value


@functools.lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def kept_names(record: Record) -> tuple[str, ...]:
    """The names of a record's first fields, as they are kept."""
    return tuple(map(_kept_name, itertools.islice(record, _MOST_NAMES)))


@functools.lru_cache(maxsize=4096)
def _kept_name(name: str) -> str:
    """One that a UTF-8 file can hold, cut off where it is no name any more."""
    return _UNPAIRED.sub("\ufffd", name)[:_LONGEST_NAME]


def pick(record: Record, field: str) -> Json:
    """The first value of a field that says something."""
    for name in NAMES[field]:
        value = record.get(name)
        if value is None:  # most names of a field are not there
            continue
        if value.strip() if isinstance(value, str) else value not in ([], {}):
            return value
    return None


def pick_body(record: Record) -> Json:
    """The body: the first that says something, unless that is a teaser of a later one.

    It is one where it breaks off and a later one is longer, or where a later one begins with it and goes on.
    """
    first = pick(record, "body")
    if not isinstance(first, str):
        return first
    others = [
        value
        for name in NAMES["body"]
        if isinstance(value := record.get(name), str) and value is not first and len(value) > len(first)
    ]
    if others:
        short = _bare(_TRUNCATED.sub("", first))
        breaks_off = len(short) < len(_bare(first)) or _BREAKS_OFF.search(short) is not None
        short = _BREAKS_OFF.sub("", short)
        for other in others:
            whole = _bare(other)
            if len(whole) > len(short) and (breaks_off or whole.startswith(short)):
                return other
    return first


def _bare(text: str) -> str:
    """A text without tags and white space, to be compared."""
    return "".join(html.unescape(_TAG.sub(" ", text)).split())


def from_markup(fragment: str) -> tuple[str, tuple[str, ...]]:
    """The text of an HTML fragment, a paragraph a block, items of lists and rows of tables marked; and its headings."""
    from selectolax.lexbor import LexborHTMLParser

    from transforms.select.page_blocks import page_blocks

    tree = LexborHTMLParser(_with_breaks(fragment) if _BLANK_LINE.search(fragment) else fragment)
    headings = tuple(tidy(h.text()) for h in tree.css("h2, h3, h4, h5, h6"))
    blocks = page_blocks(tree)
    lines = [blocks.shown(index) for index in range(len(blocks))]
    if _IS_LAID_OUT.search(fragment):
        from transforms.read.page_rows import layout

        placed = layout(blocks, np.arange(len(blocks)))
        marked = [f"- {line}" if item else line for line, item in zip(lines, placed.items, strict=True)]
        lines = [row or line for line, row in zip(marked, placed.rows, strict=True) if row != ""]
    return "\n\n".join(lines), tuple(h for h in headings if h in lines)


def _with_breaks(fragment: str) -> str:
    """A fragment with a line break for each blank line that stands outside elements of paragraphs: editors write so."""
    pieces = []
    depth = position = 0
    for tag in _OF_PARAGRAPHS.finditer(fragment):
        between = fragment[position : tag.start()]
        pieces += [_BLANK_LINE.sub("<br>", between) if depth == 0 else between, tag[0]]
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        position = tag.end()
    rest = fragment[position:]
    return "".join([*pieces, _BLANK_LINE.sub("<br>", rest) if depth == 0 else rest])


def paragraphs_of(text: str) -> tuple[list[str], tuple[str, ...]]:
    """The paragraphs of a text that may be marked up, and its headings.

    Where blank lines part it and tags only stand within its lines (``<em>``), it is a plain text with some markup, and
    so is one that speaks of a tag.
    """
    headings: tuple[str, ...] = ()
    parts = _BLANK_LINE.split(text)
    has_tags = "<" in text
    if len(parts) > 1 and not (has_tags and (_OF_BLOCKS.search(text) or text.lstrip().startswith("<p>"))):
        parts = [
            from_markup(part)[0] if "<" in part and _OF_WORDS.search(part) else html.unescape(part) for part in parts
        ]
    elif has_tags and MARKUP.search(text):
        text, headings = from_markup(text)
        parts = _BLANK_LINE.split(text)
    else:
        text = html.unescape(text)
        parts = _BLANK_LINE.split(text)
        parts = parts if len(parts) > 1 else text.split("\n")
    return [part.strip() for part in parts if part.strip()], headings


def sound(text: str) -> str:
    """The text without characters that no UTF-8 file can hold, and without soft hyphens and the like."""
    if not text.isascii():
        try:
            text.encode()  # tells in an eighth of the time that there is nothing to replace
        except UnicodeEncodeError:
            text = _UNPAIRED.sub("\ufffd", text)
        text = without_break_marks(text)
    return text.replace("\0", "")


def line_of(value: Json) -> str | None:
    """A value's text on one line, without markup; that of the first of a list, the name of what has one."""
    if value is None:
        return None
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("text")
    if not isinstance(value, str):
        return None
    text = sound(value)
    if "<" in text and MARKUP.search(text):
        text = from_markup(text)[0]
    return tidy(html.unescape(text)) or None


def lines_of(value: Json, separators: str) -> Iterator[str]:
    """The texts of a list, or of one text with separators."""
    if isinstance(value, str):
        value = [*_SEPARATORS[separators].split(value)] if separators else [value]
    for part in value if isinstance(value, list) else []:
        if (text := line_of(part)) is not None:
            yield text


def authors_of(value: Json) -> tuple[Author, ...]:
    """The authors that a value names, each once, in order; "Unknown" and the like are none."""
    found: dict[str, Author] = {}
    for part in value if isinstance(value, list) else [value]:
        for author in split_authors(line_of(part) or _of_parts(part)):
            if not names_nobody(author.name):
                found.setdefault(author.name.casefold(), author)
    return tuple(found.values())


def _of_parts(value: Json) -> str:
    """The name of an author whose first and last name stand apart."""
    if not isinstance(value, dict):
        return ""
    names = folded(value)
    first, last = (
        next((text for key in keys if (text := line_of(names.get(key)))), "")
        for keys in (("firstname", "givenname"), ("lastname", "familyname", "surname"))
    )
    return f"{first} {last}".strip()


def stamp_of(value: Json) -> str | None:
    """What a value says of a moment, as text: a date as written, or seconds since 1970."""
    if isinstance(value, dict):
        value = value.get("$date") or value.get("iso") or value.get("date")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return sound(value) if isinstance(value, str) else f"{value:.0f}"


def urls_of(fields: Record) -> Iterator[str]:
    """What may be the record's address; ``source`` is one for trafilatura and a name for others."""
    for name in NAMES["url"]:
        value = fields.get(name)
        if isinstance(value, str) and value.strip() and (name != "source" or value.startswith("http")):
            yield sound(value).strip()


def outlet_of(fields: Record) -> str | None:
    """The outlet's name where the record has one, else a domain."""
    stated = []
    for name in NAMES["source"]:
        text = line_of(fields.get(name))
        if text and not text.startswith(("http://", "https://")):
            stated.append(text)
    return next((text for text in stated if registrable_domain(text) is None), stated[0] if stated else None)


def language_of(fields: Record) -> str | None:
    """The language that the record states, as an ISO 639 code without region."""
    code = (line_of(pick(fields, "language")) or "").replace("_", "-").split("-")[0].lower()
    return code if code.isalpha() and len(code) in (2, 3) else None
