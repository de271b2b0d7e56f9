"""What the lines beside a page's title say of its authors and dates, and lines that say it elsewhere.

In go the lines of the visible text that are not blank, and what the markup declares; out comes a :class:`Shown`. A line
counts only where it is a by-line or a date as a whole, near the title or behind a word for it: a caption or a paragraph
has more words. What stands behind a heading that is a link, or is known for a teaser's or a comment's, says nothing.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from transforms.article import Author, FieldFault, Origin, Published
from transforms.dates import read_date
from transforms.people import is_role, split_authors
from transforms.read.authors import is_person
from transforms.read.byline import BEFORE_DATE, Credit, date_within, is_name, read_credit, says_published
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
_BELOW_TEASER = 2  # lines behind a heading that is a link: they are of what it leads to
_SENTENCE = 80  # characters of a line that is one, and of as many as say that the body is under way
_TWO_PARAGRAPHS = 320
_WORDS_BESIDE_DATE = 3  # in a piece of a line that is a date
_MOST_PIECES = 5
_LONGEST_LINE = 120
_LONGEST_CREDIT = 160
_LONGEST_NEAR = 60
_LONGEST_BYLINE = 5  # words of a heading that begins with "By" and is no headline
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
_PROSE = re.compile(r"(?:\S{1,60}\s){4}.*[.!?。！？…][\"'”’»)]?$")
_BETWEEN = re.compile(r"\s[–—-]\s|[|•·⋅]|\s{2,}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the lines beside a title say.

    ``near`` is set where no paragraph parts the day from the title, ``whole`` where its line is a by-line or a date and
    nothing else, ``stated`` where beside the day there is a label, an author or a reading time: it is the piece's own.
    """

    credit: Credit
    near: bool = False
    whole: bool = False
    stated: bool = False


def beside_title(lines: Sequence[str], said: Declared) -> Shown:
    """What the lines after the title, and the few before it, say.

    A title may stand in a menu too: the first of its places that tells anything counts.
    """
    for at in _places_of_title(lines, said):
        after = list(_until_body(lines[at + 1 : at + 1 + _BYLINE_LINES]))
        shown = _shown_by(after, lines[max(0, at - _LINES_BEFORE) : at], said)
        if shown.credit != Credit():
            return shown
    return Shown(Credit())


def _shown_by(after: Sequence[str], before: Sequence[str], said: Declared) -> Shown:
    book = rulebook()
    found, near, whole, stated = Credit(), False, False, False
    known = any(map(is_person, said.authors))  # then lines without a number have nothing to tell
    close = next(
        (i for i, line in enumerate(after) if len(line) > _PARAGRAPH and not read_credit(line, book)), len(after)
    )
    body = _body_begins(after)
    own = [*_of_the_piece(after, said)], [*_of_the_piece(before, said)]
    for place, line in enumerate((*own[0], *own[1][::-1])):
        if len(line) > _LONGEST_CREDIT or (known and not _DIGIT.search(line)):
            continue
        for change in said.changes:
            if change in line and not any(text == change for text, _ in said.times):
                line = line.replace(change, " ")  # noqa: PLW2901 - what it says of a change is known
        if body <= place < len(after) and _begins_prose(after, place + 1):
            continue  # who comments on it, and when
        credit = read_credit(_AFTER_CREDIT.sub("", line), book) or Credit()
        date = credit.published
        if date or credit.faults:
            date = next((timed for text, timed in said.times if text and text in line), date)
        elif place < _NEAR or place >= len(after):
            date = _date_of_line(line, said)
        if date and not found.published:
            near = place < close or place >= len(after)
            whole = credit.published is not None
            around, at = (after, place) if place < len(after) else (before, len(after) + len(before) - 1 - place)
            stated = whole and (credit.labelled or not _is_bare(line) or _is_credited(around, at, said, book))
        unread = found.faults or (_unread(credit) if date is None else ())
        found = Credit(
            found.authors or credit.authors,
            found.published or (None if unread else _on_page(date)),
            found.modified or _on_page(credit.modified),
            () if found.published else unread,
        )
    if not found.authors and not known:
        titles = {*said.headlines, said.title or ""}
        found = dataclasses.replace(found, authors=_named(own[0], titles, book) or _named(own[1], titles, book))
    return Shown(found, near, whole, stated)


def _unread(credit: Credit) -> tuple[FieldFault, ...]:
    return tuple(f for f in credit.faults if f.field == "published_date") if credit.labelled else ()


def _of_the_piece(lines: Sequence[str], said: Declared) -> Iterator[str]:
    """The lines, blank in place of those that are of a teaser or a comment."""
    for i, line in enumerate(lines):
        yield "" if _is_of_teaser(lines, i, said) or _is_stray(line, said) else line


def _is_of_teaser(lines: Sequence[str], at: int, said: Declared) -> bool:
    """Whether a line stands below a heading that is a link; a by-line may be such a heading too."""
    above = (line for line in lines[max(0, at - _BELOW_TEASER) : at] if line in said.teasers)
    return not all(_is_byline(line, rulebook()) for line in above)


def _is_byline(line: str, book: Rulebook) -> bool:
    folded = fold(line)
    return (len(folded.split()) <= _LONGEST_BYLINE and book.bare_authors.fullmatch(folded) is not None) or (
        read_credit(line, book) is not None
    )


