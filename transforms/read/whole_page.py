"""A whole page saved as text: the lines that are its article, and what its head says above them.

In go the lines of a text that looks like a page, out come those that :mod:`transforms.select.line_choice` chooses;
every other line is cut by the rule :data:`UNSELECTED`, except the title, by-line and date above the article, which
become fields. What is left is read by the rules for plain texts, which have the last word on notices, teasers and
footers within it. Where the choice is not sure all lines are left, and the rules alone judge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.article import Origin, Role
from transforms.read import head as heads
from transforms.read.byline import read_credit
from transforms.read.draft import Draft
from transforms.select.line_choice import LineChoice, choose_lines
from transforms.select.trees import Trees
from transforms.strip.line import PROSE, SHORT, Line
from transforms.strip.lines import fold, has_bullet, run_together
from transforms.strip.rules import Rulebook

UNSELECTED = "lines.unselected"
REPEATED = "lines.repeated"

UNSURE = 0.5  # of confidence; below it the rules alone judge
_ABOVE = 20  # rows above the article in which its title and by-line may stand
_TITLE = range(15, 201)  # weight
_BELOW = 12  # rows below the title in which its by-line and date may stand
_CREDIT_WEIGHT = 160
_LABEL = 24  # weight of a by-line's label that is a line of its own
_HEADING = 80
_LEAST_ECHO = 0.4  # share of a title's words that the article must say again
_DECLARED_ECHO = 0.5
_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"\s+[|–—-]\s+|\s*[|»]\s*")


def article_lines(draft: Draft, lines: list[Line], book: Rulebook, trees: Trees | None = None) -> list[Line]:
    """The article's lines of a page; the others are cut from ``draft``, its head's fields taken. ``trees`` as for
    :func:`~transforms.select.line_choice.choose_lines`."""
    found = choose_lines(lines, book, trees)
    chosen = found.choice.chosen.nonzero()[0].tolist()
    if not chosen or found.choice.confidence < UNSURE:
        return lines
    draft.confidence = found.choice.confidence
    rows = found.rows.lines
    chosen = _without_lists_behind(rows, chosen, book)
    taken = _take_head(draft, lines, found, chosen[0], book)
    body = {index for index in chosen if index not in taken}
    for index, row in enumerate(rows):
        if index in body or index in taken:
            continue
        draft.cut(row.start, row.end, Role.BOILERPLATE, REPEATED if found.choice.repeated[index] else UNSELECTED)
    return [rows[index] for index in chosen if index in body]


def _without_lists_behind(rows: Sequence[Line], chosen: list[int], book: Rulebook) -> list[int]:
    """The chosen rows without the titles of other articles behind the last sentence, where a heading announces them."""
    last = max((index for index in chosen if rows[index].form is PROSE), default=chosen[-1])
    announced = next((i for i in range(last + 1, len(rows)) if _announces(rows[i], book)), len(rows))
    return [index for index in chosen if index <= max(last, announced - 1)]


def _announces(row: Line, book: Rulebook) -> bool:
    return row.weight <= _HEADING and fold(row.text) in book.announcements


def _take_head(draft: Draft, lines: Sequence[Line], found: LineChoice, first: int, book: Rulebook) -> set[int]:
    """Title, by-line and date above the article's first line; the rows that became fields."""
    rows = found.rows.lines
    taken: set[int] = set()
    at = _title_row(found, first)
    title = rows[at] if at is not None else None
    declared = _declared(found)
    if title is not None and at is not None and not (declared and _unlike(title.text, declared)):
        piece = _longest_piece(lines[slice(*found.rows.groups[at])], title, declared)
        heads.set_title(draft, piece.text, Origin.TEXT)
        draft.cut(title.start, piece.start, Role.BOILERPLATE, UNSELECTED)
        draft.keep(piece.start, piece.end, "title")
        draft.cut(piece.end, title.end, Role.BOILERPLATE, UNSELECTED)
        taken.add(at)
    elif declared:
        heads.set_title(draft, declared, Origin.TEXT)
        draft.keep(rows[0].start, rows[0].start + len(declared), "title")
        draft.cut(rows[0].start + len(declared), rows[0].end, Role.BOILERPLATE, UNSELECTED)
        taken.add(0)
    if at is None:
        return taken
    for index in range(at + 1, min(at + _BELOW, first + 3, len(rows))):
        row = rows[index]
        if row.form is PROSE and row.weight > _CREDIT_WEIGHT:
            break
        if index in taken or row.weight > _CREDIT_WEIGHT:
            continue
        pieces = [row]
        credit = read_credit(row.text, book)
        if credit is None and row.weight <= _LABEL and index + 1 < len(rows) and rows[index + 1].form is SHORT:
            # "By" and the name, or "Published" and the date, are nodes of their own.
            pieces = [row, rows[index + 1]]
            credit = read_credit(f"{row.text} {rows[index + 1].text}", book)
            credit = credit if credit is not None and credit.labelled else None
        if credit is None or not (credit.labelled or credit.published or credit.modified):
            continue
        if (credit.authors and draft.authors) or (credit.published and draft.published):
            continue
        heads.take_credit(draft, credit, Origin.TEXT)
        for place, piece in enumerate(pieces, index):
            heads.keep_credit(draft, piece, credit)
            taken.add(place)
    return taken


