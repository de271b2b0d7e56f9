"""A page cut into blocks, in one walk: its visible text with the element that each line of it stands in.

In goes a parsed page, out come :class:`PageBlocks`: the source text that everything cut from a page is accounted
against, a line for each block element, and a blank line where the landmarks of its structure (header, nav, main,
article, lists, …) begin or end, so that a navigation or a footer that recurs on a site's pages is one identical text.

The parser's own serialisation is walked with one regular expression: it is well formed whatever the page was, and a
pass over it costs a fraction of a walk over nodes. A block ends where a block-level element begins or ends and at
``<br>``; an unknown element is block-level, as browsers' default style has it not, unless it holds words of a sentence.
"""

from __future__ import annotations

import functools
import html
import re
from array import array
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.read.visible import legible
from transforms.select.elements import HEADS, INLINE, MATHEMATICAL, OF_SENTENCES, UNSEEN, is_unknown
from transforms.select.vocabulary import ROOT_TAG, TAGS, Attributes, attributes_of

Ints = npt.NDArray[np.int64]

# Inline elements whose classes say what they hold.
_NAMED_INLINE = frozenset({"span", "small", "time", "cite"})
# Inline elements that say nothing here, and void ones without text: the parser takes them out faster than they are
# read.
_PLAIN_INLINE = [
    "i", "em", "font", "u", "abbr", "mark", "sub", "sup", "picture", "code", "s", "label", "ins", "del", "big",
    "samp", "kbd",
]  # fmt: skip
_SHOWS_NO_TEXT = ["img", "source", "input", "track", "area", "wbr", "link", "meta"]
_LANDMARKS = frozenset({
    "article", "aside", "dialog", "dl", "fieldset", "figure", "footer", "form", "header", "main", "menu", "nav",
    "ol", "section", "table", "ul",
})  # fmt: skip
# Block-level and never closed: they end a block and hold none.
_VOID = frozenset({"br", "hr", "area", "base", "col", "link", "meta", "param"})
# The serialisation quotes every attribute with " and ends every comment, so the expression needs no backtracking.
_TAG = re.compile(r"<(?:!--.*?--|(/?)([a-zA-Z][^\s/>]*+)([^>\"]*+(?:\"[^\"]*+\"[^>\"]*+)*+))>", re.DOTALL)
_OTHER = len(TAGS)
_LOOKED_AHEAD = 40  # tags within an unknown element; one with more is no word of a sentence
_QUOTED = re.compile("[\"'“”„«»‘’‚「『]")


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """A page of n blocks in e block-level elements, both in document order.

    ``starts`` and ``ends`` are a block's place in ``source_text`` (characters), ``element`` the innermost element
    that it began in; ``link_chars``, ``links``, ``bold_chars`` and ``inline`` (categories of its inline elements) are
    counted within it. Of an element: ``parent`` (its own index for the root), ``depth``, ``tag`` (index in the
    vocabulary's TAGS, one more for others), ``traits`` (bits), ``path`` and ``class_path`` (equal numbers for equal
    paths within the page), and the half-open range of the blocks that it holds. ``laid_out`` has the texts of ``pre``
    elements with their lines, by block.
    """

    source_text: str
    texts: list[str]
    starts: Ints
    ends: Ints
    element: Ints
    link_chars: Ints
    links: Ints
    bold_chars: Ints
    inline: npt.NDArray[np.uint64]
    parent: Ints
    depth: Ints
    tag: Ints
    traits: npt.NDArray[np.uint64]
    path: Ints
    class_path: Ints
    first: Ints
    last: Ints
    laid_out: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    def shown(self, index: int) -> str:
        """A block's text as a body has it: of what is laid out in lines (code, a poem), with its lines."""
        return self.laid_out.get(index) or self.texts[index]


def page_blocks(tree: LexborHTMLParser) -> PageBlocks:
    """The blocks of ``tree``; takes the unseen elements out of it, so read those before."""
    _settle_doubtful(tree)
    tree.strip_tags([*UNSEEN, *_SHOWS_NO_TEXT])
    tree.unwrap_tags(_PLAIN_INLINE)
    body = tree.body or tree.root
    markup = (body.html if body is not None else None) or ""
    walk = _Walk()
    walk.over(markup)
    return walk.done()


def _settle_doubtful(tree: LexborHTMLParser) -> None:
    """Leave the text of a button that is all of a heading, and take away readings of characters without brackets."""
    for reading in tree.tags("rt"):
        if not any(_is_bracket(other) for other in (reading.prev, reading.next)):
            reading.decompose()
    seen: set[int] = set()
    for button in tree.tags("button"):
        head = button.parent
        if head is not None and head.tag not in HEADS:
            head = head.parent  # with an element between, as a span; one that is farther heads something else
        if head is not None and head.tag in HEADS and head.mem_id not in seen:
            seen.add(head.mem_id)
            if head.text().split() == button.text().split():
                button.unwrap()


def _is_bracket(node: LexborNode | None) -> bool:
    return node is not None and node.tag == "rp"


