"""A page cut into blocks, in one walk: its visible text with the element that each line of it stands in.

In goes a parsed page, out come :class:`PageBlocks`: the source text that everything cut from a page is accounted
against, a line for each block element, and a blank line where the landmarks of its structure (header, nav, main,
article, lists, …) begin or end, so that a navigation or a footer that recurs on a site's pages is one identical text.

``page_walk.py`` has the walk itself, ``compiled/walk.pyx`` the same one for where a C compiler was at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.select.elements import HEADS, UNSEEN
from transforms.select.loops import walk

Ints = npt.NDArray[np.int64]


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
    # What they hold may be no markup, and is out of the tree before it is written. The walk itself passes over what
    # holds nothing: a pass over the page for each name takes longer.
    tree.strip_tags([*UNSEEN])
    body = tree.body or tree.root
    markup = (body.html if body is not None else None) or ""
    texts, lines, laid_out, block_columns, element_columns = walk(markup)
    starts, element, links, link_chars, bold_chars, inline = block_columns
    parent, depth, tag, traits, path, class_path, first, last = element_columns
    return PageBlocks(
        source_text="\n".join(lines).strip("\n"),
        texts=texts,
        starts=starts,
        ends=starts + np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)),
        element=element,
        link_chars=link_chars,
        links=links,
        bold_chars=bold_chars,
        inline=inline.view(np.uint64),
        parent=parent,
        depth=depth,
        tag=tag,
        traits=traits.view(np.uint64),
        path=path,
        class_path=class_path,
        first=first,
        last=last,
        laid_out=laid_out,
    )


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
