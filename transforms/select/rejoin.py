"""Lines that are pieces of one sentence, put together again.

A naive scraper saves one text node a line, so that each link or bold word breaks the sentence that it stands in. In go
the measured lines of a text, out come half-open ranges of lines that belong together; nothing is reordered or dropped,
and a joined line keeps the span of its pieces in the source.

Two lines are one where the upper lacks an end mark and the lower begins in lower case or with a closing mark, or where
the upper ends in a comma, an opening bracket or a function word. A menu in lower case has such neighbours as well:
pieces among which none is as long as a clause stay apart.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from importlib import resources

import msgspec

from transforms.scripts import has_unspaced
from transforms.strip.line import Line
from transforms.strip.lines import make_line

_CLAUSE = 32  # weight of the longest piece below which the pieces are labels
_OPEN_ENDED = 60  # weight above which a line without an end mark is a broken sentence rather than a title
_LONGEST_WORD = 16
_CLOSING = re.compile(r"[,.;:!?)\]}%»”’…،؛؟。、，；：）」』】]")
_BROKEN_OFF = re.compile(r"[,(\[{„“«¿¡、，（「『،؛]$|(?<!\w)&$")
_ENDED = re.compile(r"[.!?…。！？؟۔।:：][\"'”’»)\]）」』*]{0,3}$")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]\.){1,4}$|(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|vs|No|Nr)\.$"
)
# Function words that end the heading of a list of other articles ("Leia também"): they do not tie it to what follows.
_ENDS_HEADINGS = frozenset({
    "also", "about", "over", "auch", "mehr", "aussi", "plus", "también", "además", "más", "também", "mais", "anche",
    "più", "ook", "meer", "också", "også", "myös", "także", "také", "też", "și", "is", "также", "ещё", "також", "ще",
    "juga", "thêm", "ایضا", "أيضا",
})  # fmt: skip
_CREDIT = re.compile(r"(?:by|von|par|por|di|door|av|af|autor|автор|oleh)(?:\s[^\W\d_][\w.'’-]{0,30}){0,4}$")
_LAST_WORD = re.compile(r"([^\W\d_]{1,16})$")
_TIGHT_AFTER = re.compile(r"[(\[{„“«¿¡（「『#@]")


@functools.cache
def line_words() -> dict[str, frozenset[str]]:
    """The words of ``line_words.toml`` by kind, over all languages."""
    content = resources.files(__package__).joinpath("line_words.toml").read_bytes()
    kinds = msgspec.toml.decode(content, type=dict[str, dict[str, list[str]]])
    return {kind: frozenset(w for words in lists.values() for w in words) for kind, lists in kinds.items()}


def rejoin(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """The half-open ranges of lines that are one, in order, covering all of them."""
    found: list[tuple[int, int]] = []
    first = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and _goes_on(lines, index):
            continue
        if index - first > 1 and max(line.weight for line in lines[first:index]) < _CLAUSE:
            found += [(single, single + 1) for single in range(first, index)]
        else:
            found.append((first, index))
        first = index
    return found


def _goes_on(lines: Sequence[Line], index: int) -> bool:
    """Whether the line at ``index`` goes on with the one above it."""
    above, line = lines[index - 1], lines[index]
    if line.gap:
        return False
    if _continues(above, line):
        return True
    # "… the chief of staff told" / "The Harbour Post" / "on Friday": a name in the middle of a sentence.
    return (
        above.weight >= _OPEN_ENDED
        and line.weight < _OPEN_ENDED
        and index + 1 < len(lines)
        and lines[index + 1].gap == 0
        and _ENDED.search(above.text) is None
        and above.text[-1].islower()
        and _continues(line, lines[index + 1])
    )


def _continues(above: Line, line: Line) -> bool:
    first, last = line.text[0], above.text[-1]
    worded = last.isalnum()
    if not worded and _ENDED.search(above.text[-4:]):
        return first.islower() and _ABBREVIATED.search(above.text[-8:]) is not None
    if first.islower():
        return _CREDIT.match(line.text) is None
    if not first.isalnum() and _CLOSING.match(first):
        return True
    if not worded:
        return _BROKEN_OFF.search(above.text[-2:]) is not None
    word = _LAST_WORD.search(above.text[-_LONGEST_WORD:])
    return (
        word is not None
        and word[1].islower()
        and word[1] in line_words()["function"]
        and word[1] not in _ENDS_HEADINGS
        and _CREDIT.match(above.text.lower()) is None
    )


def join(lines: Sequence[Line]) -> Line:
    """The pieces of one line as one line, spaced as text is."""
    if len(lines) == 1:
        return lines[0]
    pieces = [lines[0].text]
    for line in lines[1:]:
        piece, above = line.text, pieces[-1]
        tight = (
            _CLOSING.match(piece)
            or _TIGHT_AFTER.match(above[-1])
            or (has_unspaced(above[-1]) and has_unspaced(piece[0]))
            # a drop cap
            or (len(pieces) == 1 == len(above) and above.isupper() and above not in "AIO" and piece[0].islower())
        )
        pieces.append(piece if tight else f" {piece}")
    return make_line(lines[0].start, "".join(pieces), lines[0].gap, end=lines[-1].end)
