"""JSON and JSON Lines of article records: those of the usual extractors, crawlers and news interfaces, by field name.

In goes a picked-up file; out comes a reading a record. The field names of trafilatura ``--json``, news-please, fundus,
newspaper4k, NewsAPI and JSON Feed are known, with what else such fields are commonly called; case, hyphens and
underscores do not matter. A record's source text is its text values in a fixed order, so that all of it is accounted
for. A broken record costs itself only.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence

import msgspec

from transforms.article import DECLARED, FieldFault, RawFile, Reading, Rejection, Role
from transforms.dates import read_date
from transforms.read.decode import decode
from transforms.read.draft import Draft
from transforms.read.linked_data import Json
from transforms.read.record_fields import (
    KNOWN,
    NAMES,
    authors_of,
    folded,
    kept_names,
    language_of,
    line_of,
    lines_of,
    outlet_of,
    paragraphs_of,
    pick,
    pick_body,
    sound,
    stamp_of,
    urls_of,
)
from transforms.read.record_shapes import Record
from transforms.strip.line import Stretch
from transforms.strip.lines import fold, stretches, tidy
from transforms.strip.rules import rulebook

_CONTAINERS = (
    "articles",
    "items",
    "results",
    "data",
    "docs",
    "documents",
    "posts",
    "stories",
    "news",
    "entries",
    "records",
)
_TRUNCATED = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d{1,9} chars\]\s*$")
_APPEARED_FIRST = "feed.footer"
_FOOTER = 300  # characters
_PROSE = 40  # characters from which an unknown text value is worth accounting for


def read_json(raw: RawFile) -> list[Reading]:
    """The readings of a JSON file: itself, or the members of the list that it is or holds."""
    decoded = _decoded(_utf8(raw))
    if isinstance(decoded, Rejection):
        return [decoded]
    decoded = _answer(decoded)
    members = _members(decoded)
    if members is None:
        return [_read(raw, decoded)]
    if not members:
        return [Rejection("no_record", "a list without records; nothing to read")]
    return [_read(raw, member, str(place), _bytes_of(member)) for place, member in enumerate(members, 1)]


def read_json_lines(raw: RawFile) -> list[Reading]:
    """The readings of a JSON Lines file, a record a line; blank lines count for the place but are no record."""
    found: list[Reading] = []
    for place, line in enumerate(_utf8(raw).split(b"\n"), 1):
        if not line.strip():
            continue
        decoded = _decoded(line, first_line=place)
        if isinstance(decoded, Rejection):
            found.append(dataclasses.replace(decoded, record=str(place), content=line))
        else:
            found.append(_read(raw, decoded, str(place), line))
    return found or [Rejection("no_record", "no line holds a record; nothing to read")]


def read_json_record(raw: RawFile) -> Reading:
    """The reading of one record of a container, whose place stands behind the last "#" of the key."""
    place = raw.key.rpartition("#")[2]
    decoded = _decoded(_utf8(raw), first_line=int(place) if place.isdecimal() else 1)
    return decoded if isinstance(decoded, Rejection) else _read(raw, decoded)


def _utf8(raw: RawFile) -> bytes:
    """The file's bytes where they are UTF-8, without a mark; else recoded."""
    content = raw.content.removeprefix(b"\xef\xbb\xbf")
    if b"\0" not in content[:64]:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return content
    text = decode(raw.content, raw.hints.charset)
    return content if isinstance(text, Rejection) else text.encode("utf-8", "replace")


def _decoded(content: bytes, first_line: int = 1) -> Json | Rejection:
    """The value of a JSON text, or a rejection ``unreadable_json`` that says where it breaks.

    What strict JSON refuses but extractors write (NaN, raw line ends and lone surrogates in strings) is read.
    """
    try:
        return msgspec.json.decode(content)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    except RecursionError:
        return _unreadable("it nests too deeply")
    try:
        return json.loads(content.decode("utf-8", "replace"), strict=False, parse_constant=lambda _: None)  # type: ignore[no-any-return]
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")  # "Unterminated string starting at"
        return _unreadable(f"{what} at line {first_line - 1 + error.lineno}, column {error.colno}")
    except RecursionError:
        return _unreadable("it nests too deeply")
    except ValueError:  # of what Python refuses to convert
        return _unreadable("it holds a number of thousands of digits")


