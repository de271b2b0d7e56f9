"""Single lines that are not the article: advertisements' labels, share bars, navigation, notices, footers.

In goes one line and the side of the article it stands on, out comes the :class:`~transforms.strip.rules.Rule` that
cuts it, or None. Every rule needs the whole line. What stands inside a text is cut only by rules of scope
``anywhere``; the others wait at its edges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.article import Role
from transforms.strip.line import PROSE, Line
from transforms.strip.lines import fold, has_inner_stop
from transforms.strip.rules import Rule, Rulebook

NAVIGATION = Rule("nav.row", Role.BOILERPLATE, "edge")
INLINE = Rule("teaser.inline", Role.BOILERPLATE)
TRANSLATION = Rule("translation.machine", Role.BOILERPLATE, "edge")
AGE = Rule("age.own", Role.METADATA, "edge")

_HEAVIEST_AT_EDGE = 640  # weight above which no rule looks at a line at an edge
_HEAVIEST_COMPANY = 320  # weight above which a neighbour is no company for such a line
_SENTENCE = 90  # weight from which a line of prose may be of a story; a notice may have one
_JOINTS = re.compile(r"\s*[|›»•·>/▸→]\s*")
_PARTS = re.compile(r"\s*[,.;|–—]\s*(?:-\s*)?|\s-\s|。")


def anywhere(lines: Sequence[Line], folded: Sequence[str], book: Rulebook) -> dict[int, Rule]:
    """The lines that go wherever they stand, by index; ``folded`` are the lines as
    :func:`~transforms.strip.lines.fold_lines` gives them."""
    found: dict[int, Rule] = {}
    for i, text in enumerate(folded):
        if not text:
            continue
        rule = book.rule_anywhere(text)
        if rule is not None and _is_sentence(lines[i], rule):
            rule = None
        if rule is None and lines[i].form is not PROSE and _is_inline_link(lines[i], text, book):
            rule = INLINE
        if rule is not None:
            found[i] = rule
    return found


def _is_inline_link(line: Line, folded: str, book: Rulebook) -> bool:
    """ "Read more: the title of another article": a label and a title, and no sentence."""
    m = book.inline.match(folded)
    return m is not None and not has_inner_stop(line.text) and len(m["title"]) >= 4


def at_edge(lines: Sequence[Line], index: int, book: Rulebook, *, tail: bool) -> Rule | None:
    """The rule that cuts the line at ``index``, which stands before the article or, with ``tail``, after it."""
    line = lines[index]
    if line.weight > _HEAVIEST_AT_EDGE:
        return None
    folded = fold(line.text)
    for rule in book.line_rules(folded):
        if (rule.scope == "tail" and not tail) or _is_sentence(line, rule):
            continue
        if rule.run == 1 or _has_company(lines, index, rule, book):
            return rule
    if is_navigation(line, book):
        return NAVIGATION
    return AGE if book.is_age(folded) else None


def _is_sentence(line: Line, rule: Rule) -> bool:
    """Whether the line says more than the rule's lines do where they end in a full stop, as in "Photo: Reuters."."""
    return rule.longest_sentence is not None and line.form is PROSE and line.weight > rule.longest_sentence


def _has_company(lines: Sequence[Line], index: int, rule: Rule, book: Rulebook) -> bool:
    """Whether a neighbour is such a line as well, or a row of navigation."""
    for i in (index - 1, index + 1):
        if 0 <= i < len(lines) and lines[i].weight <= _HEAVIEST_COMPANY:
            rules = book.line_rules(fold(lines[i].text))
            if any(other.run > 1 or other.id in (rule.id, "link.more", "share.bar") for other in rules):
                return True
            if is_navigation(lines[i], book):
                return True
    return False


def is_navigation(line: Line, book: Rulebook) -> bool:
    """A row such as "Home | News | Sport" or "Home > World": short entries with joints, one a known menu's word."""
    if line.weight > 240 or line.form is PROSE:
        return False
    entries = [fold(entry) for entry in _JOINTS.split(line.text)]
    known = sum(any(rule.id == "nav.word" for rule in book.phrases.get(entry, ())) for entry in entries)
    if len(entries) > 1:
        return all(len(entry) <= 30 for entry in entries) and known >= (1 if len(entries) > 2 else 2)
    words = fold(line.text).split()
    hits = sum(any(rule.id == "nav.word" for rule in book.phrases.get(word, ())) for word in words)
    return len(words) >= 4 and hits == len(words)


def translation_lines(lines: Sequence[Line], index: int, book: Rulebook) -> int:
    """How many lines, ending at ``index``, say that the text is a machine's translation: 0, 1 or 2."""
    if _says_translated(lines[index].text, book):
        return 1
    if index and _points_to_original(lines[index].text, book) and _says_translated(lines[index - 1].text, book):
        return 2
    return 0


def _says_translated(text: str, book: Rulebook) -> bool:
    if len(text) > 240:
        return False
    folded = fold(text)
    if book.translation.fullmatch(folded):
        return True
    parts = [part for part in map(fold, _PARTS.split(text)) if part]
    if not parts or len(parts) > 5:
        return False
    said = [book.translation.fullmatch(part) is not None for part in parts]
    return said[0] and all(s or book.original.fullmatch(part) for s, part in zip(said, parts, strict=True))


def _points_to_original(text: str, book: Rulebook) -> bool:
    if len(text) > 240:
        return False
    parts = [part for part in map(fold, _PARTS.split(text)) if part]
    return 0 < len(parts) <= 4 and all(book.original.fullmatch(part) for part in parts)


def is_error_page(lines: Sequence[Line], book: Rulebook) -> bool:
    """Whether one of the first two lines says that this is an error page or a wall, and little else is there."""
    if sum(line.weight for line in lines) > 900:
        return False
    for i, line in enumerate(lines[:2]):
        folded = fold(line.text) if len(line.text) <= 200 else ""
        certain = book.not_article.fullmatch(folded) is not None
        if certain or book.perhaps_no_article.fullmatch(folded):
            others = [*lines[:i], *lines[i + 1 :]]
            sentences = sum(other.form is PROSE and other.weight >= _SENTENCE for other in others)
            return sentences <= (1 if certain else 0)
    return False
