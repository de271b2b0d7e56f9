"""Keys of inputs: a path or a member's name, written so that any terminal and table can hold it."""

from __future__ import annotations


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