def _unreadable(why: str) -> Rejection:
    return Rejection("unreadable_json", f"not the JSON it should be: {why}; mend the record or fetch it again")


def _members(value: Json) -> list[Json] | None:
    """The records of a container; None where the value is a record itself."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or pick(folded(value), "body") is not None:
        return None
    for name in _CONTAINERS:
        members = value.get(name)
        if isinstance(members, list) and (not members or any(isinstance(m, dict) for m in members)):
            return members
    return None


def _answer(value: Json) -> Json:
    """What an interface answered, without the envelope ``response`` and that of its single article."""
    if isinstance(value, dict) and isinstance(answer := value.get("response"), dict):
        content = answer.get("content")
        return content if isinstance(content, dict) else answer
    return value


def _bytes_of(member: Json) -> bytes:
    """A member's own bytes: its serialisation with sorted keys, the same however the container is laid out."""
    try:
        return msgspec.json.encode(member, order="sorted")
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(member, sort_keys=True).encode("ascii")


def _read(raw: RawFile, value: Json, record: str | None = None, content: bytes | None = None) -> Reading:
    if not isinstance(value, dict):
        what = "a record must be an object with named fields; nothing in it can be read"
        return Rejection("not_a_record", what, record, content)
    fields = folded(value)
    names = kept_names(value)
    paragraphs, headings, mark = _body(pick_body(fields))
    if not any(c.isalpha() for paragraph in paragraphs for c in paragraph):
        known = ", ".join(NAMES["body"][:6])
        what = f"the record has no text under {known} or the like; fetch the article's text, or name its field so"
        return Rejection("no_body", what, record, content, names)
    member = raw if record is None else RawFile(f"{raw.key}#{record}", raw.content, raw.hints, raw.feed, raw.form)
    draft = _draft(member, fields, paragraphs, mark)
    draft.headings = headings
    draft.record, draft.content, draft.field_names = record, content, names
    draft.names_site = True
    return draft.finish()


def _draft(raw: RawFile, fields: Record, paragraphs: Sequence[str], mark: str | None) -> Draft:
    """The record's fields, and its texts laid out one after the other as the source text."""
    draft = Draft(raw, "", "json")
    paragraphs, footer = _without_footer(paragraphs)
    authors = authors_of(pick(fields, "authors"))
    draft.title = line_of(pick(fields, "title"))
    draft.kicker = line_of(pick(fields, "kicker"))
    draft.summary = line_of(pick(fields, "summary"))
    draft.highlights = tuple(lines_of(pick(fields, "highlights"), ";"))
    draft.take_authors(authors, DECLARED)
    draft.section = line_of(pick(fields, "section"))
    for name in NAMES["categories"]:
        if name in fields:
            draft.take_categories(list(lines_of(fields[name], ";,")), DECLARED)
    if not draft.categories:
        draft.take_categories(list(lines_of(pick(fields, "keywords"), ";,")), DECLARED)
    texts: list[tuple[str, str]] = [
        ("title", draft.title or ""),
        ("kicker", draft.kicker or ""),
        ("summary", draft.summary or ""),
        *(("highlights", text) for text in draft.highlights),
        ("authors", "; ".join(author.name for author in authors)),
        *(("body", paragraph) for paragraph in paragraphs),
        ("footer", footer),
        ("mark", mark or ""),
        *(("unmapped", text) for text in _other_texts(fields, paragraphs)),
    ]
    _lay_out(draft, [(field, text) for field, text in texts if text])
    for field in ("title", "kicker", "summary", "highlights", "section"):
        if getattr(draft, field):
            draft.origins[field] = DECLARED
    if mark:
        draft.faults.append(FieldFault("body", mark.strip(), "json.truncated_by_source"))
    _dates(draft, fields)
    draft.urls = list(urls_of(fields))
    draft.stated_source = outlet_of(fields)
    draft.stated_language = language_of(fields)
    identifier = pick(fields, "id")
    if isinstance(identifier, str | int) and not isinstance(identifier, bool):
        # A lone surrogate is no text that could be written down; what stands for it keeps unlike ids apart.
        draft.record_id = tidy(str(identifier).encode("utf-8", "backslashreplace").decode())
    return draft


