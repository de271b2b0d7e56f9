"""What a text says about itself at its edges: labels, a dated head, the title and what stands round it.

In go lines, out come fields put into a :class:`~transforms.read.draft.Draft`. A label counts only at an edge of the
text and only with a value of its kind: "Source: the river rises in the hills." is a sentence and stays one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.article import FieldFault, Origin, Role
from transforms.dates import read_date
from transforms.people import split_authors
from transforms.read.byline import DATE, Credit, is_name, read_credit
from transforms.read.draft import Draft
from transforms.strip.line import CUT, PROSE, SHORT, Line
from transforms.strip.lines import fold, form_of, has_bullet, make_line, tidy
from transforms.strip.rules import Rulebook

_TITLE_WEIGHT = 200
_KICKER_WEIGHT = 90
_VALUE_WEIGHT = 200
_LISTED = re.compile(r"\s*[,;|、，،؛/•·]\s*|\s[>»›]\s")
_DATELINE = re.compile(
    r"(?:[A-ZÄÖÜÉÁÍÓÚÑ][\w.'’-]{1,24}[ ,/]{0,2}){1,5},?\s"
    rf"(?P<date>{DATE.pattern})\s?(?:\([^()]{{2,40}}\)\s?)?(?:[–—-]|\.[–—-])\s"
)


def label_of(text: str, book: Rulebook) -> tuple[tuple[str, ...], str] | None:
    """The fields that a line's label may mean and its value: ``(("categories",), "USA")`` for "Categories: USA"."""
    if len(text) > 400:
        return None
    head, colon, value = text.partition("：" if "：" in text[:40] and ":" not in text[:40] else ":")
    if colon and len(head) <= 40:
        fields = book.labels.get(fold(head), ())
        return (fields, value.strip()) if fields else None
    folded = fold(text)
    if m := book.bare_categories.fullmatch(folded):
        words = len(folded[: m.start("value")].split())
        return ("categories",), " ".join(text.split()[words:])
    return None


def take_label(draft: Draft, line: Line, book: Rulebook, *, tail: bool = False) -> bool:
    """Put a labelled line's value into its field; False where the line is no label or its value of another kind."""
    found = label_of(line.text, book)
    if found is None or not found[1]:
        return False
    fields, value = found
    for name in fields:
        if _take_value(draft, name, value, book, tail=tail):
            start = line.end - len(value)
            used = {"published": "published_date", "modified": "modified_at"}.get(name, name)
            draft.cut(line.start, start, Role.METADATA, f"label.{name}")
            draft.keep(start, line.end, used)
            return True
    return False


def _take_value(draft: Draft, name: str, value: str, book: Rulebook, *, tail: bool) -> bool:
    weight = len(value)
    form = form_of(value, weight)
    if weight > _VALUE_WEIGHT or (form is PROSE and name not in ("published", "modified", "url")):
        return False
    if name == "categories":
        draft.take_categories([tidy(part) for part in _LISTED.split(value) if part.strip(" #")], Origin.DECLARED)
    elif name == "section":
        draft.section = tidy(value)
        draft.origins["section"] = Origin.DECLARED
    elif name == "authors":
        credit = read_credit(f"by {value}", book) or read_credit(value, book, bare_name=True)
        if credit is None or not credit.authors:
            return False
        take_credit(draft, credit, Origin.DECLARED)
    elif name in ("published", "modified"):
        return _take_date(draft, name, value)
    elif name == "title":
        if draft.title is not None or tail:
            return False
        set_title(draft, value, Origin.DECLARED)
    elif name == "url":
        if not re.fullmatch(r"https?://\S{4,2000}|[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/\S{0,1000}", value):
            return False
        draft.urls.append(value)
    elif name == "source":
        if weight > 60 or tail:
            return False
        draft.stated_source = draft.stated_source or tidy(value)
    elif name == "language":
        code = language_code(value, book)
        if code is None:
            return False
        draft.stated_language = draft.stated_language or code
    return True


def _take_date(draft: Draft, name: str, value: str) -> bool:
    if not any(map(str.isdigit, value)) or len(value) > 80:
        return False
    date = read_date(value, Origin.DECLARED)
    if date is None:
        m = DATE.match(value)
        if m is None or len(value) - m.end() > 12:
            return False
        field = "published_date" if name == "published" else "modified_at"
        draft.faults.append(FieldFault(field, value, "date.unreadable"))
    elif name == "published":
        draft.take_published(date, Origin.DECLARED)
    elif draft.modified is None:
        draft.modified = date
        draft.origins["modified"] = Origin.DECLARED
    return True


def language_code(value: str, book: Rulebook) -> str | None:
    """The ISO 639 code that a stated language means: "en", "en-GB" or "English"; None where it is none of these."""
    text = value.strip().casefold()
    if m := re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z]{2,4}){0,2}", text):
        return m[1] if len(m[1]) == 2 else None
    return book.languages.get(text)


