"""The shape of a text: wrapped lines joined, headings, a roundup's items, a live blog, what is no text at all.

In go measured lines, out come lines and yes or no. None of it looks at the words of one site or one language beyond
the lists in the rule book; what is not clear is an ordinary article.
"""

from __future__ import annotations

import itertools
import re
import statistics
import string
from collections import Counter
from collections.abc import Sequence

from transforms.compiled import compiled_in
from transforms.scripts import has_unspaced
from transforms.strip.line import ASK, CUT, PROSE, SHORT, Line
from transforms.strip.lines import fold, has_bullet, has_inner_stop, make_line, sentence_count, without_bullet
from transforms.strip.rules import Rulebook

_HEADING_WEIGHT = 110
_LEDE_WEIGHTS = range(40, 520)
_FEWEST_ITEMS = 4
_LOOKED_AT = 200  # lines of a possible roundup that are compared with one another

_WRAP_WIDTHS = range(40, 121)
_LONGEST_MEAN = 40  # characters a word; what has more is a run such as base64
_WORD_ROOM = 18  # a wrapped line is at most about one long word shorter than the width
_CLOCK = re.compile(
    r"(?:\d{1,2}[:.h]\d{2}|\d{1,2} ?[ap]\.?m\.?)(?: ?(?:uhr|[ap]\.?m\.?|[A-Z]{3,4}))?\s{0,3}[-–—:|•]?\s{0,3}",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS = string.ascii_letters.encode()  # counted first, for nearly all texts have enough of them
_SIGNS = re.compile(r"[^\w\s\x00-\x7f]+")  # vowel signs, typographic marks, emoji: half a letter
_FULL_NAME = re.compile(r"(?<![.!?] )(?<!^)\b([A-ZÄÖÜÉÁÍÓÚА-ЯЁ][\w’'-]{2,20}) ([A-ZÄÖÜÉÁÍÓÚА-ЯЁ][\w-]{3,20})\b")
_SURNAME = re.compile(r"\b[A-ZÄÖÜÉÁÍÓÚА-ЯЁ][\w-]{3,20}\b")

_HYPHENS = "-\u2010\u00ad"
_LONGEST_WORD = 40
_BROKEN = re.compile(r"([^\W\d_]{2,30})[-\u2010\u00ad]$")  # a word that a line's end has broken
_WORD_START = re.compile(r"[^\W\d_]{1,30}")
_HEADING_MARK = re.compile(r"#{1,6}[ \t]{1,4}(?=\S)")


def unwrap(lines: list[Line]) -> list[Line]:
    """Lines that were broken at a column, joined to paragraphs; any other lines as they are."""
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if b.gap == 0]
    if len(pairs) < 4:
        return lines
    widths = [len(a.text) for a, _ in pairs]
    width = max(widths)
    if width not in _WRAP_WIDTHS or max(len(line.text) for line in lines) > width:
        return lines
    full = [(a, b) for a, b in pairs if len(a.text) >= width - _WORD_ROOM]
    broken = sum(a.form is SHORT for a, _ in full)
    running = sum(not b.text[0].isupper() for _, b in full)
    if len(full) < 0.7 * len(pairs) or broken < 0.7 * len(full) or running < 0.5 * len(full):
        return lines
    joined: list[list[Line]] = []
    for line in lines:
        previous = joined[-1][-1] if joined else None
        if previous is not None and line.gap == 0 and len(previous.text) >= width - _WORD_ROOM:
            joined[-1].append(line)
        else:
            joined.append([line])
    said = " ".join(line.text for line in lines).lower()
    return [_join(parts, said) for parts in joined]


def _join(parts: list[Line], said: str) -> Line:
    """The lines of one paragraph; ``said`` is the whole text, in small letters without its line ends."""
    if len(parts) == 1:
        return parts[0]
    text = parts[0].text
    for part in parts[1:]:
        dense = has_unspaced(text[-1]) and has_unspaced(part.text[0])
        begun = _BROKEN.search(text[-_LONGEST_WORD:]) if text[-1] in _HYPHENS else None
        ended = _WORD_START.match(part.text) if begun and part.text[0].islower() else None
        if begun and ended and (begun[1] + ended[0]).lower() in said:
            text = text[:-1]
        text = f"{text}{'' if dense or ended else ' '}{part.text}"
    return make_line(parts[0].start, text, parts[0].gap, end=parts[-1].end)


