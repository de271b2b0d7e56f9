"""The characters of a text that a reader sees."""

from __future__ import annotations

import html
import re

_SHOWS_NOTHING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")


_BREAK_MARKS = "\u00ad\u200b\u2060"


def legible(text: str) -> str:
    """The text without characters that show nothing: soft hyphens, zero-width spaces, byte order marks, controls."""
    return _SHOWS_NOTHING.sub("", text)


def without_break_marks(text: str) -> str:
    """The text without what says where a word may or may not break: soft hyphens, zero-width spaces, word joiners.

    Controls stay, by which a text that was decoded wrongly can be told.
    """
    if not text.isascii():
        for mark in _BREAK_MARKS:  # hardly a text has one: three looks take a tenth of what an expression takes
            text = text.replace(mark, "")
    return text


_REFERENCE = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_FEWEST = 2


def with_characters(text: str) -> str:
    """The text with its character references (``&ldquo;``) resolved, where it is written in them throughout.

    It is so where every "&" begins one and none of the characters that they stand for stands there itself; a text that
    speaks of references keeps them.
    """
    if "&" not in text:
        return text
    found = _REFERENCE.findall(text)
    if len(found) < _FEWEST or len(found) != text.count("&"):
        return text
    meant = {html.unescape(reference) for reference in set(found)} - {"&", "\u00a0"}
    return text if any(sign in text for sign in meant) else html.unescape(text)