def _without_footer(paragraphs: Sequence[str]) -> tuple[Sequence[str], str]:
    """The paragraphs without the line by which a feed says where they appeared first, and that line."""
    last = paragraphs[-1] if len(paragraphs) > 1 else ""
    if 0 < len(last) <= _FOOTER and rulebook().is_cut_by(fold(last), _APPEARED_FIRST):
        return paragraphs[:-1], last
    return paragraphs, ""


def _lay_out(draft: Draft, texts: Sequence[tuple[str, str]]) -> None:
    draft.source_text = "\n\n".join(text for _, text in texts)
    position = 0
    body: list[Stretch] = []
    for field, text in texts:
        end = position + len(text)
        if field == "body":
            body += [Stretch(position, end, text)] if "\n" not in text else stretches(draft.source_text, position, end)
        elif field == "footer":
            draft.cut(position, end, Role.BOILERPLATE, _APPEARED_FIRST)
        elif field == "mark":
            draft.cut(position, end, Role.MARKUP, "json.truncation_mark")
        elif field == "unmapped":
            draft.cut(position, end, Role.METADATA, "json.unmapped_field")
        else:
            draft.keep(position, end, field)
        position = end + 2
    draft.body = body


def _body(value: Json) -> tuple[list[str], tuple[str, ...], str | None]:
    """Paragraphs and headings of a body, and the mark that says where its source cut it off."""
    if isinstance(value, dict):
        return _sections(value)
    if isinstance(value, list):
        value = "\n\n".join(lines_of(value, ""))
    if not isinstance(value, str):
        return [], (), None
    text = sound(value)
    mark = _TRUNCATED.search(text) if "chars]" in text else None
    text = text[: mark.start()] if mark else text
    paragraphs, headings = paragraphs_of(text.replace("\r\n", "\n").replace("\r", "\n"))
    return paragraphs, headings, mark[0] if mark else None


def _sections(body: Record) -> tuple[list[str], tuple[str, ...], str | None]:
    """fundus writes a body as its summary and sections, each with headline and paragraphs."""
    paragraphs = list(lines_of(body.get("summary"), ""))
    headings: list[str] = []
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else []:
        if isinstance(section, dict):
            headlines = list(lines_of(section.get("headline"), ""))
            headings += headlines
            paragraphs += [*headlines, *lines_of(section.get("paragraphs"), "")]
    return paragraphs, tuple(headings), None


def _other_texts(fields: Record, paragraphs: Sequence[str]) -> Iterator[str]:
    """Prose under names that are not known, and under further names of the body that say something else."""
    body: str | None = None
    said_already = pick_body(fields)
    for name, value in fields.items():
        if value is said_already:
            continue
        if not isinstance(value, str) or len(value) < _PROSE or " " not in value.strip() or "html" in name:
            continue
        if name in KNOWN and name not in NAMES["body"]:
            continue
        said = _body(value)[0]
        body = "".join("".join(paragraphs).split()) if body is None else body
        if "".join("".join(said).split()) not in body:
            yield "\n".join(said)


def _dates(draft: Draft, fields: Record) -> None:
    for field, column in (("published", "published_date"), ("modified", "modified_at"), ("observed", "observed_at")):
        said = stamp_of(pick(fields, field))
        if not said:
            continue
        found = read_date(said, DECLARED)
        if found is None:
            draft.faults.append(FieldFault(column, said[:200], "date.unreadable"))
        elif field == "published":
            draft.take_published(found, DECLARED)
        elif field == "modified":
            draft.modified, draft.origins["modified"] = found, DECLARED
        elif found.at is not None and draft.raw.hints.fetched_at is None:
            hints = dataclasses.replace(draft.raw.hints, fetched_at=found.at, fetched_origin=DECLARED)
            draft.raw = dataclasses.replace(draft.raw, hints=hints)
