"""The features of a page's blocks: their own text, the containers they stand in, and what surrounds them.

In go :class:`~transforms.select.page_blocks.PageBlocks`, the page's title and summary; out comes a float32 matrix, a
row a block, whose columns are :data:`NAMES`. Everything is computed for all blocks at once: an element's blocks are a
stretch, so a container's sums are differences of running sums.

Sentence mass: a block of at least 60 characters that ends as a sentence and is not mostly links counts its length, at
most 600, in hundreds; a character of a dense script counts three.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from transforms.select.characters import (
    BAR,
    COMMA,
    DENSE,
    DIGIT,
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
)
from transforms.select.page_blocks import PageBlocks
from transforms.select.vocabulary import HEADINGS, NEAREST_TAGS, TAGS, TRAITS

_SHARES = (0.4, 0.6, 0.8, 0.95)
_ANCESTORS = 5
_FAR = 30.0
# Categories and tags of which it counts what else stands in the same element.
_SCOPES = (
    "comment", "related", "popular", "share", "ad", "newsletter", "sidebar", "consent", "hidden", "card", "caption",
    "body", "article_body", "bio", "product", "tags",
)  # fmt: skip
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Context:
    """What the page declares: its title, its summary, the body that its linked data may carry."""

    title: str | None = None
    summary: str | None = None
    body: str | None = None


class _Columns:
    """Named columns in the order in which they are added."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[npt.NDArray[np.generic]] = []

    def add(self, name: str, values: npt.NDArray[np.generic]) -> None:
        self.names.append(name)
        self.values.append(values)


def page_features(blocks: PageBlocks, context: Context) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The columns' names and the matrix of features, blocks × columns. ``blocks`` must not be empty."""
    out = _Columns()
    count = len(blocks)
    own = _own(out, blocks)
    title_at = _title_block(blocks, context.title)
    comments = _comments(blocks, own, title_at)
    out.add("in_comments", comments)
    # A long discussion holds more sentences than the article: its containers are found without it.
    own = replace(own, mass=np.where(comments, 0.0, own.mass))
    mass, length = own.mass, own.length
    sums = _ContainerSums(blocks, own)
    element = blocks.element
    order = np.arange(count)
    out.add("position", order / count)
    out.add("blocks", np.full(count, count))
    total_mass = max(float(mass.sum()), 1e-9)
    out.add("page_mass", np.full(count, total_mass))
    before = np.concatenate(([0.0], np.cumsum(mass)[:-1]))
    out.add("mass_before", before / total_mass)
    total_length = max(float(length.sum()), 1.0)
    out.add("length_before", (np.cumsum(length) - length) / total_length)
    out.add("same_text", _repeats(blocks.texts))

    tops = _containers(blocks, sums, own)
    anchors = [*tops, int(element[title_at]) if title_at is not None else 0]
    _steps(out, blocks, anchors)
    out.add("from_title", order - title_at if title_at is not None else np.full(count, -999))

    _ancestors(out, blocks, sums, total_mass)
    parent = blocks.parent[element]
    for name, group in (
        ("path", blocks.path[element]),
        ("class_path", blocks.class_path[element]),
        ("parent", parent),
        ("grandparent", blocks.parent[parent]),
    ):
        _group(out, name, group, own)
    _nearest(out, blocks, sums, total_mass, tops[0])
    _twins(out, blocks, sums)
    _since_title(out, blocks, title_at, own)
    _overlaps(out, blocks, context)
    _neighbours(out, own)
    matrix = np.empty((count, len(out.names)), dtype=np.float32)
    for index, values in enumerate(out.values):
        matrix[:, index] = values
    return out.names, matrix


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
    length = (blocks.ends - blocks.starts) + 2.0 * dense
    link = np.minimum(blocks.link_chars * (1.0 + 2.0 * dense / np.maximum(visible, 1)), length)
    density = link / np.maximum(length, 1)
    some = np.maximum(visible, 1)
    last, before_last = signs.last(), signs.last(2)
    stops = ((last & STOP) != 0) | (((last & (QUOTE | MARK)) != 0) & ((before_last & STOP) != 0))
    tag = blocks.tag[blocks.element]
    heading = np.isin(tag, HEADINGS)
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
    out.add("begins_upper", (signs.first() & UPPER) != 0)
    out.add("begins_lower", (signs.first() & LOWER) != 0)
    out.add("begins_digit", (signs.first() & DIGIT) != 0)
    out.add("begins_quoted", (signs.first() & (QUOTE | OPENS)) != 0)
    out.add("begins_mark", (signs.first() & MARK) != 0)
    out.add("stops", signs.count(STOP))
    out.add("stops_share", signs.count(STOP) / some)
    out.add("commas_share", signs.count(COMMA) / some)
    out.add("quotes", signs.count(QUOTE))
    out.add("digits_share", signs.count(DIGIT) / some)
    out.add("upper_share", signs.count(UPPER) / np.maximum(letters, 1))
    out.add("capitalised", signs.capitalised() / np.maximum(words, 1))
    out.add("bars", signs.count(BAR))
    out.add("marks_share", signs.count(MARK) / some)
    out.add("tag", tag)
    return _Own(length, mass, link, density, heading)