def take_credit(draft: Draft, credit: Credit, origin: Origin) -> None:
    """Put a by-line's authors and dates into the draft."""
    draft.take_authors(credit.authors, origin)
    if credit.published:
        draft.take_published(credit.published, credit.published.origin)
    if credit.modified and draft.modified is None:
        draft.modified = credit.modified
        draft.origins["modified"] = credit.modified.origin
    draft.faults.extend(credit.faults)


def keep_credit(draft: Draft, line: Line, credit: Credit) -> None:
    """Account for a by-line: its words live in the fields, whichever it is mostly."""
    field = "authors" if credit.authors else "published_date" if credit.published else "modified_at"
    if credit.authors or credit.published or credit.modified:
        draft.keep(line.start, line.end, field)
    else:
        draft.cut(line.start, line.end, Role.METADATA, "date.unreadable")


def take_dated_head(draft: Draft, line: Line, book: Rulebook) -> tuple[bool, Line | None]:
    """Take the head " date 2025-01-17 …" off a line: whether it was there, and the rest of the line.

    A date that reads like one and is none (2025-13-45) goes to the faults; the publication date stays unknown.
    """
    word = book.date_head.match(line.text)
    m = DATE.match(line.text, word.end()) if word else None
    if m is None:
        return False, line
    date = read_date(m[0], Origin.DECLARED)
    if date is None:
        draft.faults.append(FieldFault("published_date", m[0].strip(), "date.unreadable"))
        draft.cut(line.start, line.start + m.end(), Role.METADATA, "head.date")
    else:
        draft.take_published(date, Origin.DECLARED)
        draft.cut(line.start, line.start + m.start(), Role.METADATA, "head.date")
        draft.keep(line.start + m.start(), line.start + m.end(), "published_date")
    rest = line.text[m.end() :].lstrip(" \t\u00a0|:,–—-")
    if not rest:
        draft.cut(line.start + m.end(), line.end, Role.MARKUP, "head.date")
        return True, None
    start = line.end - len(rest)
    draft.cut(line.start + m.end(), start, Role.MARKUP, "head.date")
    return True, make_line(start, rest, line.gap, end=line.end)


def set_title(draft: Draft, title: str, origin: Origin) -> None:
    """Set the title as printed, on one line."""
    draft.title = tidy(title)
    draft.origins["title"] = origin


def take_titles(draft: Draft, head: Sequence[Line], *, dated: bool) -> int:
    """Kicker, title and a bare by-line from the short lines above the first paragraph; how many lines they are.

    One line is the title. Of two the first is the kicker under a dated head, and elsewhere where it is clearly the
    lesser one; a last line that looks like a person's name is the by-line. What is neither stays in the body.
    """
    lines = list(head)
    if draft.title is not None or not lines or lines[0].weight > _TITLE_WEIGHT or has_bullet(lines[0].text):
        return 0
    author = None
    if (
        len(lines) > 1
        and not draft.authors
        and _is_bare_author(lines[-1])
        and not (dated and len(lines) == 2 and lines[0].weight <= 40)
    ):
        author = lines.pop()
    kicker = None
    if (
        len(lines) > 1
        and lines[0].form is SHORT
        and lines[0].weight <= _KICKER_WEIGHT
        and lines[1].weight <= _TITLE_WEIGHT
    ):
        lesser = lines[0].weight <= 40 and lines[0].weight < lines[1].weight
        if lines[1].form is not CUT and (dated or lesser):
            kicker = lines[0]
    title = lines[1] if kicker else lines[0]
    if kicker:
        draft.kicker = tidy(kicker.text)
        draft.origins["kicker"] = Origin.TEXT
        draft.keep(kicker.start, kicker.end, "kicker")
    set_title(draft, title.text, Origin.TEXT)
    draft.keep(title.start, title.end, "title")
    taken = 2 if kicker else 1
    if author and len(lines) == taken:
        draft.take_authors(split_authors(author.text), Origin.TEXT)
        draft.keep(author.start, author.end, "authors")
        taken += 1
    return taken


def _is_bare_author(line: Line) -> bool:
    """A person's name alone on a line: two to four capitalised words, or a spaced name of CJK letters."""
    if line.form is not SHORT or line.weight > 40 or not is_name(line.text) or not split_authors(line.text):
        return False
    cased = line.text[0].isupper()
    spaced = re.fullmatch(r"[\u3400-\u9fff]{1,3}[ \u3000][\u3040-\u30ff\u3400-\u9fff]{1,4}", line.text) is not None
    return (cased and len(line.text.split()) <= 4) or spaced


def take_dateline(draft: Draft, line: Line) -> None:
    """The date in "KALTENAU, 17 January 2025 (Hafenfunk) – …": the dispatch's own. The words stay in the body."""
    if draft.published is not None:
        return
    m = _DATELINE.match(line.text[:160])
    if m and (date := read_date(m["date"], Origin.TEXT)):
        draft.take_published(date, Origin.TEXT)
