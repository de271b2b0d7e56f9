"""Where on a page its title stands: a group of pages in, a block of each out."""

from __future__ import annotations

import numpy as np

from transforms.select.characters import Ints
from transforms.select.page_group import PageGroup
from transforms.select.vocabulary import HEADINGS, TAGS
from transforms.strip.lines import run_together

ALL_TAGS = np.arange(len(TAGS) + 1)  # and one for what is none of them
IS_HEADING = np.isin(ALL_TAGS, HEADINGS)
_RANK = np.where(TAGS["h1"] == ALL_TAGS, 0, np.where(IS_HEADING, 1, 2))


def title_blocks(group: PageGroup) -> Ints:
    """The block of each page that is its title, -1 where none is; of several the one in the highest heading."""
    ranks = _RANK[group.blocks.tag[group.blocks.element]]
    length = group.blocks.ends - group.blocks.starts
    found = []
    for (begin, end), context in zip(group.stretches(), group.contexts, strict=True):
        best = None
        if wanted := run_together(context.title or ""):
            near = np.flatnonzero(abs(length[begin:end] - len(context.title or "")) <= 40) + begin
            for index in near.tolist():
                said = run_together(group.blocks.texts[index])
                if said == wanted or (len(said) > 20 and (said in wanted or wanted in said)):
                    rank = (int(ranks[index]), index)
                    best = rank if best is None else min(best, rank)
        found.append(-1 if best is None else best[1])
    return np.array(found, dtype=np.int64)
