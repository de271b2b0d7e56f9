"""What the characters of many lines count to, for all lines at once.

The text is one array of code points; a table gives each its classes as bits; the counts of a line are sums over its
stretch of the array.
"""

from __future__ import annotations

import functools
import unicodedata

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

VISIBLE, LETTER, UPPER, LOWER, DIGIT, STOP, COMMA, QUOTE, DENSE, BAR, MARK, OPENS = (1 << n for n in range(12))
_CLASSES = {
    "visible": VISIBLE, "letter": LETTER, "upper": UPPER, "lower": LOWER, "digit": DIGIT, "stop": STOP, "comma": COMMA,
    "quote": QUOTE, "dense": DENSE, "bar": BAR, "mark": MARK, "opens": OPENS,
}  # fmt: skip
_STOPS = ".!?…。！？।؟۔"
_COMMAS = ",;、，；،؛"
_QUOTES = "\"'“”„«»‘’‹›「」『』"
_BARS = "|›»·•/→>—–"
_PLANE = 0x10000


@functools.cache
def _table() -> npt.NDArray[np.uint16]:
    table = np.zeros(_PLANE + 1, dtype=np.uint16)
    for point in range(_PLANE):
        sign = chr(point)
        kind = unicodedata.category(sign)
        bits = 0 if kind[0] in "ZC" else VISIBLE
        if kind[0] in "LM":
            bits |= LETTER
        if kind == "Lu":
            bits |= UPPER
        if kind in ("Ll", "Lo"):
            bits |= LOWER
        if kind == "Nd":
            bits |= DIGIT
        if kind[0] in "PS":
            bits |= MARK
        if kind in ("Ps", "Pi"):
            bits |= OPENS
        if 0x3040 <= point < 0xA000 or 0xAC00 <= point < 0xD7B0 or 0xF900 <= point < 0xFB00 or 0x0E00 <= point < 0x0E80:
            bits |= DENSE
        table[point] = bits
    for signs, bit in ((_STOPS, STOP), (_COMMAS, COMMA), (_QUOTES, QUOTE), (_BARS, BAR)):
        for sign in signs:
            table[ord(sign)] |= bit
    table[_PLANE] = VISIBLE  # beyond the basic plane: emoji and rare scripts
    return table


class Characters:
    """The counts of n lines, each a stretch ``starts[i]:ends[i]`` of ``text``."""

    def __init__(self, text: str, starts: Ints, ends: Ints) -> None:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self._bits = _table()[np.minimum(points, _PLANE)]
        self._starts, self._ends = starts, ends

    def count(self, classes: int) -> Floats:
        """How many characters of each line are of any of the classes."""
        return self._sums((self._bits & classes) != 0)

    def words(self) -> Floats:
        """How many words each line has: runs of letters and digits."""
        inside = (self._bits & (LETTER | DIGIT)) != 0
        return self._sums(inside & ~np.concatenate(([False], inside[:-1])))

    def capitalised(self) -> Floats:
        """How many words of each line begin with a capital."""
        inside = (self._bits & (LETTER | DIGIT)) != 0
        begins = inside & ~np.concatenate(([False], inside[:-1]))
        return self._sums(begins & ((self._bits & UPPER) != 0))

    def first(self) -> npt.NDArray[np.uint16]:
        """The classes of each line's first character."""
        return self._bits[self._starts]

    def last(self, back: int = 1) -> npt.NDArray[np.uint16]:
        """The classes of each line's last character, or of the one ``back`` places from its end."""
        return self._bits[np.maximum(self._ends - back, self._starts)]

    def _sums(self, flags: npt.NDArray[np.bool_]) -> Floats:
        total = np.concatenate(([0], np.cumsum(flags)))
        return (total[self._ends] - total[self._starts]).astype(np.float64)
