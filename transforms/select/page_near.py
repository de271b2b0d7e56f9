"""What each block of a page stands in: the nearest ancestor of each category and tag, and what else that holds.

In go the blocks of a group of pages, out come columns: steps up to that ancestor (30 where none is, -1 where it is an
inline element of the block), and of some what else it holds: sentence mass as a share of the page's, how many blocks,
whether the element with most of the mass; -1 where none is.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from transforms.select.characters import Floats, Ints
from transforms.select.loops import FEATURES
from transforms.select.page_blocks import PageBlocks
from transforms.select.vocabulary import NEAREST_TAGS, TAGS, TRAITS

_FAR = 30.0
# Categories and tags of which it counts what else stands in the same element.
_SCOPES = (
    "comment", "related", "popular", "share", "ad", "newsletter", "sidebar", "consent", "hidden", "card", "caption",
    "body", "article_body", "bio", "product", "tags",
)  # fmt: skip
# Those, and at last the tag of articles, as places among the traits and the tags.
_HOLDERS = np.array([*map(TRAITS.index, _SCOPES), len(TRAITS) + NEAREST_TAGS.index("article")])
_TAGS_ASKED = np.array([TAGS[name] for name in NEAREST_TAGS])
NEAR = (
    *(f"near_{name}" for name in (*TRAITS, *NEAREST_TAGS)),
    *(f"scope_{name}_{what}" for name in _SCOPES for what in ("mass", "blocks", "holds_top")),
)


def near_columns(
    blocks: PageBlocks, mass: Floats, count: Floats, total_mass: Floats, top: Ints
) -> tuple[Iterable[npt.NDArray[np.generic]], Ints]:
    """The columns NEAR of each block, and its nearest article, -1 where none is.

    ``mass`` and ``count`` are the sentence mass and the number of the blocks that each element holds, ``total_mass``
    and ``top`` the mass of each block's page and the element that holds most of it.
    """
    if FEATURES is None:
        return _by_level(blocks, mass, count, total_mass, top)
    found: tuple[npt.NDArray[np.float32], Ints] = FEATURES.near(
        blocks.parent, blocks.depth, blocks.tag, blocks.traits, blocks.first, blocks.last, mass, count,
        blocks.element, blocks.inline, top, total_mass, len(TRAITS), _TAGS_ASKED, _HOLDERS,
    )  # fmt: skip
    return found


def _by_level(
    blocks: PageBlocks, mass: Floats, count: Floats, total_mass: Floats, top: Ints
) -> tuple[list[npt.NDArray[np.generic]], Ints]:
    """The same for all elements of a depth at once."""
    has = np.concatenate([bits_of(blocks.traits), blocks.tag[:, None] == _TAGS_ASKED], axis=1)
    held = np.ascontiguousarray(has[:, _HOLDERS])
    depth = np.where(has, blocks.depth.astype(np.float32)[:, None], np.float32(-1))
    element = np.where(held, np.arange(len(held))[:, None], -1)
    for level in levels(blocks):  # an ancestor's depth and number are less than those of what it holds
        parent = blocks.parent[level]
        depth[level] = np.maximum(depth[level], depth[parent])
        element[level] = np.maximum(element[level], element[parent])
    depth, element = depth[blocks.element], element[blocks.element]
    steps = np.where(depth >= 0, blocks.depth[blocks.element].astype(np.float32)[:, None] - depth, np.float32(_FAR))
    steps[:, : len(TRAITS)][bits_of(blocks.inline)] = -1
    columns: list[npt.NDArray[np.generic]] = list(steps.T)
    for at in element[:, : len(_SCOPES)].T:
        missing = at < 0
        holds = (blocks.first[at] <= blocks.first[top]) & (blocks.last[at] >= blocks.last[top])
        columns.append(np.where(missing, -1.0, mass[at] / total_mass))
        columns.append(np.where(missing, -1.0, count[at]))
        columns.append(np.where(missing, -1, holds))
    return columns, element[:, -1]


def bits_of(traits: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether each of TRAITS is set: n × traits."""
    octets = traits.astype("<u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=len(TRAITS), bitorder="little").view(np.bool_)


def levels(blocks: PageBlocks) -> list[Ints]:
    """The elements of each depth, from those below the roots on."""
    order = np.argsort(blocks.depth, kind="stable")
    edges = np.flatnonzero(np.diff(blocks.depth[order])) + 1
    return list(np.split(order, edges))[1:]
