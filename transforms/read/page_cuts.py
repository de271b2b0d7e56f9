"""What goes out of a page's choice again: hidden elements, links to other articles, invitations among the paragraphs.

The classifier judges a block by its neighbours, so what stands in the middle of an article is easily taken for a part
of it. In go the page's blocks and the choice among them, out comes the choice without those, with the rule that cut
each: ``blocks.hidden``, ``blocks.newsletter``, or the rule of :mod:`transforms.strip.edges` that cuts such a line of a
text as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from transforms.select.page_blocks import PageBlocks
from transforms.select.page_choice import Choice, expected_f1
from transforms.select.vocabulary import HEADINGS, INVISIBLE, NEWSLETTER_BOX
from transforms.strip import edges
from transforms.strip.line import PROSE, Line
from transforms.strip.lines import HEAVIEST_INSIDE, fold_lines, make_line
from transforms.strip.rules import Rulebook, rulebook

HIDDEN = "blocks.hidden"
IN_NEWSLETTER = "blocks.newsletter"
_MOST = 0.5  # of the chosen text; what is hidden and holds more is shown by a script
_BOX = 0.2  # of the chosen text; an element named after a newsletter that holds more is the newsletter itself

_WITHOUT_LINK = 60  # characters of an invitation that leads nowhere; more are asked of lines with links only
_SLACK = 3  # signs between a label and its link

Flags = npt.NDArray[np.bool_]


def without_cuts(blocks: PageBlocks, found: Choice) -> Choice:
    """The choice without what the rules cut; unchanged where nothing would be left."""
    length = (blocks.ends - blocks.starts).astype(np.float64)
    weight = length * found.chosen
    hidden = _small(blocks, INVISIBLE, weight, _MOST) & found.chosen
    boxed = _small(blocks, NEWSLETTER_BOX, weight, _BOX) & found.chosen & ~hidden
    cuts: dict[int, str] = dict.fromkeys(np.flatnonzero(hidden).tolist(), HIDDEN)
    cuts |= dict.fromkeys(np.flatnonzero(boxed).tolist(), IN_NEWSLETTER)
    longest = np.where(blocks.links > 0, HEAVIEST_INSIDE, _WITHOUT_LINK)
    asked = found.chosen & ~hidden & ~boxed & (length <= longest)
    cuts |= dict(_announced(blocks, np.flatnonzero(asked).tolist(), rulebook()))
    if not cuts:
        return found
    gone = np.zeros(len(blocks), dtype=bool)
    gone[list(cuts)] = True
    if not (found.chosen & ~gone).any():
        return found
    chosen = found.chosen & ~gone
    confidence = expected_f1(np.where(gone, 0.0, found.probability), length, chosen)
    return replace(found, chosen=chosen, cuts=cuts, confidence=confidence)


def _small(blocks: PageBlocks, bit: int, weight: npt.NDArray[np.float64], most: float) -> Flags:
    """The blocks in elements with the trait that hold some of the chosen text, but none of those that hold more than
    the share ``most``, each or together: a script shows a hidden article, and a newsletter may be the article."""
    named = np.flatnonzero(blocks.traits & np.uint64(bit))
    if len(named):  # on few pages: what follows is a tenth of a millisecond
        named = named[~np.isin(blocks.tag[named], HEADINGS)]
    if not len(named):
        return np.zeros(len(blocks), dtype=bool)
    running = np.concatenate(([0.0], np.cumsum(weight)))
    held = running[blocks.last[named]] - running[blocks.first[named]]
    small = _within(blocks, named[(held > 0) & (held <= most * running[-1])])
    return small if weight[small].sum() <= most * running[-1] else np.zeros(len(blocks), dtype=bool)


def _within(blocks: PageBlocks, elements: npt.NDArray[np.int64]) -> Flags:
    count = len(blocks) + 1
    begun = np.bincount(blocks.first[elements], minlength=count) - np.bincount(blocks.last[elements], minlength=count)
    inside: Flags = np.cumsum(begun)[:-1] > 0
    return inside


def _announced(blocks: PageBlocks, indexes: list[int], book: Rulebook) -> Iterator[tuple[int, str]]:
    """Blocks that lead to another article or invite the reader, with the rule that says so."""
    lines = [make_line(0, blocks.texts[index], 0) for index in indexes]
    folded = fold_lines(lines)
    rules = edges.anywhere(lines, folded, book)
    for place, index in enumerate(indexes):
        if place in rules:
            yield index, rules[place].id
        elif _is_labelled_link(blocks, index, lines[place], folded[place], book):
            yield index, edges.INLINE.id


def _is_labelled_link(blocks: PageBlocks, index: int, line: Line, folded: str, book: Rulebook) -> bool:
    """Whether a block is a link behind the label of a teaser, and nothing else: "Read also The keeper retires"."""
    if blocks.links[index] != 1 or line.form is PROSE or not (label := book.inline_label.match(folded)):
        return False
    behind = len(folded) - label.end()
    return behind > 0 and abs(behind - int(blocks.link_chars[index])) <= _SLACK
