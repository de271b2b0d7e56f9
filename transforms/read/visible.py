"""The characters of a text that a reader sees."""

from __future__ import annotations

import re

_SHOWS_NOTHING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")


def legible(text: str) -> str:
    """The text without characters that show nothing: soft hyphens, zero-width spaces, byte order marks, controls."""
    return _SHOWS_NOTHING.sub("", text)
