"""The features of a page's blocks: their own text, the containers they stand in, and what surrounds them.

In goes a :class:`~transforms.select.page_group.PageGroup`, out come the columns' names and a float32 matrix, a row a
block. Everything is computed for all blocks of all its pages at once: an element's blocks are a stretch, so a
container's sums are differences of running sums. A page's rows are the same whatever pages it is grouped with.

Sentence mass: a block of at least 60 characters that ends as a sentence and is not mostly links counts its length, at
most 600, in hundreds; a character of a dense script counts three.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from transforms.select.characters import (
    BAR,
    COMMA,
    DENSE,
    DIGIT,
    FACTOR,
    LETTER,
    LOWER,
    MARK,
    OPENS,
    QUOTE,
    STOP,
    UPPER,
    VISIBLE,
    Characters,
    Floats,
    Ints,
    Words,
    in_threes,
)
from transforms.select.loops import FEATURES
from transforms.select.page_blocks import PageBlocks
from transforms.select.page_group import PageGroup
from transforms.select.page_near import NEAR, bits_of, levels, near_columns
from transforms.select.page_titles import ALL_TAGS, IS_HEADING, title_blocks
from transforms.select.vocabulary import HEADINGS, TAGS, TRAITS

_SHARES = (0.4, 0.6, 0.8, 0.95)
_ANCHORS = ("top", *(f"holds_{int(share * 100)}" for share in _SHARES), "title")
_ANCESTORS = 5
_SINCE = ("comment", "related", "share", "author", "newsletter", "footer", "tags", "bio")
_IS_LEAF = np.isin(ALL_TAGS, [*HEADINGS, *(TAGS[name] for name in ("p", "li", "blockquote"))])


class _Columns:
    """Named columns in the order in which they are added."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._values: list[npt.NDArray[np.generic]] = []

    def add(self, name: str, values: npt.NDArray[np.generic]) -> None:
        self.names.append(name)
        self._values.append(values)

    def matrix(self) -> npt.NDArray[np.float32]:
        """The columns side by side."""
        found = np.empty((len(self._values), len(self._values[0])), dtype=np.float32)
        for row, values in zip(found, self._values, strict=True):
            row[:] = values
        return found.T


def page_features(group: PageGroup) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The columns' names and the matrix of features, blocks × columns."""
    out = _Columns()
    blocks, page = group.blocks, group.page
    own = _own(out, blocks)
    titles = title_blocks(group)
    comments = _comments(group, own, titles)
    out.add("in_comments", comments)
    # A long discussion holds more sentences than the article: its containers are found without it.
    own = replace(own, mass=np.where(comments, 0.0, own.mass))
    running = group.running(own.mass, own.length, own.link, (own.mass > 0).astype(np.float64))
    sums = _ContainerSums(blocks, running.of_elements(), group.totals(own.mass))
    element = blocks.element
    order = np.arange(len(blocks))
    count = np.diff(group.edges)[page]
    out.add("position", (order - group.begin) / count)
    out.add("blocks", count)
    total_mass = np.maximum(sums.total, 1e-9)[page]
    out.add("page_mass", total_mass)
    before = running.up_to(order, page)
    out.add("mass_before", before[0] / total_mass)
    out.add("length_before", before[1] / np.maximum(group.totals(own.length), 1.0)[page])
    out.add("same_text", _repeats(group))

    anchors = np.column_stack((_containers(group, sums, own), np.where(titles < 0, group.root, element[titles])))
    _steps(out, group, anchors)
    out.add("from_title", np.where(titles[page] < 0, -999, order - titles[page]))

    _ancestors(out, blocks, sums, total_mass)
    parent = blocks.parent[element]
    for name, same in (
        ("path", blocks.path[element]),
        ("class_path", blocks.class_path[element]),
        ("parent", parent),
        ("grandparent", blocks.parent[parent]),
    ):
        _shared(out, name, same, own, total_mass)
    near, article = near_columns(blocks, sums.mass, sums.blocks, total_mass, anchors[:, 0][page])
    for name, column in zip(NEAR, near, strict=True):
        out.add(name, column)
    _twins(out, blocks, sums, np.maximum(sums.mass[group.root], 1e-9)[page])
    _since_title(out, group, np.where(titles < 0, group.edges[:-1], titles), article, own)
    _overlaps(out, group)
    _neighbours(out, group, own, running.sums[0])
    return out.names, out.matrix()