def _comments(blocks: PageBlocks, own: _Own, title_at: int | None) -> npt.NDArray[np.bool_]:
    """Which blocks stand in an element of comments, one that does not hold the title (else: the first sentence) too."""
    found = np.zeros(len(blocks), dtype=bool)
    witness = int((own.mass > 0).argmax()) if title_at is None else title_at
    bit = np.uint64(1 << TRAITS.index("comment"))
    for index in np.flatnonzero(blocks.traits & bit):
        first, last = blocks.first[index], blocks.last[index]
        if not first <= witness < last:
            found[first:last] = True
    return found


def _repeats(texts: list[str]) -> Floats:
    seen: dict[str, int] = {}
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    return np.array([seen[text] for text in texts], dtype=np.float64)


class _ContainerSums:
    """Sums over the blocks that each element holds."""

    def __init__(self, blocks: PageBlocks, own: _Own) -> None:
        first, last = blocks.first, blocks.last

        def over(values: Floats) -> Floats:
            running = np.concatenate(([0.0], np.cumsum(values)))
            return running[last] - running[first]

        self.mass = over(own.mass)
        self.length = over(own.length)
        self.link = over(own.link)
        self.blocks = (last - first).astype(np.float64)
        self.headings = over(own.heading.astype(np.float64))
        self.sentences = over((own.mass > 0).astype(np.float64))


def _containers(blocks: PageBlocks, sums: _ContainerSums, own: _Own) -> list[int]:
    """The element with the most paragraph mass of its own, and the deepest ones that hold a share of all mass."""
    element = blocks.element
    tag = blocks.tag[element]
    leaf = (tag == TAGS["p"]) | np.isin(tag, (*HEADINGS, TAGS["li"], TAGS["blockquote"]))
    container = np.where(leaf, blocks.parent[element], element)
    count = len(blocks.parent)
    score = np.bincount(container, weights=own.mass, minlength=count)
    score = score + np.bincount(blocks.parent[container], weights=own.mass / 2, minlength=count)
    found = [int(score.argmax())]
    total = float(own.mass.sum())
    for share in _SHARES:
        holds = sums.mass >= share * total - 1e-9
        found.append(int(np.where(holds, blocks.depth, -1).argmax()) if total else 0)
    return found


def _title_block(blocks: PageBlocks, title: str | None) -> int | None:
    """The block that is the title; of several the one in the highest heading."""
    wanted = "".join(_WORD.findall((title or "").casefold()))
    if not wanted:
        return None
    tag = blocks.tag[blocks.element]
    best: tuple[int, int] | None = None
    for index, text in enumerate(blocks.texts):
        if abs(len(text) - len(title or "")) > 40:
            continue
        said = "".join(_WORD.findall(text.casefold()))
        if said == wanted or (len(said) > 20 and (said in wanted or wanted in said)):
            rank = (0 if tag[index] == TAGS["h1"] else 1 if tag[index] in HEADINGS else 2, index)
            best = rank if best is None else min(best, rank)
    return best[1] if best else None


def _levels(blocks: PageBlocks) -> list[Ints]:
    order = np.argsort(blocks.depth, kind="stable")
    edges = np.flatnonzero(np.diff(blocks.depth[order])) + 1
    return list(np.split(order, edges))[1:]