def _is_stray(line: str, said: Declared) -> bool:
    """Whether a line holds the date of a teaser, a comment or a caption, and no label of its own before it."""
    if not said.strays or len(line) > _LONGEST_LINE or not _DIGIT.search(line):
        return False
    for label, text in said.strays:
        before, found, _ = line.partition(text)
        before = before.strip(" :·|")
        if found and (not says_published(before, rulebook()) or label.strip(" :·|").endswith(before)):
            return True
    return False


def _is_bare(line: str) -> bool:
    """Whether a line is a date and no word more: "On 8 May 2026" says of what."""
    m = date_within(line)
    if m is None or fold(m["weekday"] or "") in BEFORE_DATE:
        return False
    return not _WORD.search(line[: m.start()] + line[m.end() :])


def _is_credited(lines: Sequence[str], at: int, said: Declared, book: Rulebook) -> bool:
    """Whether a line beside one names the author or says how long it takes to read."""
    names = [author.name for author in said.authors]
    before = [line for line in lines[max(0, at - _LINES_BEFORE) : at] if _WORD.search(line)]
    for line in (*before[-2:], *lines[at + 1 : at + 2]):
        if len(line) > _LONGEST_NEAR or _is_stray(line, said):
            continue
        if book.is_reading_time(fold(line)) or any(name in line for name in names):
            return True
        credit = read_credit(line, book)
        if credit and credit.labelled and credit.authors:
            return True
    return False


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
    body = _body_begins(lines)
    for at, line in enumerate(lines):
        long += len(line) > _LONG_LINE
        if long == 2 or (at >= body and fold(line) in rulebook().announcements):
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
        m = date_within(piece)
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


def signed(lines: Sequence[str], said: Declared) -> tuple[Author, ...]:
    """The name behind a "Written by", on its line or the next: not in a teaser nor in a list of them."""
    book = rulebook()
    for at, (line, following) in enumerate(itertools.pairwise((*lines, ""))):
        if len(line) <= _LONGEST_NEAR and (m := _SIGNED.match(line)) and not _is_of_teaser(lines, at, said):
            if _is_announced(lines, at, book):
                return ()
            name = (line[m.end() :] or following).strip(" ,.:")
            if is_name(name, said=True) and (credit := read_credit(f"by {name}", book)):
                return credit.authors
    return ()


def _is_dated(line: str, book: Rulebook) -> bool:
    if not _DIGIT.search(line):
        return False
    return date_within(line) is not None or book.is_reading_time(fold(line))


def labelled_date(lines: Sequence[str], said: Declared) -> tuple[Published | None, FieldFault | None]:
    """The date of a line that says to be that of publication; or the fault of one that could not be read.

    Behind the beginning of the body such a line may be of a teaser or a comment: there it counts only where no list of
    others is announced before it and all such lines name one day.
    """
    book = rulebook()
    later: dict[object, Published] = {}
    for at, credit in _labelled(lines, said, book):
        if at < _body_begins(lines):
            return (_on_page(credit.published), None) if credit.published else (None, _unread(credit)[0])
        if _is_announced(lines, at, book) or _begins_prose(lines, at + 1):
            continue  # the day of a teaser, or of a comment
        if credit.published:
            later.setdefault(credit.published.day, credit.published)
    return (_on_page(next(iter(later.values()))) if len(later) == 1 else None), None


def _is_announced(lines: Sequence[str], at: int, book: Rulebook) -> bool:
    """Whether a line between the body's beginning and a place announces others."""
    return any(fold(line) in book.announcements for line in lines[_body_begins(lines) : at])


def _begins_prose(lines: Sequence[str], at: int) -> bool:
    """Whether a sentence follows, as in a comment: behind the body's last line there is none."""
    return at < len(lines) and _PROSE.search(lines[at]) is not None


def _labelled(lines: Sequence[str], said: Declared, book: Rulebook) -> Iterator[tuple[int, Credit]]:
    dated = ((at, line) for at, line in enumerate(lines) if len(line) <= _LONGEST_LINE and date_within(line))
    for at, line in itertools.islice(dated, _MOST_DATED):
        credit = read_credit(line, book)
        if not (credit and credit.labelled and (credit.published or _unread(credit))) or credit.modified:
            continue
        # Teasers have a line each; what stands above and below the text is the article's own.
        if not _is_stray(line, said) and (lines.count(line) > 1 or not _is_of_teaser(lines, at, said)):
            yield at, credit


def first_time(lines: Sequence[str], said: Declared, day: object) -> Published | None:
    """The page's first time element, where it stands before the body and is none of the ``day`` of a change."""
    body = "\n".join(lines[: _body_begins(lines)])
    return next((date for text, date in said.times if date.day != day and (not text or text in body)), None)


def _body_begins(lines: Sequence[str]) -> int:
    """The line behind the first two paragraphs or so."""
    read = sentences = 0
    for at, line in enumerate(lines, 1):
        if len(line) >= _SENTENCE:
            read, sentences = read + len(line), sentences + 1
            if read >= _TWO_PARAGRAPHS and sentences > 1:
                return at
    return len(lines)