@dataclass(frozen=True, slots=True)
class _Own:
    """What later features need of the blocks' own text."""

    length: Floats
    mass: Floats
    link: Floats
    density: Floats
    heading: npt.NDArray[np.bool_]


def _own(out: _Columns, blocks: PageBlocks) -> _Own:
    signs = Characters(blocks.source_text, blocks.starts, blocks.ends)
    visible = signs.count(VISIBLE)
    dense = signs.count(DENSE)
    letters = signs.count(LETTER)
    words = signs.words()
    stop_count = signs.count(STOP)
    length = (blocks.ends - blocks.starts) + 2.0 * dense
    link = np.minimum(blocks.link_chars * (1.0 + 2.0 * dense / np.maximum(visible, 1)), length)
    density = link / np.maximum(length, 1)
    some = np.maximum(visible, 1)
    first, last, before_last = signs.first(), signs.last(), signs.before_last()
    stops = ((last & STOP) != 0) | (((last & (QUOTE | MARK)) != 0) & ((before_last & STOP) != 0))
    tag = blocks.tag[blocks.element]
    heading = IS_HEADING[tag]
    mass = np.where((length >= 60) & stops & (density < 0.5), np.minimum(length, 600) / 100, 0.0)
    out.add("length", length)
    out.add("words", words)
    out.add("word_length", letters / np.maximum(words, 1))
    out.add("mass", mass)
    out.add("link_density", density)
    out.add("links", blocks.links)
    out.add("bold", np.minimum(blocks.bold_chars / some, 1))
    out.add("ends_as_sentence", stops)
    out.add("ends_with_colon", (last & MARK != 0) & (last & (STOP | QUOTE | BAR) == 0))
    out.add("begins_upper", (first & UPPER) != 0)
    out.add("begins_lower", (first & LOWER) != 0)
    out.add("begins_digit", (first & DIGIT) != 0)
    out.add("begins_quoted", (first & (QUOTE | OPENS)) != 0)
    out.add("begins_mark", (first & MARK) != 0)
    out.add("stops", stop_count)
    out.add("stops_share", stop_count / some)
    out.add("commas_share", signs.count(COMMA) / some)
    out.add("quotes", signs.count(QUOTE))
    out.add("digits_share", signs.count(DIGIT) / some)
    out.add("upper_share", signs.count(UPPER) / np.maximum(letters, 1))
    out.add("capitalised", signs.capitalised() / np.maximum(words, 1))
    out.add("bars", signs.count(BAR))
    out.add("marks_share", signs.count(MARK) / some)
    out.add("tag", tag)
    return _Own(length, mass, link, density, heading)


def _comments(group: PageGroup, own: _Own, titles: Ints) -> npt.NDArray[np.bool_]:
    """Which blocks stand in an element of comments, one that does not hold the title (else: the first sentence) too."""
    blocks = group.blocks
    sentences = [begin + int((own.mass[begin:end] > 0).argmax()) for begin, end in group.stretches()]
    witness = np.where(titles < 0, sentences, titles)[group.element_page]
    bit = np.uint64(1 << TRAITS.index("comment"))
    held = (blocks.first <= witness) & (witness < blocks.last)
    found = np.flatnonzero(((blocks.traits & bit) != 0) & ~held)
    count = len(blocks) + 1
    begun = np.bincount(blocks.first[found], minlength=count) - np.bincount(blocks.last[found], minlength=count)
    return np.cumsum(begun)[:-1] > 0


def _repeats(group: PageGroup) -> Ints:
    """How many blocks of its page have a block's text."""
    if FEATURES is not None:
        found: Ints = FEATURES.repeats(group.blocks.texts, group.edges)
        return found
    seen = (map(Counter(page.texts).__getitem__, page.texts) for page in group.pages)
    return np.fromiter(itertools.chain.from_iterable(seen), dtype=np.int64, count=len(group.blocks))


class _ContainerSums:
    """Sums over the blocks that each element holds, and the ``total`` mass of each page."""

    def __init__(self, blocks: PageBlocks, of_elements: Floats, total: Floats) -> None:
        self.mass, self.length, self.link, self.sentences = of_elements
        self.blocks = (blocks.last - blocks.first).astype(np.float64)
        self.total = total