def _steps(out: _Columns, blocks: PageBlocks, anchors: list[int]) -> None:
    """How far up from each block, and down again, each anchor element lies."""
    count = len(blocks.parent)
    shared = np.zeros((count, len(anchors)), dtype=np.int64)  # depth of the lowest common ancestor
    on_way = np.zeros((count, len(anchors)), dtype=bool)
    for column, anchor in enumerate(anchors):
        at = anchor
        while not on_way[at, column]:
            on_way[at, column] = True
            at = int(blocks.parent[at])
    depth = blocks.depth[:, None]
    for level in _levels(blocks):
        shared[level] = np.where(on_way[level], depth[level], shared[blocks.parent[level]])
    met = shared[blocks.element]
    names = ("top", *(f"holds_{int(share * 100)}" for share in _SHARES), "title")
    for column, (name, anchor) in enumerate(zip(names, anchors, strict=True)):
        out.add(f"up_{name}", blocks.depth[blocks.element] - met[:, column])
        out.add(f"down_{name}", blocks.depth[anchor] - met[:, column])


def _ancestors(out: _Columns, blocks: PageBlocks, sums: _ContainerSums, total_mass: float) -> None:
    at = blocks.element
    out.add("depth", blocks.depth[at])
    for step in range(_ANCESTORS):
        out.add(f"a{step}_tag", blocks.tag[at])
        out.add(f"a{step}_mass", sums.mass[at] / total_mass)
        out.add(f"a{step}_link_density", sums.link[at] / np.maximum(sums.length[at], 1))
        out.add(f"a{step}_length", sums.length[at])
        out.add(f"a{step}_blocks", sums.blocks[at])
        out.add(f"a{step}_sentences", sums.sentences[at] / np.maximum(sums.blocks[at], 1))
        at = blocks.parent[at]


def _group(out: _Columns, name: str, group: Ints, own: _Own) -> None:
    """Over the blocks of the same group: mass, count, link density, mean length."""
    size = int(group.max()) + 1
    count = np.bincount(group, minlength=size)
    length = np.bincount(group, weights=own.length, minlength=size)
    link = np.bincount(group, weights=own.link, minlength=size)
    mass = np.bincount(group, weights=own.mass, minlength=size)
    total = max(float(own.mass.sum()), 1e-9)
    out.add(f"{name}_mass", mass[group] / total)
    out.add(f"{name}_count", count[group])
    out.add(f"{name}_link_density", link[group] / np.maximum(length[group], 1))
    out.add(f"{name}_mean_length", length[group] / np.maximum(count[group], 1))


def _nearest(out: _Columns, blocks: PageBlocks, sums: _ContainerSums, total_mass: float, top: int) -> None:
    """The nearest ancestor of each category and tag: steps up to it and, of some, what else it holds."""
    bits = np.uint64(1) << np.arange(len(TRAITS), dtype=np.uint64)
    tags = np.array([TAGS[name] for name in NEAREST_TAGS])
    has = np.concatenate([(blocks.traits[:, None] & bits) != 0, blocks.tag[:, None] == tags], axis=1)
    nearest = np.where(has, np.arange(len(has), dtype=np.int32)[:, None], np.int32(-1))
    for level in _levels(blocks):
        rows = nearest[level]
        nearest[level] = np.where(rows >= 0, rows, nearest[blocks.parent[level]])
    near = nearest[blocks.element]
    steps = np.where(near >= 0, blocks.depth[blocks.element][:, None] - blocks.depth[near], _FAR)
    inline = (blocks.inline[:, None] & bits) != 0
    steps[:, : len(TRAITS)][inline] = -1
    names = [*TRAITS, *NEAREST_TAGS]
    for column, name in enumerate(names):
        out.add(f"near_{name}", steps[:, column])
    for name in _SCOPES:
        at = near[:, names.index(name)]
        missing = at < 0
        out.add(f"scope_{name}_mass", np.where(missing, -1.0, sums.mass[at] / total_mass))
        out.add(f"scope_{name}_blocks", np.where(missing, -1.0, sums.blocks[at]))
        holds = (blocks.first[at] <= blocks.first[top]) & (blocks.last[at] >= blocks.last[top])
        out.add(f"scope_{name}_holds_top", np.where(missing, -1, holds))


