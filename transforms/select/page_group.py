"""Several pages as one: their blocks and their elements one behind the other, for one set of numpy calls.

A page has some two hundred blocks, and a numpy call costs as much as its work on some thousands; so what is asked of
every block is asked of a group of pages at once. No page sees another: sums begin anew at each page, in the order in
which they are taken of a page alone, so that what is found does not depend on a page's neighbours to the last bit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from transforms.select.characters import Floats, Ints
from transforms.select.page_blocks import PageBlocks


@dataclass(frozen=True, slots=True)
class Context:
    """What a page declares: its title, its summary, the body that its linked data may carry."""

    title: str | None = None
    summary: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages with text: ``blocks`` are those of all, ``page`` and ``element_page`` the page of each block and element.

    The blocks of page p are ``edges[p]:edges[p + 1]``; ``begin`` and ``end`` are these two for each block. ``root`` is
    each page's first element.
    """

    pages: Sequence[PageBlocks]
    contexts: Sequence[Context]
    blocks: PageBlocks
    page: Ints
    element_page: Ints
    edges: Ints
    root: Ints

    @property
    def begin(self) -> Ints:
        """The first block of each block's page."""
        return self.edges[self.page]

    @property
    def end(self) -> Ints:
        """The block behind the last one of each block's page."""
        return self.edges[self.page + 1]

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Each page's blocks, half-open."""
        return itertools.pairwise(self.edges.tolist())

    def totals(self, values: Floats) -> Floats:
        """The sum of a value of each block over each page."""
        return np.array([values[begin:end].sum() for begin, end in self.stretches()])

    def running(self, *values: Floats) -> Running:
        """The running sums of values of each block."""
        rows = np.stack(values)
        sums = np.zeros((len(values), rows.shape[1] + len(self.pages)))
        for page, (begin, end) in enumerate(self.stretches()):
            np.cumsum(rows[:, begin:end], axis=1, out=sums[:, begin + page + 1 : end + page + 1])
        return Running(self, sums)


@dataclass(frozen=True, slots=True)
class Running:
    """Running sums that begin at 0 on each page: ``sums`` has a row a value, and in it one place more a page."""

    group: PageGroup
    sums: Floats

    def up_to(self, block: Ints, page: Ints) -> Floats:
        """Values × places: the sum over the blocks of ``page`` before ``block``, which may be behind its last one."""
        return self.sums[:, block + page]

    def of_elements(self) -> Floats:
        """Values × elements: the sums over the blocks that each element holds."""
        blocks, page = self.group.blocks, self.group.element_page
        return self.up_to(blocks.last, page) - self.up_to(blocks.first, page)


def page_group(pages: Sequence[PageBlocks], contexts: Sequence[Context]) -> PageGroup:
    """``pages`` as one; none of them may be without blocks."""
    edges = _edges(len(page) for page in pages)
    elements = _edges(len(page.parent) for page in pages)
    text = _edges(len(page.source_text) + 1 for page in pages)
    path = _edges(int(page.path.max()) + 1 for page in pages)
    class_path = _edges(int(page.class_path.max()) + 1 for page in pages)

    def joined(name: str, offsets: Ints | None = None) -> Ints:
        columns = [getattr(page, name) for page in pages]
        if offsets is None:
            return np.concatenate(columns)
        return np.concatenate([column + offset for column, offset in zip(columns, offsets, strict=False)])

    blocks = PageBlocks(
        source_text="\n".join(page.source_text for page in pages),
        texts=list(itertools.chain.from_iterable(page.texts for page in pages)),
        starts=joined("starts", text),
        ends=joined("ends", text),
        element=joined("element", elements),
        link_chars=joined("link_chars"),
        links=joined("links"),
        bold_chars=joined("bold_chars"),
        inline=np.concatenate([page.inline for page in pages]),
        parent=joined("parent", elements),
        depth=joined("depth"),
        tag=joined("tag"),
        traits=np.concatenate([page.traits for page in pages]),
        path=joined("path", path),
        class_path=joined("class_path", class_path),
        first=joined("first", edges),
        last=joined("last", edges),
    )
    numbers = np.arange(len(pages))
    return PageGroup(
        pages=pages,
        contexts=contexts,
        blocks=blocks,
        page=np.repeat(numbers, np.diff(edges)),
        element_page=np.repeat(numbers, np.diff(elements)),
        edges=edges,
        root=elements[:-1],
    )


def _edges(counts: Iterator[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(list(counts)))).astype(np.int64)