def _unlike(title: str, declared: str) -> bool:
    """Whether less than half of a guessed title's words stand in the declared one."""
    said, known = _WORD.findall(title.casefold()), set(_WORD.findall(declared.casefold()))
    return 2 * sum(word in known for word in said) < len(said)


def _longest_piece(pieces: Sequence[Line], title: Line, declared: str | None) -> Line:
    """The title without a label that was joined to it ("… Published:"); whole where the page declares it so."""
    if len(pieces) == 1 or (declared and run_together(declared).startswith(run_together(title.text))):
        return title
    longest = max(pieces, key=lambda piece: piece.weight)
    return longest if 2 * longest.weight > title.weight and _may_be_title(longest) else title


def _title_row(found: LineChoice, first: int) -> int | None:
    """The row that is the title: the one that the page's first line repeats, else the one that the article echoes."""
    rows = found.rows.lines
    stated = run_together(rows[0].text)
    near = range(max(first - _ABOVE, 1), min(first + 2, len(rows)))
    if len(stated) >= 12:
        for index in reversed(near):
            said = run_together(rows[index].text)
            if len(said) >= 12 and 10 * len(said) >= 4 * len(stated) and stated.startswith(said):
                return index
    best, best_score = None, 0.0
    for index in near:
        row = rows[index]
        if not _may_be_title(row) or _is_entry(row.text) or found.echoed[index] < _LEAST_ECHO:
            continue
        often = min(float(found.echoes[index]), 20.0) / 20
        score = float(found.echoed[index]) * min(row.weight, 80) * (1 + often) - abs(first - index)
        if score > best_score:
            best, best_score = index, score
    return best


def _is_entry(text: str) -> bool:
    return has_bullet(text) or text.startswith(("+ ", "o "))


def _may_be_title(row: Line) -> bool:
    several = row.weight > 2 * len(row.text) or len(_WORD.findall(row.text)) >= 3  # or mostly a script without spaces
    return row.form is not PROSE and row.weight in _TITLE and several


def _declared(found: LineChoice) -> str | None:
    """The page's first line without the site's name, where it reads like a title whose words the article says again."""
    row = found.rows.lines[0]
    if found.choice.chosen[0] or not _may_be_title(row) or found.echoed_anywhere < _DECLARED_ECHO:
        return None
    cuts = [m.start() for m in _SUFFIX.finditer(row.text)]
    head = row.text[: cuts[-1]].strip() if cuts else row.text
    return head if len(_WORD.findall(head)) >= 3 else row.text