def _twins(out: _Columns, blocks: PageBlocks, sums: _ContainerSums) -> None:
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
    at = blocks.element
    largest = np.zeros(len(at))
    at_largest = at
    for step in range(6):
        if step < 4:
            out.add(f"a{step}_twins", size[at])
            out.add(f"a{step}_twin", rank[at])
        weight = np.where((size[at] > 1) & (sums.blocks[at] > 1), mass[at], 0.0)
        better = weight > largest
        largest = np.where(better, weight, largest)
        at_largest = np.where(better, at, at_largest)
        at = blocks.parent[at]
    found = largest > 0
    out.add("posts", np.where(found, size[at_largest], 0))
    out.add("post", np.where(found, rank[at_largest], -1))
    out.add("post_share", np.where(found, sums.mass[at_largest] / np.maximum(largest, 1e-9), -1))
    out.add("posts_mass", largest / max(float(sums.mass[0]), 1e-9))


def _since_title(out: _Columns, blocks: PageBlocks, title_at: int | None, own: _Own) -> None:
    """Headings and tell-tale elements that began between the title and the block."""
    count = len(blocks)
    start = title_at or 0
    headings = np.cumsum(own.heading)
    out.add("headings_since", headings - headings[start])
    names = list(TRAITS)
    for name in ("comment", "related", "share", "author", "newsletter", "footer", "tags", "bio"):
        bit = np.uint64(1 << names.index(name))
        opened = np.bincount(np.minimum(blocks.first, count), weights=(blocks.traits & bit) != 0, minlength=count + 1)
        seen = np.cumsum(opened)[:count]
        out.add(f"{name}_since", seen - seen[start])
    article = TAGS["article"]
    inside = np.full(count, -1)
    for index in np.flatnonzero(blocks.tag == article):
        inside[blocks.first[index] : blocks.last[index]] = index
    out.add("articles", np.full(count, int((blocks.tag == article).sum())))
    out.add("article_of_title", np.where(inside < 0, -1, inside == inside[start]))
    last_mass = np.maximum.accumulate(np.where(own.mass > 0, np.arange(count), -1))
    out.add("since_sentence", np.arange(count) - last_mass)
    later = np.where(own.mass > 0, np.arange(count), 10**6)[::-1]
    next_mass = np.minimum.accumulate(later)[::-1]
    out.add("until_sentence", np.minimum(next_mass - np.arange(count), 999))


def _overlaps(out: _Columns, blocks: PageBlocks, context: Context) -> None:
    """The share of a block's words that the title, the summary and the declared body hold."""
    count = len(blocks)
    by_block = [_WORD.findall(text) for text in blocks.source_text.lower().split("\n") if text]
    words = list(itertools.chain.from_iterable(by_block))
    number = np.array([len(found) for found in by_block], dtype=np.int64)
    edges = np.concatenate(([0], np.cumsum(number)))

    def share(flags: Iterable[bool]) -> Floats:
        running = np.concatenate(([0], np.cumsum(np.fromiter(flags, dtype=np.bool_, count=len(words)))))
        return (running[edges[1:]] - running[edges[:-1]]) / np.maximum(number, 1)

    for name, text in (("title", context.title), ("summary", context.summary)):
        known = set(_WORD.findall(text.lower())) if text else set()
        out.add(f"in_{name}", share(map(known.__contains__, words)) if known else np.full(count, -1.0))
    grams = _grams(_WORD.findall(context.body.lower())) if context.body else set()
    if grams:
        following = itertools.chain(
            map(grams.__contains__, zip(words, words[1:], words[2:], strict=False)), (False,) * 2
        )
        out.add("in_body", share(itertools.islice(following, len(words))))
    else:
        out.add("in_body", np.full(count, -1.0))


def _grams(words: list[str]) -> set[tuple[str, str, str]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _neighbours(out: _Columns, own: _Own) -> None:
    """Length and mass of the blocks before and after."""
    for name, values in (("length", own.length), ("mass", own.mass), ("density", own.density)):
        out.add(f"{name}_above", np.concatenate(([0.0], values[:-1])))
        out.add(f"{name}_below", np.concatenate((values[1:], [0.0])))
    running = np.concatenate(([0.0], np.cumsum(own.mass)))
    index = np.arange(len(own.mass))
    for reach in (5, 15):
        low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(index))
        out.add(f"mass_within_{reach}", running[high] - running[low])
