"""Keys of inputs: a path or a member's name, written so that any terminal and table can hold it."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\(?:([\\#])|x([0-9a-f]{2})|u\{([0-9a-f]{1,6})\})")


def printable(name: str) -> str:
    r"""A path as a key that any terminal and table can hold; two paths never share one.

    Control characters, bytes that are not UTF-8 (surrogate escapes in ``name``), and the two characters that carry
    meaning in a key (``\`` and ``#``, which marks a container's member) are written as backslash escapes.
    """
    if name.isprintable() and "\\" not in name and "#" not in name:
        return name
    return "".join(_escape(c) if c in "\\#" or not c.isprintable() else c for c in name)


def _escape(character: str) -> str:
    code = ord(character)
    if character in "\\#":
        return "\\" + character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{{{code:x}}}"


def unescaped(key: str) -> str:
    """The name that :func:`printable` made a key of."""
    return _ESCAPED.sub(_character, key)


def _character(escape: re.Match[str]) -> str:
    sign, byte, code = escape.groups()
    if sign:
        return str(sign)
    return chr(0xDC00 + int(byte, 16)) if byte else chr(int(code, 16))