class _Walk:
    """The state of one pass over a page's markup."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.laid_out: dict[int, str] = {}
        self.starts: list[int] = []
        self.element: list[int] = []
        self.links: list[int] = []
        self.link_chars: list[int] = []
        self.bold_chars: list[int] = []
        self.inline: list[int] = []
        self.lines: list[str] = []
        self.offset = 0  # of the next line in the source text
        self.parent = [0]
        self.depth = [0]
        self.tag = [ROOT_TAG]
        self.traits = [0]
        self.path = [0]
        self.class_path = [0]
        self.first = [0]
        self.last = [0]

    def over(self, markup: str) -> None:  # noqa: PLR0915 - one loop over every tag; calls would double its time
        """Walk the markup."""
        pieces: list[str | None] = _TAG.split(markup)
        parent, depth, tags, traits = self.parent, self.depth, self.tag, self.traits
        path, class_path, first, last = self.path, self.class_path, self.first, self.last
        paths: dict[tuple[int, int], int] = {}
        class_paths: dict[tuple[int, int, str], int] = {}
        stack: list[tuple[str, int]] = [("", 0)]
        current = 0
        line: list[str] = [pieces[0] or ""]
        began_in = 0
        link = bold = 0
        link_chars = links = bold_chars = inline = 0
        pre = 0
        quoted: list[bool] = []
        texts, lines = self.texts, self.lines
        closings, names = pieces[1::4], pieces[2::4]
        for closing, name, attrs, text, at in zip(
            closings, names, pieces[3::4], pieces[4::4], range(len(names)), strict=True
        ):
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
                        inline |= _attributes(attrs).traits
                    elif name == "q":
                        _quote(line, quoted, None if closing else text or "")
                elif name not in TAGS and (
                    name in MATHEMATICAL
                    or (is_unknown(name) and _is_within_sentence(stack[-1][0], name, closing, names, closings, at))
                ):
                    pass
                else:
                    if line and (words := "".join(line).split()):  # white space alone begins no line
                        shown = _shown(" ".join(words))
                        if shown:
                            if pre:
                                self.lay_out("".join(line))
                            self.add(shown, began_in, links, link_chars, bold_chars, inline)
                    if name == "pre":
                        pre += -1 if closing else 1
                    line = []
                    link_chars = bold_chars = inline = 0
                    links = link
                    if name in _LANDMARKS and lines and lines[-1]:
                        lines.append("")
                        self.offset += 1
                    if closing:
                        # The serialisation closes what it opened, in order.
                        if len(stack) > 1 and stack[-1][0] == name:
                            last[stack.pop()[1]] = len(texts)
                            current = stack[-1][1]
                    elif name not in _VOID:
                        told, classes = _attributes(attrs) if attrs else _NO_ATTRIBUTES
                        kind = TAGS.get(name, _OTHER)
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
        if words := "".join(line).split():
            self.add(_shown(" ".join(words)), began_in, links, link_chars, bold_chars, inline)
        for _, index in stack:
            last[index] = len(texts)

    def add(self, shown: str, element: int, links: int, link_chars: int, bold_chars: int, inline: int) -> None:
        if not shown:
            return
        self.texts.append(shown)
        self.starts.append(self.offset)
        self.element.append(element)
        self.links.append(links)
        self.link_chars.append(link_chars)
        self.bold_chars.append(bold_chars)
        self.inline.append(inline)
        self.lines.append(shown)
        self.offset += len(shown) + 1

    def lay_out(self, text: str) -> None:
        """Note the lines of the text that is added next."""
        lines = [line.rstrip() for line in legible(html.unescape(text)).strip("\n").split("\n")]
        if len(lines) > 1:
            self.laid_out[len(self.texts)] = "\n".join(lines).strip()

    def done(self) -> PageBlocks:
        """What the walk found."""
        starts = _ints(self.starts)
        return PageBlocks(
            source_text="\n".join(self.lines).strip("\n"),
            texts=self.texts,
            starts=starts,
            ends=starts + _ints(list(map(len, self.texts))),
            laid_out=self.laid_out,
            element=_ints(self.element),
            links=_ints(self.links),
            link_chars=_ints(self.link_chars),
            bold_chars=_ints(self.bold_chars),
            inline=_ints(self.inline).view(np.uint64),
            parent=_ints(self.parent),
            depth=_ints(self.depth),
            tag=_ints(self.tag),
            traits=_ints(self.traits).view(np.uint64),
            path=_ints(self.path),
            class_path=_ints(self.class_path),
            first=_ints(self.first),
            last=_ints(self.last),
        )


def _is_within_sentence(
    parent: str, name: str, closing: str | None, names: list[str | None], closings: list[str | None], at: int
) -> bool:
    """Whether the unknown element that begins or ends at the tag ``at``, in ``parent``, holds words of a sentence."""
    if closing:
        return parent != name  # the innermost open element is the one that closes, unless that was never opened
    if parent not in OF_SENTENCES:
        return False
    for other, closes in zip(names[at + 1 : at + _LOOKED_AHEAD], closings[at + 1 : at + _LOOKED_AHEAD], strict=True):
        if other == name and closes:
            return True
        if other is not None and other not in INLINE and other not in MATHEMATICAL and not is_unknown(other):
            return False
    return False


def _quote(line: list[str], quoted: list[bool], text: str | None) -> None:
    """Put the marks of a quotation, which the browser shows, on the line, unless the page has its own."""
    if text is not None:
        quoted.append(_QUOTED.match(text.lstrip()[:1]) is None)
        if quoted[-1]:
            line.append("“")
    elif quoted and quoted.pop():
        line.append("”")


def _ints(numbers: list[int]) -> Ints:
    return np.frombuffer(array("q", numbers), dtype=np.int64)  # half the time of np.array


def _shown(text: str) -> str:
    if "&" in text:
        text = " ".join(html.unescape(text).split())
    return text if text.isascii() and text.isprintable() else legible(text).strip()


_NO_ATTRIBUTES = Attributes(0, "")


@functools.lru_cache(maxsize=16384)
def _attributes(attrs: str) -> Attributes:
    return attributes_of(attrs)