def _containers(group: PageGroup, sums: _ContainerSums, own: _Own) -> Ints:
    """Of each page the element with the most paragraph mass of its own, and the deepest ones that hold a share of all
    mass: pages × elements."""
    blocks = group.blocks
    element = blocks.element
    tag = blocks.tag[element]
    leaf = _IS_LEAF[tag]
    container = np.where(leaf, blocks.parent[element], element)
    count = len(blocks.parent)
    score = np.bincount(container, weights=own.mass, minlength=count)
    score = score + np.bincount(blocks.parent[container], weights=own.mass / 2, minlength=count)
    shares = np.array(_SHARES)[:, None] * sums.total - 1e-9
    holds = np.where(sums.mass >= shares[:, group.element_page], blocks.depth, -1)
    holds[:, sums.total[group.element_page] == 0] = 0
    ranked = np.vstack((score, holds))
    return np.array(
        [root + ranked[:, root:end].argmax(axis=1) for root, end in itertools.pairwise([*group.root.tolist(), count])]
    )


def _steps(out: _Columns, group: PageGroup, anchors: Ints) -> None:
    """How far up from each block, and down again, each anchor element of its page lies."""
    blocks = group.blocks
    count = len(blocks.parent)
    columns = np.arange(anchors.shape[1])
    on_way = np.zeros((count, anchors.shape[1]), dtype=bool)
    at = anchors
    for _ in range(int(blocks.depth[anchors].max()) + 1):
        on_way[at, columns] = True
        at = blocks.parent[at]
    depth = blocks.depth[:, None]
    shared = np.zeros((count, anchors.shape[1]), dtype=np.int64)  # depth of the lowest common ancestor
    for level in levels(blocks):
        shared[level] = np.where(on_way[level], depth[level], shared[blocks.parent[level]])
    met = shared[blocks.element]
    up = blocks.depth[blocks.element][:, None] - met
    down = blocks.depth[anchors][group.page] - met
    for column, name in enumerate(_ANCHORS):
        out.add(f"up_{name}", up[:, column])
        out.add(f"down_{name}", down[:, column])


def _ancestors(out: _Columns, blocks: PageBlocks, sums: _ContainerSums, total_mass: Floats) -> None:
    at = blocks.element
    density = sums.link / np.maximum(sums.length, 1)
    sentences = sums.sentences / np.maximum(sums.blocks, 1)
    out.add("depth", blocks.depth[at])
    for step in range(_ANCESTORS):
        out.add(f"a{step}_tag", blocks.tag[at])
        out.add(f"a{step}_mass", sums.mass[at] / total_mass)
        out.add(f"a{step}_link_density", density[at])
        out.add(f"a{step}_length", sums.length[at])
        out.add(f"a{step}_blocks", sums.blocks[at])
        out.add(f"a{step}_sentences", sentences[at])
        at = blocks.parent[at]


def _shared(out: _Columns, name: str, same: Ints, own: _Own, total_mass: Floats) -> None:
    """Over the blocks that are the ``same`` in something: mass, count, link density, mean length."""
    size = int(same.max()) + 1
    count = np.bincount(same, minlength=size)
    length = np.bincount(same, weights=own.length, minlength=size)
    link = np.bincount(same, weights=own.link, minlength=size)
    mass = np.bincount(same, weights=own.mass, minlength=size)
    out.add(f"{name}_mass", mass[same] / total_mass)
    out.add(f"{name}_count", count[same])
    out.add(f"{name}_link_density", link[same] / np.maximum(length[same], 1))
    out.add(f"{name}_mean_length", length[same] / np.maximum(count[same], 1))


def _twins(out: _Columns, blocks: PageBlocks, sums: _ContainerSums, page_mass: Floats) -> None:
    """Of each block's ancestors: how many siblings of the same class hold text too, and which of them it is.

    Several posts on a page, the comments under it and lists of teasers are siblings of one another.
    """
    pair = blocks.parent * (int(blocks.class_path.max()) + 1) + blocks.class_path
    _, group = np.unique(np.where(sums.length > 0, pair, -1 - np.arange(len(pair))), return_inverse=True)
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    begins = np.cumsum(sizes) - sizes
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - begins[group[order]]
    size = sizes[group]
    mass = np.bincount(group, weights=sums.mass)[group]
    weight = np.where((size > 1) & (sums.blocks > 1), mass, 0.0)
    at = blocks.element
    largest = np.zeros(len(at))
    at_largest = at
    for step in range(6):
        if step < 4:
            out.add(f"a{step}_twins", size[at])
            out.add(f"a{step}_twin", rank[at])
        better = weight[at] > largest
        largest = np.where(better, weight[at], largest)
        at_largest = np.where(better, at, at_largest)
        at = blocks.parent[at]
    found = largest > 0
    out.add("posts", np.where(found, size[at_largest], 0))
    out.add("post", np.where(found, rank[at_largest], -1))
    out.add("post_share", np.where(found, sums.mass[at_largest] / np.maximum(largest, 1e-9), -1))
    out.add("posts_mass", largest / page_mass)


