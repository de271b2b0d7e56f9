"""RSS and Atom files: their items as articles, where they carry the text and not only a teaser.

In goes a picked-up file; out comes a reading an item, whose place is its own id (its number in the file changes with
every item that is added). An item becomes a JSON object and is read as records of JSON are. One whose text is a teaser
is rejected: the page that it links to is the article. Files that declare entities are refused unread.
"""

from __future__ import annotations

import codecs
import dataclasses
import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from transforms.article import RawFile, Reading, Rejection
from transforms.read.members import RECORD, Places
from transforms.strip.lines import weight_of

_FEED = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)[^>]{0,2000}[\[%]|<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ADDRESS_AND_NAME = re.compile(r"\s*\S{1,200}@\S{1,200}\s{0,5}\(([^()]{1,200})\)\s*")
_BEGINNING = 8192
_LEAST = 600  # letters of an item's text without its tags; the teasers of feeds have 50 to 400


def read_syndicated(raw: RawFile) -> list[Reading]:
    """The readings of a feed's items; one rejection for what is no feed (a sitemap) or holds no item."""
    raw = dataclasses.replace(raw, content=_in_utf8(raw.content))
    if not _FEED.search(raw.content[:_BEGINNING]):
        what = "a sitemap or other XML, not an article; fetch the pages that it lists"
        return [Rejection("unsupported_format", what)]
    if _DOCTYPE.search(raw.content):
        what = "a feed that declares entities, which may expand to anything; not read. Fetch it again without them"
        return [Rejection("entities_declared", what)]
    import feedparser  # type: ignore[import-untyped]

    # From a stream: bytes that look like an address or a path would be opened.
    parsed = feedparser.parse(io.BytesIO(raw.content), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.entries:
        return [Rejection("no_record", "a feed without items that can be read; fetch it again")]
    places = Places()
    source = str(parsed.feed.get("title") or "")
    found = [_read(raw, entry, source, places) for entry in parsed.entries]
    if parsed.bozo and _is_torn(raw.content):
        what = f"the feed breaks off behind its item {len(found)}; what came before was read. Fetch it again"
        found.append(Rejection("torn_container", what, record="rest", content=raw.content[-200:]))
    return found


def read_item(raw: RawFile) -> Reading:
    """The reading of one item, from the JSON object that was made of it."""
    return _judged(raw, str(msgspec.json.decode(raw.content).get("content_html", "")))


def _in_utf8(content: bytes) -> bytes:
    """A feed in UTF-16 as one in UTF-8, without the declaration that says otherwise: what is looked for are bytes."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    return _DECLARATION.sub("", content.decode("utf-16", "replace"), count=1).encode("utf-8", "replace")


def _read(raw: RawFile, entry: dict[str, Any], source: str, places: Places) -> Reading:
    place = places.place(str(entry.get("id") or entry.get("link") or entry.get("title") or "item"))
    text = max(_texts(entry), key=lambda said: len(_TAG.sub("", said)), default="")
    # As a plain dict: feedparser's own gives one date for the other where that is missing.
    published, updated = dict.get(entry, "published"), dict.get(entry, "updated")
    record = {
        "id": None if entry.get("link") else entry.get("id"),  # the page, fetched as well, has the address only
        "title": entry.get("title"),
        "url": entry.get("link"),
        "content_html": text,
        "authors": [*_authors(entry)] or None,
        "date_published": published or updated,
        "date_modified": updated if published else None,
        "tags": [tag.get("term") for tag in entry.get("tags", []) if tag.get("term")] or None,
        "source": source or None,
    }
    content = msgspec.json.encode({name: _sound(value) for name, value in record.items() if value}, order="sorted")
    member = dataclasses.replace(raw, key=f"{raw.key}#{place}", content=content)
    return dataclasses.replace(_judged(member, text), record=place, content=content)


def _judged(item: RawFile, text: str) -> Reading:
    """The reading of an item that is a JSON object; ``text`` is the longest that it carries."""
    from transforms.read.json_records import read_json_record

    if weight_of(" ".join(_TAG.sub(" ", text).split())) < _LEAST:
        return Rejection("only_a_teaser", "an item with a teaser only; fetch the page that it links to")
    return read_json_record(dataclasses.replace(item, form=RECORD))


def _texts(entry: dict[str, Any]) -> Iterator[str]:
    """Everything that may be an item's text."""
    for content in entry.get("content", []):
        yield str(content.get("value") or "")
    yield str(entry.get("summary") or "")


def _authors(entry: dict[str, Any]) -> Iterator[str]:
    """The names of an item's authors; RSS has an address with the name in brackets, which feedparser cuts apart."""
    said = str(dict.get(entry, "author") or "")
    if m := _ADDRESS_AND_NAME.fullmatch(said):
        yield m[1]
        return
    for author in entry.get("authors", []):
        if name := author.get("name"):
            yield name


def _is_torn(content: bytes) -> bool:
    return re.search(rb"</(?:\w{1,20}:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)?$", content, re.I | re.S) is None


def _sound(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return [_sound(part) for part in value] if isinstance(value, list) else value
