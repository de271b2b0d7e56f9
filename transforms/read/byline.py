"""By-lines of plain text: who wrote it and when, where a line says nothing else.

In goes one line that stands beside a title or at an article's end; out comes a :class:`Credit` with the authors and
dates, or None where the line says anything more: a line that is only partly understood stays in the article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import category

from transforms.article import Author, FieldFault, Origin, Published
from transforms.dates import read_date
from transforms.people import split_authors
from transforms.strip.lines import fold
from transforms.strip.rules import Rulebook, name_words

_LONGEST = 200
_MOST_NAMES = 4

# Vowel signs and the like are no letters to \w: without them no word of Hindi, Thai or Burmese is whole.
_MARKS = "".join(c for c in map(chr, (*range(0x300, 0x1100), *range(0x1780, 0x1800))) if category(c) in ("Mn", "Mc"))

_AT = "at|um|à|às|a las|alle(?: ore)?|ore|klo?\\.?|klokken|klockan|om|o godz\\.|saat|lúc|в|о"
_TIME = (
    rf"(?:T|\s?[|–-]\s?|,?\s?(?:(?P<at>{_AT})\s|(?:午前|午後|上午|下午|오전|오후)\s?)?)?"
    r"\d{1,2}(?:[:時时點点시]|\s?h\s?|\.(?=\d\d\s?Uhr)|(?(at)\.))\s?\d{2}(?!\d)(?:[:.]\d{2}(?:\.\d{1,6})?)?"
    r"(?:分|분|\s?Uhr|\s?h(?![^\W\d_])|\s?น\.|\s?[AaPp]\.?\s?[Mm](?:\.|\b))?"
)
_ZONE = (
    r"(?:\s?\(?(?:(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?|"
    r"(?:Z\b|[A-Z]{3,4}\b|[ECMP]T\b|MSK|мск|МСК)?\s?(?:[+-]\d{2}(?::?\d{2})?)?)\)?)"
)
_MONTH = rf"(?:(?:[^\W\d_][{_MARKS}]*){{3,14}}|[\u0900-\u0dff]{{2,14}}|[\u0e01-\u0e3a]{{1,3}}\.[\u0e01-\u0e3a])\.?"
DATE = re.compile(
    rf"(?P<weekday>(?:[^\W\d_][{_MARKS}]*){{2,14}}\.?,? )?(?:"
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\.?"
    rf"|\d{{4}}\. \d{{1,2}}\. \d{{1,2}}\.?"
    rf"|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}"
    rf"|(?:\d{{4}}|[令平昭][和成]\s?(?:\d{{1,2}}|元))\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일](?:\s?[(（][^()（）]{{1,4}}[)）])?"
    rf"|\d{{1,2}} tháng \d{{1,2}}(?:,| năm) \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?(?: de| of)? {_MONTH},?(?: de| del)? \d{{4}}(?: ?(?:г\.|года|р\.))?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{4}}[-/]\d{{2}}(?![\d/-])"
    rf")(?:{_TIME}{_ZONE})?"
)
BEFORE_DATE = frozenset({"on", "am", "le", "el", "em", "il", "op"})  # what may stand between a label and its date

_TOKEN = re.compile(rf"[^\W\d_][\w.'’\-\u200c\u200d{_MARKS}]{{0,30}}")
_YEAR = re.compile(r"\d{4}|[令平昭][和成]")  # without one there is no date, which is told in no time
_ENDS = " \t|•·,;:–—-/()"
_PIECES = re.compile(r"\s*[|•·]\s*|\s[–—-]\s")


def date_within(text: str) -> re.Match[str] | None:
    """The first date in a text, as it is written there."""
    return DATE.search(text) if _YEAR.search(text) else None


@dataclass(frozen=True, slots=True)
class Credit:
    """What a by-line says. ``labelled`` is set where it says so itself ("By", "Published:")."""

    authors: tuple[Author, ...] = ()
    published: Published | None = None
    modified: Published | None = None
    faults: tuple[FieldFault, ...] = ()
    labelled: bool = False


def is_name(text: str, *, first_may_be_small: bool = False, said: bool = False) -> bool:
    """Whether a text looks like one person's name: two to five words, capitalised where the script has capitals.

    ``first_may_be_small`` allows a pen name such as "remon Buul", of two words. ``said`` is set where the text stands
    behind a "By" or at an author's place: Will Vale is a person there even with a middle name, elsewhere "Will Vale
    Close" is a question.
    """
    tokens = text.replace("・", " ").split()
    words = name_words()
    if not 2 <= len(tokens) <= 5 or len(text) > 60:
        return False
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        return False
    folded = [token.casefold() for token in tokens]
    doubtful = {i for i, word in enumerate(folded) if word in words.never}
    if not tokens[0][0].islower() and folded[0] in words.first and (said or len(tokens) == 2):
        doubtful.discard(0)
    ends_well = folded[-1] not in words.particles
    if not tokens[-1][0].islower() and folded[-1] in words.last and len(tokens) <= 3 and not tokens[0][0].islower():
        doubtful.discard(len(tokens) - 1)
        ends_well = True
    if doubtful or not ends_well:
        return False
    small = [i for i, token in enumerate(tokens) if token[0].islower() and folded[i] not in words.particles]
    if not small:
        return any(not token[0].islower() for token in tokens)
    return first_may_be_small and small == [0] and len(tokens) == 2


def read_credit(text: str, book: Rulebook, *, bare_name: bool = False, small_name: bool = False) -> Credit | None:
    """The credit that a whole line is, else None.

    Understood are "By A. Name and B. Name", "A. Name | 17 January 2025", "Published: …", "Posted on … by …", dates
    alone, with the labels of the rule book in any of their languages. A name without a label counts only beside a date,
    or where the caller knows the place: ``bare_name``.
    """
    if len(text) > _LONGEST:
        return None
    rest = text.strip(_ENDS)
    published = modified = None
    faults: list[FieldFault] = []
    labelled = False
    for _ in range(3):
        m = date_within(rest)
        if m is None:
            break
        before, which = _label_before(rest[: m.start()], book)
        if which is None and m["weekday"]:
            before, which = _label_before(rest[: m.end("weekday")], book)  # "Updated 5 May 2026"
            if which is None and _is_weekday(m["weekday"], rest[: m.start()], book):
                before = rest[: m.start()].rstrip(_ENDS)
        date = read_date(m[0], Origin.DECLARED if which else Origin.TEXT)
        if date is None:
            faults.append(
                FieldFault("modified_at" if which == "modified" else "published_date", m[0].strip(), "date.unreadable")
            )
        elif which == "modified":
            modified = modified or date
        elif published is None:
            published = date
        labelled = labelled or which is not None
        after = rest[m.end() :].lstrip(". ").strip(_ENDS)
        rest = f"{before} | {after}".strip(_ENDS)
    dated = published is not None or modified is not None or bool(faults)
    names: list[str] = []
    for piece in _PIECES.split(rest):
        bare = piece.strip(_ENDS)
        if not bare:
            continue
        folded = fold(bare)
        if book.is_age(folded) or _is_filler(folded, book):
            continue
        name, said = _without_by(bare, folded, book)
        if said and (_are_names(name, said=True) or is_name(name, first_may_be_small=True, said=True)):
            labelled = True
        elif not (dated or bare_name) or not (
            _are_names(name, said=False) or is_name(name, first_may_be_small=small_name)
        ):
            return None
        names.append(name)
    authors = tuple(author for name in names for author in split_authors(name))
    if not (dated or authors) or len(authors) > _MOST_NAMES or (names and not authors):
        return None
    return Credit(authors, published, modified, tuple(faults), labelled)


def _is_weekday(word: str, before: str, book: Rulebook) -> bool:
    """Whether the word before a date is its own: with a comma or apart, unlike the surname in "By Mira Holm 5 May"."""
    if not before.strip() or before.rstrip()[-1] in _ENDS:
        return True
    return word[-2:-1] in (",", ".") and not _ends_name(word, before, book)


def _ends_name(word: str, before: str, book: Rulebook) -> bool:
    """Whether a word is the surname behind a "By" and one word more: "By Mira Holm, 5 May"."""
    begun, said = _without_by(before.strip(), fold(before), book)
    surname = word.rstrip(" ,")
    if not said or len(begun.split()) != 1 or fold(surname) in name_words().times:
        return False
    return is_name(f"{begun} {surname}", said=True)


def _label_before(text: str, book: Rulebook) -> tuple[str, str | None]:
    """The text without the date's label at its end, and whether that label says published or modified."""
    stripped = text.rstrip(_ENDS)
    tokens = stripped.split()
    for count in (3, 2, 1):
        if len(tokens) >= count:
            names = book.labels.get(fold(" ".join(tokens[-count:])), ())
            for which in ("published", "modified"):
                if which in names:
                    return " ".join(tokens[:-count]), which
    if tokens and fold(tokens[-1]) in BEFORE_DATE:
        return _label_before(" ".join(tokens[:-1]), book)
    return stripped, None


