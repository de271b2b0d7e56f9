"""Bytes of a page to its markup: as browsers do it, byte order mark, then UTF-8, then what is declared."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from transforms.article import Rejection
from transforms.read.decode import MEANT, decode

_META = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 4096  # bytes; standards say 1,024, pages do not
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Markup(NamedTuple):
    """A page's markup, and its bytes in UTF-8 where they are there: parsers take them in three quarters of the time."""

    text: str
    octets: bytes | None = None

    @property
    def to_parse(self) -> str | bytes:
        """What a parser is given."""
        return self.text if self.octets is None else self.octets


def decode_markup(content: bytes, charset: str | None = None) -> Markup | Rejection:
    """The markup of a page. ``charset`` is what the transport declared; it goes before the page's own word.

    Valid UTF-8 is UTF-8 whatever is declared. What neither declaration fits is left to :func:`decode`, with its
    reasons ``empty``, ``binary`` and ``undecodable``.
    """
    if not content.startswith(_MARKS) and b"\0" not in content:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            if text and not text.isspace():
                return Markup(text, content)
            return _markup(decode(content))
        found = _META.search(content[:_META_WITHIN])
        for name in (charset, found[1].decode("ascii") if found else None):
            declared = _decoded(content, MEANT.get(name.lower(), name)) if name else None
            if declared is not None:
                return Markup(declared)
    return _markup(decode(content, charset))


def _markup(decoded: str | Rejection) -> Markup | Rejection:
    return decoded if isinstance(decoded, Rejection) else Markup(decoded)


def _decoded(content: bytes, charset: str) -> str | None:
    """The text in ``charset`` where at most one character in a thousand is broken."""
    try:
        text = content.decode(codecs.lookup(charset).name, "replace")
    except (LookupError, ValueError):
        return None
    return text if text.count("\ufffd") * 1000 <= len(text) else None
