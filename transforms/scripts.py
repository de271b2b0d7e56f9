"""Scripts in which a character says more than a letter of an alphabet, or words stand without spaces between them.

Texts go in, truth or a count comes out. An expression over a whole script takes one to two milliseconds to compile,
which a short command feels; so each is made when a text asks that has letters so far up in Unicode at all.
"""

from __future__ import annotations

import functools
import re

from transforms.compiled import compiled_in

# Thai to Khmer, and everything from kana on: of what it leaves out, quotation marks and dashes are in most pages.
_FAR = re.compile(r"[^\x00-\u0dff\u1800-\u303f]")


@compiled_in("lines")
def has_dense(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether there is kana, Han or Hangul, of which a character says about as much as three letters."""
    end = len(text) if end is None else end
    if text.isascii() or (far := _FAR.search(text, start, end)) is None:
        return False
    return _dense().search(text, far.start(), end) is not None


@compiled_in("lines")
def count_dense(text: str) -> int:
    """How many characters are kana, Han or Hangul."""
    return len(_dense().findall(text)) if has_dense(text) else 0


@compiled_in("lines")
def has_unspaced(text: str) -> bool:
    """Whether there is kana, Han, Thai, Lao or Khmer, which set no space between words."""
    if text.isascii() or (far := _FAR.search(text)) is None:
        return False
    return _unspaced().search(text, far.start()) is not None


@functools.cache
def _dense() -> re.Pattern[str]:
    return re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f]")


@functools.cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1780-\u17ff]")