def without_heading_marks(lines: list[Line]) -> tuple[list[Line], list[tuple[int, int]]]:
    """The lines without the marks of headings in Markdown ("## Who pays"), and the spans of those."""
    found: list[Line] = []
    marks: list[tuple[int, int]] = []
    if not any(line.text[0] == "#" for line in lines):
        return lines, marks
    for line in lines:
        mark = _HEADING_MARK.match(line.text) if line.text[0] == "#" else None
        is_title = not found or line.text.startswith("##")  # elsewhere one "#" begins a comment in code
        if mark and is_title and line.form is not PROSE:
            start = line.start + mark.end()
            marks.append((line.start, start))
            found.append(make_line(start, line.text[mark.end() :], line.gap, end=line.end))
        else:
            found.append(line)
    return found, marks


def find_headings(body: Sequence[Line]) -> tuple[str, ...]:
    """The lines of a body that head a section: short, without a full stop, with prose right behind them.

    A line in a list or a poem has lines like itself around it, an interview has as many questions as answers, and a
    line that ends in a colon or comma belongs to what follows: none of them is a heading.
    """
    short = [line for line in body if line.form is not PROSE and line.weight <= _HEADING_WEIGHT]
    if len(short) * 2 > len(body):
        return ()
    asked = sum(line.form is ASK for line in body)
    interview = asked >= 3 and asked * 4 >= len(body)
    found: list[str] = []
    for i, line in enumerate(body[:-1]):
        if not _may_head(line) or (interview and line.form is ASK):
            continue
        above = body[i - 1] if i else None
        below = body[i + 1]
        under_prose = above is None or _is_prose(above) or (i == 1 and _may_head(above))
        over_another = _may_head(below) and i + 2 < len(body) and _is_prose(body[i + 2]) and under_prose and i > 0
        under_another = above is not None and bool(found) and above.text == found[-1]
        if over_another or (_is_prose(below) and (under_prose or under_another)):
            found.append(line.text)
    return tuple(" ".join(text.split()) for text in found)


def _may_head(line: Line) -> bool:
    if line.form in (PROSE, CUT) or line.weight > _HEADING_WEIGHT:
        return False
    text = line.text
    if text[-1] in ":,;：、，،؛-–—" or has_inner_stop(text) or has_bullet(text) or _CLOCK.match(text):
        return False
    first = text.lstrip("\"'“„«‘¿¡「『(")[:1]
    return (
        bool(first)
        and not first.islower()
        and not text.endswith(("”", "»", "』", "」"))
        and any(map(str.isalpha, text))
    )


def _is_prose(line: Line) -> bool:
    return line.form is PROSE or line.weight > _HEADING_WEIGHT


def is_roundup(lines: Sequence[Line], book: Rulebook) -> bool:
    """Whether every line is an item of its own: a list of ledes, bulleted, numbered or plain, without a headline.

    Plain ledes are told from an article's paragraphs by what ties paragraphs together. Ledes begin the same story, or
    another one, anew each time: they share whole phrases, are alike in length, some lack an end mark, and none starts
    with "But" or "He". The measures were set on one-event and on mixed roundups and on short-paragraph wire stories.
    """
    if len(lines) < _FEWEST_ITEMS:
        return False
    lines = lines[:_LOOKED_AT]
    if all(has_bullet(line.text) for line in lines):
        return statistics.median(line.weight for line in lines) >= _LEDE_WEIGHTS.start
    if sum(has_bullet(line.text) for line in lines) * 2 > len(lines):
        return False  # a head over a list: see bulleted_items
    if not all(line.weight in _LEDE_WEIGHTS for line in lines) or any(sentence_count(line.text) > 4 for line in lines):
        return False
    rest = statistics.median(line.weight for line in lines[1:])
    open_ended = [line for line in lines[1:] if line.form in (SHORT, CUT)]
    if lines[0].form is not PROSE and not open_ended and lines[0].weight < 0.85 * rest:
        return False  # a headline over paragraphs
    if sum(_may_head(line) for line in lines[1:]) * 4 > len(lines) or any(_CLOCK.match(line.text) for line in lines):
        return False
    closed = sum(line.form is PROSE for line in lines)
    tied = sum(_is_tied(line.text, book) for line in lines[1:]) / (len(lines) - 1)
    unmarked = len([line for line in open_ended if line.weight > 60]) if closed * 5 >= 2 * len(lines) else 0
    shared = _share_with_common_phrase([line.text for line in lines])
    repeated, alone = _names_in([line.text for line in lines])
    score = 2 if unmarked >= 2 and unmarked * 8 >= len(lines) else 1 if unmarked else 0
    score += shared >= 0.7
    score += repeated >= 2
    score += lines[0].form is not PROSE and bool(open_ended)
    if tied == 0 and len(lines) >= 5:
        plain = lines[0].form is PROSE and not alone and all(sentence_count(line.text) <= 2 for line in lines)
        score += 2 if plain and max(line.weight for line in lines) <= 320 else 1
    score -= alone >= 2
    score -= 3 if tied > 0.34 else 2 if tied > 0.2 else 1 if tied > 0.1 else 0
    return score >= 2