def says_published(text: str, book: Rulebook) -> bool:
    """Whether a text ends in a label of a publication date, as in "Mira Holm Published:"."""
    return _label_before(text, book)[1] == "published"


def _is_filler(folded: str, book: Rulebook) -> bool:
    """A label left over when its date was taken, or a reading time."""
    names = book.labels.get(folded, ())
    return "published" in names or "modified" in names or book.is_reading_time(folded)


def _without_by(text: str, folded: str, book: Rulebook) -> tuple[str, bool]:
    """The names behind "By", "Author:", "記者" and the like, and whether such a word was there."""
    head, colon, tail = text.partition("：" if "：" in text[:20] else ":")
    if colon and tail.strip() and "authors" in book.labels.get(fold(head), ()):
        return tail.strip(), True
    for joint in ("/", "／", "＝", "="):
        head, mark, tail = text.partition(joint)
        if mark and tail.strip() and "authors" in book.labels.get(fold(head), ()):
            return tail.strip(), True
    m = book.bare_authors.fullmatch(folded)
    if m:
        words = len(folded[: m.start("value")].split())
        return " ".join(text.split()[words:]), True
    if re.fullmatch(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af ]{2,10}(?:記者|记者|기자|特派員)", text):
        return text, True
    return text, False


def _are_names(text: str, *, said: bool) -> bool:
    """Whether a text is one to four names; behind a "By" a place in a newsroom or an agency counts, and one word."""
    if any(mark in text for mark in ".!?。！？؟") and re.search(r"[^\W\d_]{3}[.!?。！？؟]", text):
        return False
    places = re.split(r"\s*[,;&、，]\s*|\s+(?:and|und|et|y|e|ed|en|og|och|i|и|та|و|with|mit|avec|con)\s+", text)
    if len(places) > 2 * _MOST_NAMES or not places[0]:
        return False
    first = places[0]
    if is_name(first, said=said):
        rest = [p for p in places[1:] if p]
        return all(is_name(p) or said or (len(p.split()) <= 4 and not p.isdigit()) for p in rest)
    if not said or len(first) > 60:
        return False
    tokens = first.split()
    words = name_words()
    opening = tokens[0].casefold()
    if len(tokens) > 5 or opening in words.never or opening in words.times or any(map(str.isdigit, first)):
        return False
    if not any("A" <= c <= "Z" or c.isupper() for c in first):
        return not any(c.islower() for c in first) and len(first) <= 24  # a script without capitals
    if len(tokens) == 1:
        return first.isupper() or any(author.kind == "organisation" for author in split_authors(first))
    return all(not t[0].islower() or t.casefold() in words.particles for t in tokens)
