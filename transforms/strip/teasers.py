"""Teaser blocks: the headlines, excerpts and ages of other articles that a scraped page leaves in its text.

In go the lines of a text, out come the spans of lines that are teasers. A heading such as "Recent Posts" is never
enough: a block needs lines behind it that look like teasers (excerpts cut off by an ellipsis, relative times, dates
alone, several short lines in a row), and ends where the text speaks in whole sentences again. Where that is not clear
the lines stay: a lost sentence is worse than a kept headline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from transforms.strip.line import CUT, PROSE, SHORT, Line
from transforms.strip.lines import fold, has_bullet
from transforms.strip.rules import Rulebook

RULE = "teaser.block"
UNANNOUNCED = "teaser.units"

_HEADING_WEIGHT = 80
_EXCERPT_WEIGHT = 330
_HEADLINE_WEIGHT = 25  # below it a short line is a name or a label rather than a headline
_REACH = 5  # lines between the ages of neighbouring teasers
_BESIDE_AGE = 30  # characters of a name or section that stands beside an age
_JOINTS = re.compile(r"\s{0,4}[|•·]\s{0,4}|\s[–—-]\s")
_QUOTED = re.compile(r"[\"“„«»‘「『].*[\"”“»«’」』]", re.DOTALL)


class _Look(IntEnum):
    HEADLINE = 0
    EXCERPT = 1  # cut off by an ellipsis
    AGE = 2  # an age or a date alone
    PROSE = 3
    NEUTRAL = 4  # "Read more", a comment count, a teaser's by-line
    STOP = 5  # another heading of teasers
    DATE = 6  # a date alone, until the walk knows whether the teasers have ages instead
    OWN = 7  # a label or by-line, until the walk knows whether a teaser goes on behind it


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``first`` to ``last`` (both included) are teasers, with the rule that says so."""

    first: int
    last: int
    rule: str


