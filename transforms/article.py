"""The records that pass between the stages: what comes in, what goes out, what was cut, what was refused.

A reader turns a :class:`RawFile` into pages, the strippers and describers turn a page into an :class:`Article`
or a :class:`Rejection`. All of them are values: frozen, comparable, without a clock or a file behind them.

Offsets count characters (Python ``str`` indices) into the article's ``source_text``; spans are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What sort of piece a reading is."""

    ARTICLE = "article"
    BRIEF = "brief"
    LIVEBLOG = "liveblog"
    ROUNDUP = "roundup"
    VIDEO = "video"
    GALLERY = "gallery"
    OTHER = "other"


class Origin(StrEnum):
    """Where a field's value comes from, best evidence first."""

    DECLARED = "declared"  # the file states it: a tag, a meta element, JSON-LD, a record's key
    SIDECAR = "sidecar"  # NAME.meta.json beside the file
    WARC = "warc"  # the headers of the record that holds the page in a WARC file
    ARCHIVE = "archive"  # the time that an archive notes for its member
    TABLE = "table"  # a column beside the page's own in a table of pages
    PATH = "path"  # a part of the file's path that its feed's pattern names
    FEED = "feed"  # a default of the feed in the settings
    PAGE = "page"  # seen in the visible page, by its markup
    TEXT = "text"  # found in the text itself
    FILE = "file"  # the file's own modification time


# As names of their own, for a record asks for them a dozen times: a class's member takes ten times as
# long to look up.
DECLARED, TEXT = Origin.DECLARED, Origin.TEXT


class Precision(StrEnum):
    """How exactly a date is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Role(StrEnum):
    """Why a removed span is not in the body."""

    BOILERPLATE = "boilerplate"
    METADATA = "metadata"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Kept:
    """A span of the source text that lives on: in the body or in a field (``field`` is its name)."""

    start: int
    end: int
    field: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A span of the source text that was cut, with the stable id of the rule that cut it."""

    start: int
    end: int
    role: Role
    rule: str


@dataclass(frozen=True, slots=True)
class Author:
    """One by-line place. ``kind`` is ``person`` or ``organisation``, ``role`` as printed (``photographer``) or None."""

    name: str
    kind: str = "person"
    role: str | None = None


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A value that was there and could not be used: the field is null, the raw value is kept."""

    field: str
    raw_value: str
    rule: str


@dataclass(frozen=True, slots=True)
class Published:
    """A publication (or modification) time as far as it is known.

    ``day`` is the publisher's calendar day (None when only month or year are known: then ``day`` is the first of
    it and ``precision`` says so). ``at`` is aware and set only where time and zone are known.
    """

    day: date
    precision: Precision
    origin: Origin
    at: datetime | None = None

    @property
    def offset_minutes(self) -> int | None:
        """The publisher's UTC offset, in minutes, where the time of day is known."""
        if self.at is None:
            return None
        offset = self.at.utcoffset()
        return None if offset is None else int(offset.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Hint:
    """A field's value from outside the file's bytes, and from where."""

    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Hints:
    """What sidecar, path and feed say of a file. A value in the file itself goes before a feed's default."""

    url: Hint | None = None
    source: Hint | None = None
    language: Hint | None = None
    published: Hint | None = None
    fetched_at: datetime | None = None
    fetched_origin: Origin | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class RawFile:
    """A picked-up file or a container's member: its key (path inside the inbox, printable; a member's adds "#" and its
    place), its bytes, and what is known from outside. ``form`` is ``record`` where the bytes are one JSON object of a
    container of such, ``item`` where it was made of a feed's item, None where they say themselves what they are."""

    key: str
    content: bytes
    hints: Hints = Hints()
    feed: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that is no usable article. ``reason`` is a stable word, ``detail`` names the input and the remedy.
    ``field_names`` are those of a JSON record's top level, as written."""

    reason: str
    detail: str
    record: str | None = None
    content: bytes | None = None
    field_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One reading of one record.

    ``record`` is the record's place in its container (``"12"`` for the twelfth), None where the file is the record;
    ``record_id`` the id that the record declares. ``content`` holds the record's own bytes where the file is a
    container. ``body`` is paragraphs joined by a blank line, headings and items among them. ``origins`` maps a
    field's name to where its value comes from. ``block_set_version`` is the version of the site's blocks that it was
    stripped of (0: none were known), ``as_read`` the reading before they were cut, None where none was. ``field_names``
    are those of a JSON record's top level, as written.
    """

    format: str
    engine: str
    source_text: str
    body: str
    kind: Kind = Kind.ARTICLE
    record: str | None = None
    record_id: str | None = None
    content: bytes | None = None

    title: str | None = None
    kicker: str | None = None
    summary: str | None = None
    highlights: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    published: Published | None = None
    modified: Published | None = None
    observed_at: datetime | None = None
    observed_origin: Origin | None = None
    url: str | None = None
    source: str | None = None
    source_name: str | None = None
    section: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    is_translated: bool | None = None
    is_paywalled: bool | None = None
    headings: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    identity_key: str
    identity_kind: str
    confidence: float | None = None
    origins: tuple[tuple[str, Origin], ...] = ()
    kept: tuple[Kept, ...] = ()
    removed: tuple[Removed, ...] = ()
    faults: tuple[FieldFault, ...] = field(default=())
    block_set_version: int = 0
    as_read: Article | None = None
    field_names: tuple[str, ...] = ()


Reading = Article | Rejection