def _names_in(texts: list[str]) -> tuple[int, int]:
    """How many lines repeat a full name of an earlier line, and how many call someone of an earlier line by surname.

    A roundup introduces everybody again in each lede; an article does so once, and then says the surname.
    """
    known: set[str] = set()
    repeated = alone = 0
    for text in texts:
        names = set(_FULL_NAME.findall(text))
        repeated += any(f"{first} {last}" in known for first, last in names)
        own = {last for _, last in names}
        alone += any(word in known and word not in own for word in _SURNAME.findall(text))
        for first, last in names:
            known |= {f"{first} {last}", last}
    return repeated, alone


def bulleted_items(lines: Sequence[Line]) -> bool:
    """Whether a text with a head is a roundup all the same: most of it is bulleted or numbered ledes."""
    items = [line for line in lines if has_bullet(line.text) and line.weight >= _LEDE_WEIGHTS.start]
    return len(items) >= _FEWEST_ITEMS and sum(i.weight for i in items) >= 0.7 * sum(line.weight for line in lines)


def _is_tied(text: str, book: Rulebook) -> bool:
    folded = fold(without_bullet(text))
    return (
        text[0] in '"“„«「『'
        or book.ties_opening.match(folded) is not None
        or book.ties_inside.search(folded) is not None
    )


def _share_with_common_phrase(texts: list[str]) -> float:
    """The share of lines that have three words in a row (seven characters of CJK) in common with another line."""
    seen: Counter[str] = Counter()
    sets = []
    for text in texts:
        if has_unspaced(text):
            bare = "".join(_WORD.findall(text))
            grams = {bare[i : i + 7] for i in range(len(bare) - 6)}
        else:
            words = _WORD.findall(text.casefold())
            grams = {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}
        sets.append(grams)
        seen.update(grams)
    return sum(any(seen[gram] > 1 for gram in grams) for grams in sets) / len(texts)


def is_liveblog(lines: Sequence[Line]) -> bool:
    """Whether at least four entries, and every third line, begin with a time of day, in one direction of time."""
    stamps = [m[0] for line in lines[:_LOOKED_AT] if (m := _CLOCK.match(line.text))]
    if len(stamps) < 4 or len(stamps) * 3 < len(lines[:_LOOKED_AT]) or not any(line.form is PROSE for line in lines):
        return False
    times = [tuple(map(int, re.findall(r"\d{1,2}", stamp)[:2])) for stamp in stamps]
    rising = sum(a <= b for a, b in itertools.pairwise(times))
    return rising >= len(times) - 2 or rising <= 1


def is_gibberish(text: str) -> bool:
    """Whether a text is no text: less than half letters and digits, hardly a letter, or one run such as base64.

    Digits count, for a report with tables of figures may hold as many of them as of letters.
    """
    sample = text[:8_000]
    if latin_letters(sample) * 2 < len(sample) and _lacks_letters(sample):
        return True
    enough = len(sample) // _LONGEST_MEAN  # words, from which on it is no run whatever the rest holds
    if has_more_words(sample, enough):
        return False
    words = sample.split()
    visible = sum(map(len, words))
    return visible > 200 and visible > _LONGEST_MEAN * len(words) and not has_unspaced(sample)


@compiled_in("lines")
def has_more_words(text: str, count: int) -> bool:
    """Whether a text has more than ``count`` words, as white space parts them."""
    return len(text.split(maxsplit=count)) > count


@compiled_in("lines")
def latin_letters(text: str) -> int:
    """How many characters of a text are one of A to Z, of either case."""
    plain = text.encode("ascii", "ignore")
    return len(plain) - len(plain.translate(None, _ASCII_LETTERS))


def _lacks_letters(sample: str) -> bool:
    visible = sum(map(len, sample.split()))
    letters = sum(map(len, _LETTERS.findall(sample))) + sum(map(len, _SIGNS.findall(sample))) // 2
    return letters * 4 < visible or (letters + sum(map(str.isdigit, sample))) * 2 < visible
