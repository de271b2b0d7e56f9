"""Readers, one a format; and the sniffing that tells which of them a file is for."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from transforms.article import RawFile

_HEAD = 8192  # bytes that are looked at
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zstd")  # suffixes that say nothing of what is in the file
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MARKUP = re.compile(
    r"<(?:div|p|span|article|section|main|header|nav|h[1-6]|meta|link|script|style|table|ul|ol|a|br|img)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
# What may stand before the root of an XML document: its declaration, style sheets, comments, a document type.
_XML = re.compile(
    r"(?>(?:<\?[^>]{0,500}\?>|<!--.*?-->|<!DOCTYPE\s[^>\[]{0,500}(?:\[[^\]]*\]\s*)?>)\s*)*+"
    r"<(?:rss|feed|rdf:rdf|urlset|sitemapindex)\b",
    re.I | re.S,
)
# A tagged export names its fields; the tags that HTML has too (<title>, <body>, …) prove nothing.
_TAGGED = re.compile(
    r"^\s*<(?:\w*_\w+|headline|content|text|author|authors|byline|url|source|date|published|publisheddate|pubdate|updated|"
    r"summary|highlights|description|language|lang|category|categories|keywords|tags|kicker|id)(?:\s[^<>]{0,200})?>",
    re.IGNORECASE | re.MULTILINE,
)
_TAGGED_START = re.compile(
    r"<(?:title|headline|body|text|content|article|document|doc|record|item|story)\b[^<>]{0,200}>", re.I
)
_OBJECT = re.compile(r"\{\s*(?:\"|\}|$)")
_ARRAY = re.compile(r"\[\s*(?:\{|\]|$)")


def sniff(raw: RawFile) -> str:
    """The format of a file: ``html``, ``tagged``, ``json``, ``jsonl``, ``xml`` (a feed or sitemap) or ``text``.

    The content decides; the name only where the content allows two readings. Empty and binary files are ``text``,
    whose decoding says what they are.
    """
    head = _head(raw.content)
    name = PurePosixPath(raw.key.lower())
    suffix = PurePosixPath(name.stem).suffix if name.suffix in _COMPRESSED else name.suffix
    if (
        _OBJECT.match(head)
        or _ARRAY.match(head)
        or (suffix in (".json", ".jsonl", ".ndjson") and head[:1] in ("{", "["))
    ):
        return "jsonl" if _is_lines(head, suffix) else "json"
    if head[:1] == "<":
        if _XML.match(head):
            return "xml"
        if _PAGE.search(head):
            return "html" if not _TAGGED_START.match(head) or _PAGE.match(head) else _tagged_or_page(head)
        if _TAGGED.search(head) or (_TAGGED_START.match(head) and not _MARKUP.search(head)):
            return "tagged"
        if _MARKUP.search(head) or suffix in (".html", ".htm", ".xhtml"):
            return "html"
        return "text"
    if suffix in (".html", ".htm", ".xhtml") and (_PAGE.search(head) or _MARKUP.search(head)):
        return "html"
    if suffix in (".json", ".jsonl", ".ndjson") and head:
        return "json" if suffix == ".json" else "jsonl"
    return "text"


def _head(content: bytes) -> str:
    """The first characters, well enough decoded to look for ASCII marks; NULs of wide encodings are dropped."""
    head = content[:_HEAD]
    text = head.decode("utf-16", "replace") if head[:2] in _UTF16 else head.decode("utf-8", "replace")
    return text.replace("\0", "").lstrip("\ufeff \t\r\n\v\f")


def _tagged_or_page(head: str) -> str:
    """``<TITLE>`` or ``<BODY>`` first: a tagged export names fields of its own, a page does not."""
    return "tagged" if _TAGGED.search(head) and not re.search(r"<(?:!doctype|html|head)\b", head, re.I) else "html"


def _is_lines(head: str, suffix: str) -> bool:
    """Whether JSON stands one record a line: by name, or by a second object that begins right after the first line."""
    if suffix in (".jsonl", ".ndjson"):
        return True
    first, newline, rest = head.partition("\n")
    return bool(newline) and first.rstrip().endswith("}") and rest.lstrip()[:1] == "{"