def _since_title(out: _Columns, group: PageGroup, titles: Ints, inside: Ints, own: _Own) -> None:
    """Headings and tell-tale elements that began between the title and the block; sentences before and behind it.
    ``inside`` is each block's nearest article."""
    blocks = group.blocks
    count = len(blocks)
    start = titles[group.page]
    headings = np.cumsum(own.heading)
    out.add("headings_since", headings - headings[start])
    bits = bits_of(blocks.traits)
    for name in _SINCE:
        # What begins behind a page's last block counts at the next one's first, before whatever is asked there.
        seen = np.cumsum(np.bincount(blocks.first[bits[:, TRAITS.index(name)]], minlength=count))
        out.add(f"{name}_since", seen[:count] - seen[start])
    articles = np.bincount(group.element_page[blocks.tag == TAGS["article"]], minlength=len(group.pages))
    out.add("articles", articles[group.page])
    out.add("article_of_title", np.where(inside < 0, -1, inside == inside[start]))
    order = np.arange(count)
    last = np.maximum.accumulate(np.where(own.mass > 0, order, -1))
    out.add("since_sentence", order - np.maximum(last, group.begin - 1))
    following = np.minimum.accumulate(np.where(own.mass > 0, order, count)[::-1])[::-1]
    out.add("until_sentence", np.where(following < group.end, np.minimum(following - order, 999), 999))


def _overlaps(out: _Columns, group: PageGroup) -> None:
    """The share of a block's words that its page's title and summary have, or that begin three in a row of the body
    that its page declares."""
    said = Words(group.blocks.source_text)
    for name in ("title", "summary", "body"):
        texts = ((getattr(context, name) or "").replace("\n", " ") for context in group.contexts)
        known = Words("\n".join(f"-{text}" for text in texts))  # with a mark no line is empty
        out.add(f"in_{name}", shares(said, group.edges, known, threes=name == "body"))


def shares(said: Words, edges: Ints, known: Words, *, threes: bool) -> Floats:
    """Of each line of ``said`` the share of its words that its page knows, or with ``threes`` that begin three in a row
    of them; -1 where it knows too few. The lines of page p are ``edges[p]:edges[p + 1]``, what it knows is line p of
    ``known``."""
    if FEATURES is not None:
        found: Floats = FEATURES.shares(said.numbers, said.of_line, edges, known.numbers, known.of_line, threes, FACTOR)
        return found
    words = np.concatenate(([0], np.cumsum(said.of_line)))
    shared = np.zeros(len(said.numbers) + 1, dtype=np.int64)
    for (begin, end), declared in zip(itertools.pairwise(words[edges].tolist()), known.lines(), strict=True):
        if threes and len(declared) > 2 and end - begin > 2:
            shared[begin + 1 : end - 1] = np.isin(in_threes(said.numbers[begin:end]), in_threes(declared))
        elif not threes and len(declared):
            shared[begin + 1 : end + 1] = np.isin(said.numbers[begin:end], declared)
    running = np.cumsum(shared)
    share = (running[words[1:]] - running[words[:-1]]) / np.maximum(said.of_line, 1)
    is_known = np.repeat(known.of_line > (2 if threes else 0), np.diff(edges))
    return np.where(is_known, share, -1.0)


def _neighbours(out: _Columns, group: PageGroup, own: _Own, running: Floats) -> None:
    """Length and mass of the blocks before and after, where they are of the same page."""
    for name, values in (("length", own.length), ("mass", own.mass), ("density", own.density)):
        above = np.concatenate(([0.0], values[:-1]))
        above[group.edges[:-1]] = 0.0
        out.add(f"{name}_above", above)
        below = np.concatenate((values[1:], [0.0]))
        below[group.edges[1:] - 1] = 0.0
        out.add(f"{name}_below", below)
    order = np.arange(len(own.mass))
    for reach in (5, 15):
        low, high = np.maximum(order - reach, group.begin), np.minimum(order + reach + 1, group.end)
        out.add(f"mass_within_{reach}", running[high + group.page] - running[low + group.page])
