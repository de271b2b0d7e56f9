"""One walk over a page's markup: the lines that it shows, and the elements that they stand in.

In goes the parser's own serialisation, in which every element is closed whatever the page was, so that one regular
expression finds its tags, and a pass over it costs a fraction of a walk over nodes; out come the lines and columns of
:class:`~transforms.select.page_blocks.PageBlocks`. A block ends where a block-level element begins or ends and at
``<br>``; an unknown element is block-level, as browsers' default style has it not, unless it holds words of a sentence.

``compiled/walk.pyx`` is the same walk, which is taken where it was compiled.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.read.visible import legible
from transforms.select.elements import (
    INLINE,
    MATHEMATICAL,
    OF_SENTENCES,
    PLAIN_INLINE,
    TEXTLESS,
    is_unknown,
)
from transforms.select.vocabulary import ROOT_TAG, TAGS, Attributes, attributes_of

# Inline elements whose classes say what they hold.
_NAMED_INLINE = frozenset({"span", "small", "time", "cite"})
_LANDMARKS = frozenset({
    "article", "aside", "dialog", "dl", "fieldset", "figure", "footer", "form", "header", "main", "menu", "nav",
    "ol", "section", "table", "ul",
})  # fmt: skip
# Block-level and never closed: they end a block and hold none.
_VOID = frozenset({"br", "hr", "base", "col", "param"})
# Not there for the walk.
_PASSED_OVER = frozenset({*PLAIN_INLINE, *TEXTLESS})
# The serialisation quotes every attribute's value with " and ends every comment, so the expression needs no
# backtracking. A mark that is not behind "=", or is behind one that begins a name, is of a name, as broken markup has
# them. Processing instructions, as of PHP that was not run, are like comments.
_TAG = re.compile(
    r"<(?:!--.*?--|\?[^>]*+|(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|(?<= )=|=(?:\"[^\"]*+\")?+)*+))>", re.DOTALL
)
OTHER = len(TAGS)
_LOOKED_AHEAD = 40  # tags within an unknown element; one with more is no word of a sentence
_LOOKED_AT = 400  # and with those that are passed over
_QUOTED = re.compile("[\"'“”„«»‘’‚「『]")


def _names() -> dict[str, int]:
    inline = {"a": _LINK, "b": _BOLD, "strong": _BOLD, "q": _QUOTATION, **dict.fromkeys(_NAMED_INLINE, _NAMED)}
    flags = {name: _INLINE | inline.get(name, 0) for name in INLINE}
    flags |= dict.fromkeys(MATHEMATICAL, _MATHEMATICAL)
    for name in {*TAGS, *_LANDMARKS, *_VOID, "pre"}:
        flags[name] = TAGS.get(name, OTHER) << _TAG_SHIFT
        flags[name] |= _LANDMARK * (name in _LANDMARKS) | _VOIDS * (name in _VOID) | _LAID_OUT * (name == "pre")
    for name in _PASSED_OVER:
        flags[name] = _PASSED
    return flags


# What the compiled walk is told of names: these flags, and above them the tag.
_INLINE, _LINK, _BOLD, _NAMED, _QUOTATION, _MATHEMATICAL, _LANDMARK, _VOIDS, _LAID_OUT, _PASSED = (
    1 << bit for bit in range(10)
)
_TAG_SHIFT = 16
NAMES = _names()


class Walked(NamedTuple):
    """What a walk found: n blocks in e elements, ``lines`` with an empty one beside landmarks.

    ``blocks`` are 6 × n: start, element, links, link_chars, bold_chars, inline; ``elements`` are 8 × e: parent, depth,
    tag, traits, path, class_path, first, last.
    """

    texts: list[str]
    lines: list[str]
    laid_out: dict[int, str]
    blocks: npt.NDArray[np.int64]
    elements: npt.NDArray[np.int64]


def walk(markup: str) -> Walked:  # noqa: PLR0915 - one loop over every tag; calls would double its time
    """The lines and elements of ``markup``."""
    found = list(_tags(markup))
    texts: list[str] = []
    lines: list[str] = []
    laid_out: dict[int, str] = {}
    blocks: list[tuple[int, int, int, int, int, int]] = []
    parent, depth, tags, traits, path, class_path, first, last = [0], [0], [ROOT_TAG], [0], [0], [0], [0], [0]
    paths: dict[tuple[int, int], int] = {}
    class_paths: dict[tuple[int, int, str], int] = {}
    stack: list[tuple[str, int]] = [("", 0)]
    offset = current = began_in = 0
    line: list[str] = []
    link = bold = 0
    link_chars = links = bold_chars = inline = 0
    pre = 0
    quoted: list[bool] = []
    for at, (_, closing, name, attrs, text) in enumerate(found):
        if name is not None:  # None is a comment
            if name in INLINE:
                if name == "a":
                    if closing:
                        link -= link > 0
                    else:
                        link += 1
                        links += 1
                elif name in ("b", "strong"):
                    bold = bold - (bold > 0) if closing else bold + 1
                elif attrs and not closing and name in _NAMED_INLINE:
                    inline |= attributes(attrs).traits
                elif name == "q":
                    line.append(mark(quoted, None if closing else text))
            elif name not in TAGS and (
                name in MATHEMATICAL
                or (is_unknown(name) and _is_within_sentence(stack[-1][0], name, closing, _ahead(found, at)))
            ):
                pass
            else:
                if line and (words := "".join(line).split()):  # white space alone begins no line
                    shown_words = shown(" ".join(words))
                    if shown_words:
                        if pre:
                            lay_out("".join(line), len(texts), laid_out)
                        texts.append(shown_words)
                        lines.append(shown_words)
                        blocks.append((offset, began_in, links, link_chars, bold_chars, inline))
                        offset += len(shown_words) + 1
                if name == "pre":
                    pre += -1 if closing else 1
                line = []
                link_chars = bold_chars = inline = 0
                links = link
                if name in _LANDMARKS and lines and lines[-1]:
                    lines.append("")
                    offset += 1
                if closing:
                    # The serialisation closes what it opened, in order.
                    if len(stack) > 1 and stack[-1][0] == name:
                        last[stack.pop()[1]] = len(texts)
                        current = stack[-1][1]
                elif name not in _VOID:
                    told, classes = attributes(attrs) if attrs else _NO_ATTRIBUTES
                    kind = TAGS.get(name, OTHER)
                    index = len(parent)
                    parent.append(current)
                    depth.append(depth[current] + 1)
                    tags.append(kind)
                    traits.append(told)
                    path.append(paths.setdefault((path[current], kind), len(paths) + 1))
                    key = (class_path[current], kind, classes)
                    class_path.append(class_paths.setdefault(key, len(class_paths) + 1))
                    first.append(len(texts))
                    last.append(len(texts))
                    stack.append((name, index))
                    current = index
                began_in = current
        if text and not text.isspace():
            line.append(text)
            if link:
                link_chars += len(text.strip())
            if bold:
                bold_chars += len(text.strip())
        elif text and line:
            line.append(text if pre else " ")
    if (words := "".join(line).split()) and (shown_words := shown(" ".join(words))):
        texts.append(shown_words)
        lines.append(shown_words)
        blocks.append((offset, began_in, links, link_chars, bold_chars, inline))
    for _, index in stack:
        last[index] = len(texts)
    return Walked(
        texts,
        lines,
        laid_out,
        _table(*zip(*blocks, strict=True)) if blocks else np.empty((6, 0), dtype=np.int64),
        _table(parent, depth, tags, traits, path, class_path, first, last),
    )


class _Tag(NamedTuple):
    """A tag and the text behind it, up to the next that is not passed over. ``number`` counts all tags up to it;
    ``name`` is None of a comment, and of what begins the markup."""

    number: int
    closing: str | None
    name: str | None
    attrs: str | None
    text: str


def _tags(markup: str, at: int = 0, most: int | None = None) -> Iterator[_Tag]:
    """The tags and comments of ``markup`` from ``at`` on, of the next ``most`` those that are not passed over, behind
    the text that stands there."""
    told = _Tag(0, None, None, None, "")
    parts: list[str] = []
    for number, tag in enumerate(itertools.islice(_TAG.finditer(markup, at), most), 1):
        closing, name, attrs = tag.groups()
        parts.append(markup[at : tag.start()])
        at = tag.end()
        if name not in _PASSED_OVER:
            yield told._replace(text="".join(parts))
            told, parts = _Tag(number, closing, name, attrs, ""), []
    rest = markup[at:] if most is None else ""
    yield told._replace(text="".join((*parts, rest)))


def _table(*columns: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.stack(
        [np.frombuffer(array("q", column), dtype=np.int64) for column in columns]
    )  # half of np.array's time


def _is_within_sentence(parent: str, name: str, closing: str | None, ahead: Iterable[_Tag]) -> bool:
    """Whether the unknown element that begins or ends with a tag, in ``parent`` and with others ``ahead``, holds words
    of a sentence."""
    if closing:
        return parent != name  # the innermost open element is the one that closes, unless that was never opened
    if parent not in OF_SENTENCES:
        return False
    for _, closes, other, _, _ in ahead:
        if other == name and closes:
            return True
        if other is not None and other not in INLINE and other not in MATHEMATICAL and not is_unknown(other):
            return False
    return False


def _ahead(tags: Sequence[_Tag], at: int) -> Iterator[_Tag]:
    """The tags behind the one ``at`` a place that are looked at."""
    last = tags[at].number + _LOOKED_AT
    return itertools.takewhile(lambda tag: tag.number <= last, tags[at + 1 : at + _LOOKED_AHEAD])


def within_sentence(parent: str, name: str, markup: str, end: int) -> bool:
    """The same of an element that opens in ``parent`` and whose tag ends at ``end`` of the markup."""
    ahead = itertools.islice(_tags(markup, end, _LOOKED_AT), 1, _LOOKED_AHEAD)
    return _is_within_sentence(parent, name, None, ahead)


def text_from(markup: str, at: int) -> str:
    """The text that stands ``at`` a place of the markup, up to the next tag that is not passed over."""
    return next(_tags(markup, at)).text


def mark(quoted: list[bool], text: str | None) -> str:
    """The mark of a quotation, which the browser shows, unless the page has its own: before ``text``, None at its end.

    ``quoted`` are the open quotations, whether they have got one.
    """
    if text is not None:
        quoted.append(_QUOTED.match(text.lstrip()[:1]) is None)
        return "“" if quoted[-1] else ""
    return "”" if quoted and quoted.pop() else ""


def lay_out(text: str, index: int, laid_out: dict[int, str]) -> None:
    """Note the lines of the text of block ``index``, where it has several."""
    lines = [line.rstrip() for line in legible(html.unescape(text)).strip("\n").split("\n")]
    if len(lines) > 1:
        laid_out[index] = "\n".join(lines).strip()


def shown(text: str) -> str:
    """A block's text as a reader sees it."""
    if "&" in text:
        text = " ".join(html.unescape(text).split())
    return text if text.isascii() and text.isprintable() else legible(text).strip()


_NO_ATTRIBUTES = Attributes(0, "")


@functools.lru_cache(maxsize=16384)
def attributes(attrs: str) -> Attributes:
    """What an element's attributes say, as the serialisation has them."""
    return attributes_of(attrs)
