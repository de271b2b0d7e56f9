"""What the lines beside a page's title say of its authors and dates, and lines that say it elsewhere.

In go the lines of the visible text that are not blank, and what the markup declares; out comes a
:class:`~transforms.read.byline.Credit`. A line counts only where it is a by-line or a date as a whole, near the title
or behind a word for it: a caption, a teaser or a paragraph has more words.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from transforms.article import Author, Origin, Published
from transforms.dates import read_date
from transforms.describe import is_role, split_authors
from transforms.read.authors import is_person
from transforms.read.byline import DATE, Credit, is_name, read_credit, says_published
from transforms.read.declared import Declared
from transforms.read.headline import title_key
from transforms.read.page_dates import is_day, says_update
from transforms.strip.lines import fold
from transforms.strip.rules import Rulebook, rulebook

_BYLINE_LINES = 12  # how far from the title by-line and date are looked for
_LINES_BEFORE = 4
_NEAR = 8  # lines from the title within which a shown day goes before a later declared one
_LONG_LINE = 250  # characters of a line that is a paragraph; two of them and the body has begun
_PARAGRAPH = 160  # and of one that may be: behind it a day is too far from the title to go before a declared one
_WORDS_BESIDE_DATE = 3  # in a piece of a line that is a date
_MOST_PIECES = 5
_LONGEST_LINE = 120
_LONGEST_CREDIT = 160
_LONGEST_NEAR = 60
_MOST_TITLES = 4
_MOST_DATED = 500
_SHORTEST_TITLE = 12
_FEWEST_WORDS = 4
_MOST_OF = 0.6  # of the words of two titles that must be the same

# What follows the names of a by-line on its line: the section, or who looked it over.
_AFTER_CREDIT = re.compile(
    r"(?<=\w)\s(?:in|under)\s[A-Z][^|•·\d]{1,40}$|"
    r"[.,;|]?\s(?:(?:medically|fact)[\s-])?(?:reviewed|checked|edited) by\b.{0,160}$",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:(?:(?:this )?(?:article|post|story) )?(?:was )?(?:written|authored) by\b|(?:article|story|post|words) by\b|"
    r"author:|autor(?:in)?:|verfasst von|geschrieben von|écrit par|rédigé par|escrito por|scritto da|geschreven door|"
    r"skrevet av|автор:)[:\s]{0,3}",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"\s[–—-]\s|[|•·⋅]|\s{2,}")


def beside_title(lines: Sequence[str], said: Declared) -> tuple[Credit, bool]:
    """What the lines after the title, and the few before it, say; and whether no paragraph parts the day from it.

    A title may stand in a menu too: the first of its places that tells anything counts.
    """
    for at in _places_of_title(lines, said):
        after = list(_until_body(lines[at + 1 : at + 1 + _BYLINE_LINES]))
        found, near = _credit_of(after, lines[max(0, at - _LINES_BEFORE) : at], said)
        if found.authors or found.published or found.modified:
            return found, near
    return Credit(), False


def _credit_of(after: Sequence[str], before: Sequence[str], said: Declared) -> tuple[Credit, bool]:
    book = rulebook()
    found, near = Credit(), False
    known = any(map(is_person, said.authors))  # then lines without a number have nothing to tell
    close = next(
        (i for i, line in enumerate(after) if len(line) > _PARAGRAPH and not read_credit(line, book)), len(after)
    )
    for place, line in enumerate((*after, *before[::-1])):
        if len(line) > _LONGEST_CREDIT or (known and not _DIGIT.search(line)):
            continue
        for change in said.changes:
            if change in line and not any(text == change for text, _ in said.times):
                line = line.replace(change, " ")  # noqa: PLW2901 - what it says of a change is known
        credit = read_credit(_AFTER_CREDIT.sub("", line), book) or Credit()
        date = credit.published
        if date:
            date = next((timed for text, timed in said.times if text and text in line), date)
        elif place < _NEAR or place >= len(after):
            date = _date_of_line(line, said)
        if date and not found.published:
            near = place < close or place >= len(after)
        found = Credit(
            found.authors or credit.authors,
            found.published or _on_page(date),
            found.modified or _on_page(credit.modified),
        )
    if not found.authors and not known:
        titles = {*said.headlines, said.title or ""}
        found = dataclasses.replace(found, authors=_named(after, titles, book) or _named(before, titles, book))
    return found, near


def _places_of_title(lines: Sequence[str], said: Declared) -> Iterator[int]:
    """The lines that are the title, or have its letters, or are another first heading."""
    key = title_key(said.title or "")
    same = [h for h in said.headlines if title_key(h) == key]
    some = False
    for text in dict.fromkeys((*same, said.title, *said.headlines)):
        if text and len(text) > 1:
            for _, at in zip(range(_MOST_TITLES), _all_places(lines, text), strict=False):
                some = True
                yield at
        if not some and text and text == said.title and (place := _line_like(text, lines)) is not None:
            some = True
            yield place
        if some:
            return


def _all_places(lines: Sequence[str], text: str) -> Iterator[int]:
    at = -1
    try:
        while True:
            at = lines.index(text, at + 1)
            yield at
    except ValueError:
        return


def _line_like(title: str, lines: Sequence[str]) -> int | None:
    """The line that has the title's letters, with something before or after them, or begins it; else most of its words.

    Pages without a heading of the first level show their title in a longer or shorter wording than they declare.
    """
    key, words = title_key(title), set(_WORD.findall(title.casefold()))
    if len(key) < _SHORTEST_TITLE:
        return None
    likely = [(i, line) for i, line in enumerate(lines) if _SHORTEST_TITLE <= len(line) <= 2 * len(title)]
    for i, line in likely:
        at = title_key(line)
        if key in at or (len(at) >= _SHORTEST_TITLE and key.startswith(at)):
            return i
    if len(words) < _FEWEST_WORDS:
        return None
    for i, line in likely:
        said = set(_WORD.findall(line.casefold()))
        if len(words & said) >= _MOST_OF * len(words | said):
            return i
    return None


def _until_body(lines: Sequence[str]) -> Iterator[str]:
    long = 0
    for line in lines:
        long += len(line) > _LONG_LINE
        if long == 2:
            return
        yield line


def _on_page(stamp: Published | None) -> Published | None:
    return dataclasses.replace(stamp, origin=Origin.PAGE) if stamp else None


def _date_of_line(line: str, said: Declared) -> Published | None:
    """The day that a line of a few words gives, as in "4 March 2026 · 8 minutes"; a caption has more words."""
    if len(line) > _LONGEST_LINE or not _DIGIT.search(line):
        return None
    for text, date in said.times:
        if text and text in line:
            before = line.partition(text)[0]
            if says_update(before):
                return None
            if len(before.split()) <= _WORDS_BESIDE_DATE or says_published(before, rulebook()):
                return date
    for piece in _BETWEEN.split(line)[:_MOST_PIECES]:
        m = DATE.search(piece)
        if m is None:
            continue
        if says_update(piece):
            return None
        before, after = piece[: m.start()], piece[m.end() :]
        if says_published(before, rulebook()):
            before = ""
        day = read_date(m[0], Origin.PAGE)
        if day and is_day(day) and len(f"{before} {after}".split()) <= _WORDS_BESIDE_DATE:
            return day
    return None


def _named(lines: Sequence[str], titles: Collection[str], book: Rulebook) -> tuple[Author, ...]:
    """The names that stand alone on a line: after a line "By", before one that is a role, or beside a date."""
    for i, line in enumerate(lines):
        if len(line) > _LONGEST_CREDIT or line in titles or fold(line) in book.announcements:
            continue
        announced = i > 0 and "authors" in book.labels.get(fold(lines[i - 1]), ())
        if announced:
            found = split_authors(line)
            if found and all(a.kind == "organisation" or is_name(a.name) for a in found):
                return found
        names = [name.strip() for name in line.strip(" ,·|-").split(",")]
        if not all(map(is_name, names)):
            continue
        around = (*lines[max(0, i - 1) : i], *lines[i + 1 : i + 3])
        role = len(names) == 1 and i + 1 < len(lines) and is_role(lines[i + 1])
        if role or any(len(near) <= _LONGEST_NEAR and _is_dated(near, book) for near in around):
            return split_authors(line)
    return ()


def signed(lines: Sequence[str]) -> tuple[Author, ...]:
    """The name behind a "Written by" anywhere on the page, on its line or the next."""
    book = rulebook()
    for line, following in itertools.pairwise((*lines, "")):
        if len(line) <= _LONGEST_NEAR and (m := _SIGNED.match(line)):
            name = (line[m.end() :] or following).strip(" ,.:")
            if is_name(name) and (credit := read_credit(name, book, bare_name=True)):
                return credit.authors
    return ()


def _is_dated(line: str, book: Rulebook) -> bool:
    if not _DIGIT.search(line):
        return False
    return DATE.search(line) is not None or book.is_reading_time(fold(line))


def labelled_date(lines: Sequence[str]) -> Published | None:
    """The date of a line that says to be that of publication, wherever it stands."""
    book = rulebook()
    dated = (line for line in lines if len(line) <= _LONGEST_LINE and _DIGIT.search(line) and DATE.search(line))
    for line in itertools.islice(dated, _MOST_DATED):
        credit = read_credit(line, book)
        if credit and credit.labelled and credit.published and not credit.modified:
            return _on_page(credit.published)
    return None