@dataclass(frozen=True, slots=True)
class TeaserFinder:
    """Finds the blocks of one text.

    ``is_dated`` tells a line that is a date or a dated by-line, ``is_own`` one that belongs to the article itself (a
    label such as "Categories: …", a by-line). ``folded`` are the lines as
    :func:`~transforms.strip.lines.fold_lines` gives them.
    """

    lines: Sequence[Line]
    folded: Sequence[str]
    book: Rulebook
    is_dated: Callable[[str], bool]
    is_own: Callable[[str], bool]

    def blocks(self) -> list[Block]:
        """Every block, in order, none over another."""
        found: list[Block] = []
        position = walked = 0
        while position < len(self.lines):
            strength = self._announces(position)
            block: Block | None = None
            if strength is None:
                block = self._unannounced(position)
            elif position >= walked:  # each line is walked over once, or a text of headings would cost its square
                looks, walked = self._walk(position + 1)
                block = self._announced(position, strength, looks, walked)
            if block:
                found.append(block)
                position = block.last + 1
            else:
                position += 1
        return found

    def _announces(self, index: int) -> str | None:
        line = self.lines[index]
        if line.weight > _HEADING_WEIGHT or line.form is PROSE:
            return None
        return self.book.announcements.get(self.folded[index])

    def _look(self, index: int) -> _Look:
        line = self.lines[index]
        if line.form is CUT:
            return _Look.EXCERPT
        if line.form is PROSE and line.weight > 120:
            return _Look.PROSE
        folded = self.folded[index]
        if self._is_aged(index):
            return _Look.AGE
        if line.weight <= _HEADING_WEIGHT:
            if folded in self.book.announcements and line.form is not PROSE:
                rules = self.book.line_rules(folded)
                return _Look.NEUTRAL if rules else _Look.STOP
            if any(rule.id in ("link.more", "comment.count", "ad.marker") for rule in self.book.line_rules(folded)):
                return _Look.NEUTRAL
            if self.is_dated(line.text):
                return _Look.DATE
        if line.form is PROSE:
            return _Look.PROSE
        if self.is_own(line.text):
            return _Look.OWN
        return _Look.HEADLINE

    def _announced(self, heading: int, strength: str, looks: list[_Look], stop: int) -> Block | None:
        """The block under a heading, if what stands there is teasers."""
        evidence = [i for i, look in enumerate(looks) if look in (_Look.AGE, _Look.EXCERPT)]
        at_end = stop == len(self.lines)
        if evidence:
            headlines = looks.count(_Look.HEADLINE) + looks.count(_Look.PROSE)
            if len(evidence) < 2 and not headlines:
                return None
            count = len(looks) if at_end else self._confirmed(looks, evidence[-1])
            count = self._without_strangers(heading + 1, looks, count, evidence[-1])
        else:
            count = self._headlines_only(heading + 1, looks, stop, strength)
        return Block(heading, heading + count, RULE) if count else None

    def _unannounced(self, index: int) -> Block | None:
        """Teasers under no known heading: at least two cut-off excerpts, each with an age straight behind it."""
        if self.lines[index].form is not CUT or not self._is_unit(index):
            return None
        units, position, last = 0, index, index
        while position < len(self.lines) and position - last <= _REACH:
            if self._is_unit(position):
                units += 1
                last = position
            elif self.lines[position].form is PROSE and not self._is_aged(position + 1):
                break
            position += 1
        if units < 2:
            return None
        first = index
        if first and self._look(first - 1) is _Look.HEADLINE:
            first -= 1
            above = self.lines[first - 1] if first else None
            if above and above.form is SHORT and above.weight <= 40 and units > 2 and not self.is_own(above.text):
                first -= 1
        block = self._announced(first - 1, "list", *self._walk(first))
        end = block.last if block else last + 1
        return Block(first, max(end, last + 1), UNANNOUNCED)

    def _is_unit(self, index: int) -> bool:
        """Whether a cut-off excerpt has its age behind it; what is quoted whole is somebody's message with its time."""
        line = self.lines[index]
        return line.form is CUT and self._is_aged(index + 1) and not _QUOTED.fullmatch(line.text)

    def _is_aged(self, index: int) -> bool:
        """Whether a line is an age, alone or beside a name or section: "Mira Holm · 2 hours ago"."""
        if index >= len(self.lines):
            return False
        if self.book.is_age(self.folded[index]):
            return True
        line = self.lines[index]
        if line.form is not SHORT or line.weight > _HEADING_WEIGHT:
            return False
        pieces = _JOINTS.split(line.text)
        return (
            1 < len(pieces) <= 3
            and max(map(len, pieces)) <= _BESIDE_AGE
            and any(self.book.is_age(fold(piece)) for piece in pieces)
        )

    def _walk(self, start: int) -> tuple[list[_Look], int]:
        """The looks of the lines that may be teasers, and the index of the first that cannot."""
        looks: list[_Look] = []
        index = start
        aged = 0
        by_age = cut_follows_age = False
        while index < len(self.lines):
            look = self._look(index)
            previous = looks[-1] if looks else None
            if look is _Look.STOP or (look is _Look.PROSE and not self._is_excerpt(index, looks, aged)):
                break
            if look is _Look.OWN:
                if not self._goes_on(index + 1):
                    break
                look = _Look.NEUTRAL
            elif look is _Look.DATE:
                if by_age:  # teasers with ages have no dates: this one is the article's
                    break
                look = _Look.AGE
            elif look is _Look.AGE:
                by_age = True
            elif look is _Look.EXCERPT and previous is _Look.AGE:
                # After an age comes the next teaser or the article again; a cut-off sentence there is a teaser's only
                # where the first teaser had its excerpt in that place.
                if aged > 1 and not cut_follows_age:
                    break
                cut_follows_age = True
            aged += look is _Look.AGE
            looks.append(look)
            index += 1
        return looks, index

    def _goes_on(self, index: int) -> bool:
        """Whether a teaser continues here: an age or an excerpt within two lines."""
        return any(self.lines[i].form is CUT or self._is_aged(i) for i in range(index, min(index + 2, len(self.lines))))

    def _is_excerpt(self, index: int, looks: list[_Look], aged: int) -> bool:
        """Whether whole sentences are a teaser's text: under a headline and with an age straight behind them."""
        if self.lines[index].weight > _EXCERPT_WEIGHT or index + 1 >= len(self.lines):
            return False
        if self._look(index + 1) is not _Look.AGE:
            return False
        return bool(looks) and (looks[-1] is _Look.HEADLINE or aged > 0)

    def _confirmed(self, looks: list[_Look], last_evidence: int) -> int:
        """How many lines belong to the block when sentences follow it: the last teaser's shape is the others'."""
        ages = [i for i, look in enumerate(looks) if look is _Look.AGE]
        if not ages or ages[-1] != last_evidence:
            return last_evidence + 1
        if ages[0] == 0:
            template = looks[1 : ages[1]] if len(ages) > 1 else []
        else:
            units = [looks[a + 1 : b] for a, b in zip([-1, *ages], ages, strict=False)]
            texts = [any(look in (_Look.EXCERPT, _Look.PROSE) for look in unit) for unit in units]
            if len(units) > 1 and all(texts[:-1]) and not texts[-1]:
                return ages[-2] + 1  # a title with a time but no excerpt: the article's own head
            between = units[1] if len(units) > 1 else []
            template = between[: between.index(_Look.HEADLINE)] if _Look.HEADLINE in between else []
        count = ages[-1] + 1
        for expected in template:
            if count < len(looks) and looks[count] is expected:
                count += 1
        return count

    def _without_strangers(self, start: int, looks: list[_Look], count: int, last_evidence: int) -> int:
        """Lines behind the last evidence that are the article's own: a short name, a label."""
        for i in range(last_evidence + 1, count):
            line = self.lines[start + i]
            if looks[i] is _Look.HEADLINE and line.weight < _HEADLINE_WEIGHT and line.form is SHORT:
                return i
        return count

    def _headlines_only(self, start: int, looks: list[_Look], stop: int, strength: str) -> int:
        """A block of titles alone: at the text's end two do; inside it only behind an invitation, or as a list."""
        titles = [i for i, look in enumerate(looks) if look is _Look.HEADLINE]
        lines = [self.lines[start + i] for i in titles]
        if not titles or any(line.form is CUT for line in lines):
            return 0
        headlines = sum(line.weight >= _HEADLINE_WEIGHT for line in lines)
        if stop == len(self.lines):
            enough = headlines >= (1 if strength == "invitation" else 2) and headlines * 2 > len(lines)
            return len(looks) if enough and start > 1 else 0
        if strength != "invitation" or start <= 1:
            return 0
        bulleted = [has_bullet(line.text) for line in lines]
        if all(bulleted):
            return titles[-1] + 1
        if len(lines) == 1:
            return titles[0] + 1 if headlines else 0
        last, others = lines[-1], lines[:-1]
        mean = sum(line.weight for line in others) / len(others)
        own = last.gap > min(line.gap for line in others) or last.weight * 3 < mean * 2 or any(bulleted[:-1])
        kept = titles[:-1] if own else titles
        return kept[-1] + 1 if headlines * 2 > len(lines) else 0
