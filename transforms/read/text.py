"""Plain text as it comes from scraping: an article with what stood round it, a dated text, a roundup.

In goes decoded text, out comes one :class:`~transforms.article.Article` with every character accounted for, or a
:class:`~transforms.article.Rejection`. The order of judgement: teaser blocks and whole-line rules first, then both
edges inwards (labels, by-lines, notices), then the head (kicker, title, summary), and what is left is the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from transforms.article import Kind, Origin, RawFile, Reading, Rejection, Role
from transforms.people import split_authors
from transforms.read import head as heads
from transforms.read.byline import is_name, read_credit
from transforms.read.draft import Draft
from transforms.read.shape import (
    bulleted_items,
    find_headings,
    is_gibberish,
    is_liveblog,
    is_roundup,
    unwrap,
    without_heading_marks,
)
from transforms.read.whole_page import article_lines
from transforms.select.line_choice import is_whole_page, shows_menu
from transforms.select.trees import Trees
from transforms.strip import edges
from transforms.strip.line import ASK, CUT, PROSE, SHORT, Line
from transforms.strip.lines import fold, fold_lines, has_bullet, split_lines
from transforms.strip.rules import Rulebook, rulebook
from transforms.strip.teasers import RULE as ANNOUNCED
from transforms.strip.teasers import Block, TeaserFinder

_HEAD_LINES = 12  # short lines above the first paragraph that may be a head; more of them are a list or a poem
_LISTED_ABOVE = 3  # headlines of other articles, above the title
_LABEL_VALUE = 60
_NAME = 40
_DENSE_NAME = re.compile(r"[\u3400-\u9fff\u30a0-\u30ff・]{2,10}|[\uac00-\ud7af]{2,4}")
_LEFTOVER = "leftover"
_QUOTE_ENDS = '"”»』」'


def read_text(raw: RawFile, text: str, *, as_of: datetime, trees: Trees | None = None) -> Reading:
    """The article in a plain text whose bytes are already decoded.

    Rejected are ``not_an_article`` (an error page, navigation, a notice, teasers alone, signs without words) and
    ``no_body`` (a head with nothing under it). ``as_of`` is not asked: a text's dates stand on their own.
    ``trees`` choose the lines of a whole page in the place of the packaged ones, where that choice is to be measured.
    """
    del as_of
    book = rulebook()
    split = split_lines(text)
    lines, marks = without_heading_marks(unwrap(split) if split else split)
    if not lines:
        return Rejection("no_body", f"{raw.key} holds no visible text; fetch it again")
    if is_gibberish(text):
        return Rejection(
            "not_an_article", f"{raw.key} is mostly signs, not words; leave it out of the inbox or convert it"
        )
    if edges.is_error_page(lines, book):
        return Rejection("not_an_article", f"{raw.key} says of itself: {lines[0].text[:80]!r}; fetch the article again")
    draft = Draft(raw, text, "text")
    for start, end in marks:
        draft.cut(start, end, Role.MARKUP, "markdown.heading")
    if is_whole_page(lines) and shows_menu(_between_teasers(lines, book)):
        lines = article_lines(draft, lines, book, trees)
    compose(draft, lines, book)
    return draft.finish() if draft.body else _nothing_left(draft)


def _nothing_left(draft: Draft) -> Rejection:
    cut = sorted({span.rule for span in draft.removed if span.role is Role.BOILERPLATE and span.rule != _LEFTOVER})
    if cut:
        return Rejection(
            "not_an_article",
            f"{draft.raw.key} holds only what stands round articles ({', '.join(cut)}); fetch the article's own page",
        )
    return Rejection("no_body", f"{draft.raw.key} holds a head but no article text under it; fetch it again")


def compose(draft: Draft, lines: list[Line], book: Rulebook, *, has_head: bool = True) -> None:
    """Sort the lines into the draft's fields, its removed spans and its body.

    ``has_head`` is False where title and date are stated elsewhere (a tagged export's content): then only what is
    certainly no article text goes, and no line is taken for a title.
    """
    dated = False
    if has_head and lines:
        dated, rest = heads.take_dated_head(draft, lines[0], book)
        lines = ([rest] if rest else []) + lines[1:]
    lines, block_behind = _without_blocks(draft, lines, book)
    lines = _trim_top(draft, lines, book, labels=has_head)
    if has_head and not dated and lines:
        dated, rest = heads.take_dated_head(draft, lines[0], book)
        lines = ([rest] if rest else []) + lines[1:]
    lines = _trim_tail(draft, lines, book, block_behind, labels=has_head)
    if not lines:
        return
    headless = has_head and not dated and draft.title is None and not _has_credit(lines[1:_HEAD_LINES], book)
    if headless and is_roundup(lines, book):
        draft.kind = Kind.ROUNDUP
    elif has_head:
        lines = _take_head(draft, lines, book, dated=dated)
    if not _is_article(draft, lines):
        for line in lines:
            draft.cut(line.start, line.end, Role.BOILERPLATE, _LEFTOVER)
        return
    draft.body = lines
    if draft.kind is Kind.ROUNDUP:
        return
    heads.take_dateline(draft, lines[0])
    if is_liveblog(lines):
        draft.kind = Kind.LIVEBLOG
    elif has_head and bulleted_items(lines):
        draft.kind = Kind.ROUNDUP
        return
    draft.headings = find_headings(lines)


def _has_credit(lines: Sequence[Line], book: Rulebook) -> bool:
    """Whether a by-line or date stands among the first lines: what has one is an article."""
    return any(line.form is SHORT and read_credit(line.text, book) is not None for line in lines)


def _between_teasers(lines: list[Line], book: Rulebook) -> list[Line]:
    """The lines outside teaser blocks, in which headlines and dates look like a menu to whom counts short lines."""
    gone = {i for block in _teaser_blocks(lines, fold_lines(lines), book) for i in range(block.first, block.last + 1)}
    return [line for i, line in enumerate(lines) if i not in gone]


def _teaser_blocks(lines: Sequence[Line], folded: Sequence[str], book: Rulebook) -> list[Block]:
    def is_dated(text: str) -> bool:
        if not any(map(str.isdigit, text)):
            return False
        credit = read_credit(text, book)
        # "06/03/2025" is no day that could be told, but a date it is.
        return credit is not None and bool(credit.published or credit.modified or credit.faults)

    def is_own(text: str) -> bool:
        label = heads.label_of(text, book)
        if label is not None and label[1]:
            return True
        credit = read_credit(text, book)
        return credit is not None and credit.labelled

    return TeaserFinder(lines, folded, book, is_dated, is_own).blocks()


def _without_blocks(draft: Draft, lines: list[Line], book: Rulebook) -> tuple[list[Line], int | None]:
    """The lines outside teaser blocks and whole-line rules, and where a block starts behind the last of them."""
    gone: set[int] = set()
    folded = fold_lines(lines)
    last_block_start = None
    for block in _teaser_blocks(lines, folded, book):
        gone |= set(range(block.first, block.last + 1))
        draft.cut(lines[block.first].start, lines[block.last].end, Role.BOILERPLATE, block.rule)
        last_block_start = lines[block.first].start
    for i, rule in edges.anywhere(lines, folded, book).items():
        if i not in gone:
            gone.add(i)
            draft.cut(lines[i].start, lines[i].end, rule.role, rule.id)
    return [line for i, line in enumerate(lines) if i not in gone], last_block_start


def _trim_top(draft: Draft, lines: list[Line], book: Rulebook, *, labels: bool) -> list[Line]:
    """Notices, navigation, labels and labelled by-lines above the title."""
    position = 0
    while position < len(lines):
        taken = _take_edge_line(draft, lines, position, book, tail=False, labels=labels)
        if not taken and labels:
            taken = _take_label_over(draft, lines, position, book)
        if not taken:
            break
        position += taken
    return lines[position:]


def _take_label_over(draft: Draft, lines: Sequence[Line], position: int, book: Rulebook) -> int:
    """A label alone on its line with the value under it: "Categories:" / "Ports"."""
    label = heads.label_of(lines[position].text, book)
    if label is None or label[1] or "categories" not in label[0] or position + 2 >= len(lines):
        return 0
    value, behind = lines[position + 1], lines[position + 2]
    if value.form is not SHORT or value.weight > _LABEL_VALUE or behind.form is PROSE:
        return 0
    draft.cut(lines[position].start, lines[position].end, Role.METADATA, "label.categories")
    draft.keep(value.start, value.end, "categories")
    draft.take_categories([value.text], Origin.DECLARED)
    return 2


def _trim_tail(
    draft: Draft, lines: list[Line], book: Rulebook, block_behind: int | None, *, labels: bool
) -> list[Line]:
    """Footers, labels and by-lines under the last paragraph, from the end upwards."""
    end = len(lines)
    while end > 0:
        taken = _take_edge_line(draft, lines, end - 1, book, tail=True, labels=labels)
        if not taken and labels and _take_signature(draft, lines, end - 1, block_behind):
            taken = 1
        if not taken:
            break
        end -= taken
    return lines[:end]


def _take_edge_line(
    draft: Draft, lines: Sequence[Line], index: int, book: Rulebook, *, tail: bool, labels: bool
) -> int:
    """Take the line at an edge out of the text; how many lines went with it, 0 where it is the article's."""
    line = lines[index]
    if line.weight > 640:
        return 0
    last = index if tail else min(index + 1, len(lines) - 1)
    for at in range(last, index - 1, -1):
        count = edges.translation_lines(lines, at, book)
        if count and at - count + 1 <= index:
            first = min(index, at - count + 1)
            draft.is_translated = True
            draft.origins["is_translated"] = Origin.TEXT
            draft.cut(lines[first].start, lines[at].end, edges.TRANSLATION.role, edges.TRANSLATION.id)
            return at - first + 1
    rule = edges.at_edge(lines, index, book, tail=tail)
    if rule:
        draft.cut(line.start, line.end, rule.role, rule.id)
        return 1
    if not labels:
        return 0
    if heads.take_label(draft, line, book, tail=tail):
        return 1
    credit = read_credit(line.text, book)
    if credit is None or not (credit.labelled or (credit.authors and credit.published)):
        return 0
    if tail and not credit.labelled and line.form is PROSE:
        return 0
    heads.take_credit(draft, credit, Origin.TEXT)
    heads.keep_credit(draft, line, credit)
    return 1


def _take_signature(draft: Draft, lines: Sequence[Line], index: int, block_behind: int | None) -> bool:
    """The author's bare name under the last paragraph.

    Straight before a teaser block it is the scraped by-line. At the text's end it counts only under several
    paragraphs of prose, and neither after a quotation nor where the text speaks of the person: that is who said it.
    """
    line = lines[index]
    if draft.authors or line.form is not SHORT or line.weight > _NAME or index < 2:
        return False
    above = lines[index - 1]
    if above.form is not PROSE:
        return False
    before_block = block_behind is not None and block_behind > line.end
    name = is_name(line.text, first_may_be_small=before_block)
    if before_block and not name:
        name = _DENSE_NAME.fullmatch(line.text) is not None
    if not name or not split_authors(line.text):
        return False
    if not before_block:
        prose = [other for other in lines[:index] if other.form is PROSE]
        if len(prose) < 3 or len(prose) * 5 < 3 * index or sum(p.weight for p in prose) < 70 * len(prose):
            return False
        if above.text[-1] in _QUOTE_ENDS:
            return False
    surname = line.text.split()[-1]
    if any(surname in other.text for other in lines[:index]):
        return False
    draft.take_authors(split_authors(line.text), Origin.TEXT)
    draft.keep(line.start, line.end, "authors")
    return True


def _take_head(draft: Draft, lines: list[Line], book: Rulebook, *, dated: bool) -> list[Line]:
    """Summary, kicker, title and by-line; the lines that are left for the body."""
    lines = _without_list_above(draft, lines, book)
    first = lines[0]
    if dated and first.form is PROSE:
        if sum(line.form is PROSE for line in lines[1:3]) or len(lines) > 3:
            draft.summary = " ".join(first.text.split())
            draft.origins["summary"] = Origin.TEXT
            draft.keep(first.start, first.end, "summary")
            return _after_title(draft, lines[1:], book)
        return lines
    short: list[Line] = []
    position = 0
    while position < len(lines) and len(short) < _HEAD_LINES:
        line = lines[position]
        if short or _is_above_title(lines, position):
            taken = _take_head_line(draft, lines, position, book)
            if taken:
                position += taken
                continue
        if line.form is PROSE or (short and (has_bullet(line.text) or line.form is CUT)):
            break
        short.append(line)
        position += 1
    rest = lines[position:]
    if draft.title is not None:
        return short + rest
    if not any(line.form is PROSE for line in rest[:_HEAD_LINES]):
        if not _is_headed(short + rest):
            return short + rest
        short, rest = short[:1], short[1:] + rest
    asked = sum(line.form is ASK for line in rest)
    if len(short) == 1 and short[0].form is ASK and asked >= 2 and asked * 3 >= len(rest):
        return short + rest  # the first question of an interview
    taken = heads.take_titles(draft, short, dated=dated)
    return _after_title(draft, short[taken:] + rest, book) if taken else short + rest


def _without_list_above(draft: Draft, lines: list[Line], book: Rulebook) -> list[Line]:
    """The lines without what announces other articles above the title, and those: "Recent posts" and three headlines.

    Which of the lines is the title tells the blank line above it, or that there are three others at least.
    """
    if lines[0].form is not SHORT or fold(lines[0].text) not in book.announcements:
        return lines
    last = len(lines) - 1
    short = next((i for i in range(1, last + 1) if lines[i].form is PROSE), last + 1)
    close = next((i for i in range(1, short) if lines[i].gap), short)
    if short < 2 or short > last:
        return lines
    count = close if 2 < close < short else short - 1 if close == short > _LISTED_ABOVE + 1 else 1
    draft.cut(lines[0].start, lines[count - 1].end, Role.BOILERPLATE, ANNOUNCED)
    return lines[count:]


def _is_above_title(lines: Sequence[Line], position: int) -> bool:
    """Whether a line stands over one that may be a title: a date there is the article's, and no kicker."""
    line = lines[position]
    below = lines[position + 1].form if position + 1 < len(lines) else PROSE
    return line.form is SHORT and below is not PROSE and any(map(str.isdigit, line.text))


def _is_headed(lines: Sequence[Line]) -> bool:
    """Whether the first line stands over the others though none of them is a sentence: apart, or clearly shorter."""
    if len(lines) < 2 or lines[0].weight > 120:
        return False
    if len(lines) > 2:
        return lines[1].gap > 0 and any(line.gap == 0 for line in lines[2:])
    return lines[1].weight >= 60 and lines[1].weight * 2 > 3 * lines[0].weight


def _take_head_line(draft: Draft, lines: Sequence[Line], index: int, book: Rulebook) -> int:
    """A label, by-line, date or button between title and text; 0 where the line is the article's."""
    taken = _take_edge_line(draft, lines[: index + 2], index, book, tail=False, labels=True)
    if taken:
        return taken
    line = lines[index]
    if line.form is PROSE and line.weight > 120:
        return 0
    credit = read_credit(line.text, book)
    if credit is None or not (credit.published or credit.modified or credit.faults):
        return 0
    heads.take_credit(draft, credit, Origin.TEXT)
    heads.keep_credit(draft, line, credit)
    return 1


def _after_title(draft: Draft, lines: list[Line], book: Rulebook) -> list[Line]:
    """The body's lines: without a by-line or button that follows the title, and without the title said twice."""
    position = 0
    while position < len(lines):
        line = lines[position]
        if draft.title and " ".join(line.text.split()) == draft.title:
            draft.cut(line.start, line.end, Role.METADATA, "title.repeated")
            position += 1
            continue
        taken = _take_head_line(draft, lines, position, book)
        if not taken:
            break
        position += taken
    return lines[position:]


def _is_article(draft: Draft, lines: Sequence[Line]) -> bool:
    """Whether what is left is worth calling a text: a sentence, or a few lines of several words."""
    if any(line.form is PROSE and line.weight >= 20 for line in lines):
        cookies = sum(span.end - span.start for span in draft.removed if span.rule == "cookie.notice")
        return not (draft.title is None and cookies > 3 * sum(line.weight for line in lines))
    return (
        sum(line.weight for line in lines) / len(lines) > 22 and max(line.weight for line in lines) >= 30
        if lines
        else False
    )
