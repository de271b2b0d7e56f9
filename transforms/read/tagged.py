"""Tagged exports: fields between ``<TITLE>``…``</TITLE>`` and the like, as archives and older feeds write them.

In goes decoded text, out comes one :class:`~transforms.article.Article`, or a :class:`~transforms.article.Rejection`
where no content is tagged. Tags are known by name in any case and order, with or without attributes. A field ends at
its own closing tag, so that a content may quote other tags; where the closing tag is missing it ends at the next
field's opening tag at a line's start. This is no XML: "<" inside a content is a sign like any other.
"""

from __future__ import annotations

import functools
import html
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import msgspec

from transforms.article import FieldFault, Origin, RawFile, Reading, Rejection, Role
from transforms.dates import read_date
from transforms.describe import says_nothing
from transforms.people import names_nobody, split_authors
from transforms.read import head as heads
from transforms.read.draft import Draft
from transforms.read.shape import is_gibberish, unwrap
from transforms.read.text import compose
from transforms.strip.line import Line
from transforms.strip.lines import fold, make_line, split_lines, tidy, without_bullet
from transforms.strip.rules import rulebook

_TAG = re.compile(r"<\s{0,3}(/?)\s{0,3}([A-Za-z][A-Za-z0-9_.:-]{0,40})((?:\s[^<>]{0,400})?)\s{0,3}/?>")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DECLARATION = re.compile(r"<\?xml[^<>]{0,200}\?>|<!--.{0,400}?-->|<!DOCTYPE[^<>]{0,200}>", re.DOTALL)
_WORDS = "b|i|u|em|strong|span|a|sub|sup|small|mark|cite|q|s|font|code|tt"
_INLINE = re.compile(
    rf"</?(?:p|br|div|ul|ol|li|h[1-6]|blockquote|{_WORDS})(?:\s[^<>]{{0,300}})?\s{{0,3}}/?>", re.IGNORECASE
)
_MARKED_WORDS = re.compile(rf"<({_WORDS})(?:\s[^<>]{{0,300}})?>[^<>]{{0,400}}</\1\s{{0,3}}>", re.IGNORECASE)
_BLOCKS = re.compile(r"</?(?:p|br|div|li|h[1-6]|blockquote|ul|ol)\b", re.IGNORECASE)
_SAYS_MARKUP = re.compile(r"</p>|<br\s{0,3}/?>|</div>|</li>", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*[,;|\n、，،؛]\s*")
_WRAPPER = "wrappers"
_QUOTED_CLOSINGS = 8  # closing tags that are looked at for one field


@functools.cache
def _meanings() -> dict[str, str]:
    """A tag's plain name and the field it means; ``wrappers`` mean none."""
    lists = tomllib.loads(resources.files("transforms.read").joinpath("tags.toml").read_text(encoding="utf-8"))
    return {name: field for field, names in lists.items() for name in names}


@dataclass(frozen=True, slots=True)
class _Tag:
    start: int
    end: int
    name: str
    field: str  # as in tags.toml
    closes: bool
    leads: bool  # nothing but white space before it on its line
    empty: bool  # <X/>


@dataclass(frozen=True, slots=True)
class _Value:
    """A field's stretch of the text, without its tags and without white space at its ends."""

    field: str
    start: int
    end: int


def read_tagged(raw: RawFile, text: str, *, as_of: datetime) -> Reading:
    """The article of a tagged export whose bytes are already decoded.

    What is stated in a tag is declared; a missing or empty tag leaves its field null, and a value that cannot be read
    (an impossible date) goes to the faults. Rejected is ``no_body``: no content under any of its names.
    """
    del as_of
    draft = Draft(raw, text, "tagged")
    contents: list[_Value] = []
    for item in _values(text):
        if isinstance(item, _Tag):
            draft.cut(item.start, item.end, Role.MARKUP, "tag")
        elif item.field == "body":
            contents.append(item)
        else:
            _take(draft, item)
    for m in _DECLARATION.finditer(text[:2_000]):
        draft.cut(m.start(), m.end(), Role.MARKUP, "tag.declaration")
    book = rulebook()
    lines = [line for value in contents for line in _content_lines(draft, value)]
    lines = _without_title(draft, unwrap(lines))
    if lines and not is_gibberish(" ".join(line.text for line in lines[:200])):
        compose(draft, lines, book, has_head=False)
    if not draft.body:
        return Rejection(
            "no_body",
            f"{raw.key} has the tags of an export but no article text in <CONTENT>, <BODY> or <TEXT>; export it again",
        )
    return draft.finish()


def _plain(name: str) -> str:
    return re.sub(r"[_.:-]", "", name).lower()


def _tags(text: str) -> list[_Tag]:
    """The tags of known names, in order."""
    found = []
    for m in _TAG.finditer(text):
        name = _plain(m[2])
        field = _meanings().get(name)
        if field is not None:
            line_start = text.rfind("\n", max(0, m.start() - 80), m.start()) + 1
            leads = not text[max(line_start, m.start() - 80) : m.start()].strip()
            found.append(_Tag(m.start(), m.end(), name, field, bool(m[1]), leads, m[0].endswith("/>")))
    return found


def _values(text: str) -> Iterator[_Value | _Tag]:
    """The fields' values and the tags round them, in order; what stands outside any field is not among them."""
    tags = _tags(text)
    closing: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        if tag.closes:
            closing.setdefault(tag.name, []).append(i)
    seen: set[str] = set()
    i = 0
    while i < len(tags):
        tag = tags[i]
        yield tag
        if tag.closes or tag.empty or tag.field == _WRAPPER or _holds_fields(text, tags, i, seen):
            i += 1
            continue
        close = _closing(text, tags, closing.get(tag.name, []), i)
        if close is None:
            close = _next_field(tags, i, seen | {tag.field})
        seen.add(tag.field)
        yield _value(text, tag.field, tag.end, len(text) if close is None else tags[close].start)
        i = len(tags) if close is None else close


def _holds_fields(text: str, tags: list[_Tag], i: int, seen: set[str]) -> bool:
    """Whether a content's tag only wraps fields, as <TEXT> does round <TITLE> and <BODY> in some archives."""
    if tags[i].field != "body" or i + 2 >= len(tags):
        return False
    inner, behind = tags[i + 1], tags[i + 2]
    if inner.closes or inner.field == _WRAPPER or inner.field in seen:
        return False
    return behind.closes and behind.name == inner.name and not text[tags[i].end : inner.start].strip()


def _closing(text: str, tags: list[_Tag], candidates: list[int], opening: int) -> int | None:
    """The tag that closes the field: the first of its name that has the export's end or a tag behind it.

    A content that quotes its own closing tag inside a sentence is not ended by it.
    """
    first = bisect_left(candidates, opening)
    later = candidates[first : first + _QUOTED_CLOSINGS]
    for i in later:
        end = tags[i + 1].start if i + 1 < len(tags) else len(text)
        if not text[tags[i].end : end].strip():
            return i
    return later[0] if later else None


def _next_field(tags: list[_Tag], opening: int, seen: set[str]) -> int | None:
    """The next field's opening tag, behind a content at a line's start; one that was there before is a quotation."""
    for i in range(opening + 1, len(tags)):
        tag = tags[i]
        if tag.closes and tag.field == _WRAPPER:
            return i
        if tag.closes or tag.field == _WRAPPER or tag.field in seen:
            continue
        if tag.leads or tags[opening].field != "body":
            return i
    return None


def _value(text: str, field: str, start: int, end: int) -> _Value:
    while m := _CDATA.match(text, start + _blank(text, start, end)):
        start = m.end()
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    piece = piece.rstrip()
    if piece.endswith("]]>"):
        piece = piece[:-3].rstrip()
    return _Value(field, min(left, end), max(left, start + len(piece)))


def _blank(text: str, start: int, end: int) -> int:
    """How many characters of white space stand at ``start``."""
    piece = text[start : min(end, start + 200)]
    return len(piece) - len(piece.lstrip())


def _take(draft: Draft, value: _Value) -> None:
    """Put one tagged value into its field."""
    raw = draft.source_text[value.start : value.end]
    text = html.unescape(_INLINE.sub(" ", raw)).strip()
    if not text:
        return
    field, name = value.field, value.field
    if says_nothing(text) or (field == "authors" and names_nobody(text)):
        draft.cut(value.start, value.end, Role.METADATA, f"tag.{field}")
        return
    if field in ("published", "modified"):
        name = "published_date" if field == "published" else "modified_at"
        if not _take_date(draft, field, text):
            draft.cut(value.start, value.end, Role.METADATA, "date.unreadable")
            return
    elif field == "title" and draft.title is None:
        heads.set_title(draft, text, Origin.DECLARED)
    elif field == "kicker" and draft.kicker is None:
        draft.kicker = tidy(text)
    elif field == "summary" and draft.summary is None:
        draft.summary = "\n".join(_entries(text))
    elif field == "highlights":
        draft.highlights += tuple(_entries(text))
    elif field == "authors" and (found := tuple(a for line in text.split("\n") for a in split_authors(line))):
        draft.take_authors(found, Origin.DECLARED)
    elif field == "url":
        draft.urls.append(text.split()[0])
    elif field == "source" and draft.stated_source is None:
        draft.stated_source = tidy(text)
    elif field == "language" and (code := heads.language_code(text, rulebook())):
        draft.stated_language = code
    elif field == "section" and draft.section is None:
        draft.section = tidy(text)
    elif field == "categories":
        draft.take_categories([tidy(part) for part in _SEPARATORS.split(text) if part.strip()], Origin.DECLARED)
    elif field == "id" and draft.record_id is None:
        draft.record_id = tidy(text)
    else:
        draft.cut(value.start, value.end, Role.METADATA, f"tag.{field}")
        return
    if field in ("title", "kicker", "summary", "highlights", "section", "published", "modified"):
        draft.origins.setdefault(field, Origin.DECLARED)
    draft.keep(value.start, value.end, name)


def _take_date(draft: Draft, field: str, text: str) -> bool:
    date = read_date(text, Origin.DECLARED)
    if date is None:
        name = "published_date" if field == "published" else "modified_at"
        draft.faults.append(FieldFault(name, text[:200], "date.unreadable"))
        return False
    if field == "published":
        draft.take_published(date, Origin.DECLARED)
    elif draft.modified is None:
        draft.modified = date
    return True


def _entries(text: str) -> list[str]:
    return [tidy(without_bullet(line.strip())) for line in text.split("\n") if line.strip()]


def _content_lines(draft: Draft, value: _Value) -> list[Line]:
    """The lines of a content, with entities resolved and, where it is marked up, without the inline markup."""
    text = draft.source_text
    if _SAYS_MARKUP.search(text, value.start, value.end):
        return _unmarked(draft, value.start, value.end)
    found: list[Line] = []
    for line in split_lines(text, value.start, value.end):
        if "<" in line.text and _MARKED_WORDS.search(line.text):
            found += [msgspec.structs.replace(part, gap=line.gap) for part in _unmarked(draft, line.start, line.end)]
        else:
            found.append(_resolved(line))
    return found


def _unmarked(draft: Draft, start: int, end: int) -> list[Line]:
    """The lines of a stretch that is marked up, its tags cut."""
    text = draft.source_text
    found: list[Line] = []
    pieces: list[tuple[int, int]] = []
    position = start
    for m in _INLINE.finditer(text, start, end):
        pieces.append((position, m.start()))
        draft.cut(m.start(), m.end(), Role.MARKUP, "tag.inline")
        position = m.end()
        if _BLOCKS.match(m[0]):
            found.extend(_paragraph(text, pieces))
            pieces = []
    found.extend(_paragraph(text, [*pieces, (position, end)]))
    return found


def _paragraph(text: str, pieces: list[tuple[int, int]]) -> list[Line]:
    """One line from the pieces of a paragraph between inline tags, or the lines of its only piece."""
    pieces = [(a, b) for a, b in pieces if text[a:b].strip()]
    if not pieces:
        return []
    if len(pieces) == 1:
        lines = [_resolved(line) for line in split_lines(text, *pieces[0])]
        return [msgspec.structs.replace(lines[0], gap=1), *lines[1:]]
    joined = tidy(html.unescape("".join(text[a:b] for a, b in pieces)))
    start = pieces[0][0] + _blank(text, *pieces[0])
    end = pieces[-1][0] + len(text[slice(*pieces[-1])].rstrip())
    return [make_line(start, joined, 1, end=end)]


def _resolved(line: Line) -> Line:
    """The line with its HTML entities resolved; its span stays that of the source."""
    if "&" not in line.text:
        return line
    text = html.unescape(line.text).strip()
    return make_line(line.start, text, line.gap, end=line.end) if text else line


def _without_title(draft: Draft, lines: list[Line]) -> list[Line]:
    """The content without the title where it is said again at its top."""
    if lines and draft.title and fold(lines[0].text) == fold(draft.title):
        draft.cut(lines[0].start, lines[0].end, Role.METADATA, "title.repeated")
        return lines[1:]
    return lines
