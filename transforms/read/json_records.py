"""JSON and JSON Lines of article records: those of the usual extractors, crawlers and news interfaces, by field name.

In goes a picked-up file; out comes a reading a record. The field names of trafilatura ``--json``, news-please, fundus,
newspaper4k, NewsAPI and JSON Feed are known, with what else such fields are commonly called; case, hyphens and
underscores do not matter. A record's source text is its text values in a fixed order, so that all of it is accounted
for. A broken record costs itself only.
"""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from transforms.article import Author, FieldFault, Origin, RawFile, Reading, Rejection, Role
from transforms.dates import read_date
from transforms.describe import clean_title, registrable_domain, split_authors, squeeze
from transforms.identity import identify
from transforms.read.decode import decode
from transforms.read.draft import Draft
from transforms.strip.lines import split_lines

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"
Record: TypeAlias = dict[str, Json]

# Names of each field, best first, in lower case without "-", "_" and blanks.
_NAMES = {
    "title": ("title", "headline", "name", "heading"),
    "kicker": ("kicker", "overline"),
    "body": (
        "text", "maintext", "body", "content", "plaintext", "articlebody", "fulltext", "articletext", "bodytext",
        "contenttext", "rawtext", "contenthtml", "bodyhtml", "articlehtml",
    ),
    "authors": ("authors", "author", "byline", "creator", "writers"),
    "published": (
        "datepublished", "datepublish", "publishedat", "publishdate", "publishingdate", "publicationdate", "pubdate",
        "publisheddate", "publishedtime", "publishtime", "published", "firstpublished", "date",
    ),
    "modified": (
        "datemodified", "datemodify", "modifieddate", "modifiedat", "modified", "updatedat", "updated", "lastmodified",
    ),
    "observed": ("datedownload", "fetchedat", "crawledat", "crawldate", "downloaddate", "retrievedat", "scrapedat"),
    "url": ("canonicalurl", "canonicallink", "url", "link", "permalink", "source", "sourceurl"),
    "source": (
        "source", "sourcedomain", "hostname", "domain", "sitename", "sourcehostname", "publisher", "site", "sourcename",
        "provider",
    ),
    "summary": ("summary", "description", "excerpt", "lead", "abstract", "standfirst", "dek", "metadescription"),
    "highlights": ("highlights", "keypoints"),
    "categories": ("tags", "topics", "categories", "category", "metakeywords"),
    "keywords": ("keywords",),  # newspaper4k computes them: only where nobody chose any
    "section": ("section", "articlesection", "newsdesk"),
    "language": ("language", "lang", "metalang", "inlanguage"),
    "id": ("id", "guid", "articleid", "uuid"),
}  # fmt: skip
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
_KNOWN = frozenset(name for names in _NAMES.values() for name in names)

_MARKUP = re.compile(
    r"</(?:p|div|h[1-6]|li|ul|ol|a|em|strong|b|i|span|blockquote|figure)>|<(?:br|p)\s?/?>", re.IGNORECASE
)
_TRUNCATED = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d{1,9} chars\]\s*$")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_PROSE = 40  # characters from which an unknown text value is worth accounting for
_UNPAIRED = re.compile("[\ud800-\udfff]")
_MOST_NAMES, _LONGEST_NAME = 200, 100  # of one record's fields, as they are kept: names of a map are data, not fields


def read_json(raw: RawFile) -> list[Reading]:
    """The readings of a JSON file: itself, or the members of the list that it is or holds."""
    decoded = _decoded(_utf8(raw))
    if isinstance(decoded, Rejection):
        return [decoded]
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
        return _unreadable(f"{error.msg} at line {first_line - 1 + error.lineno}, column {error.colno}")
    except (RecursionError, ValueError) as error:
        return _unreadable(f"{error}"[:200] if isinstance(error, ValueError) else "it nests too deeply")


def _unreadable(why: str) -> Rejection:
    return Rejection("unreadable_json", f"not the JSON it should be: {why}; mend the record or fetch it again")


def _members(value: Json) -> list[Json] | None:
    """The records of a container; None where the value is a record itself."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or _pick(_folded(value), "body") is not None:
        return None
    for name in _CONTAINERS:
        members = value.get(name)
        if isinstance(members, list) and (not members or any(isinstance(m, dict) for m in members)):
            return members
    return None


def _bytes_of(member: Json) -> bytes:
    """A member's own bytes: its serialisation with sorted keys, the same however the container is laid out."""
    try:
        return msgspec.json.encode(member, order="sorted")
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(member, sort_keys=True).encode("ascii")


def _folded(record: Record) -> Record:
    """The record under plain names: lower case, without hyphens, underscores and blanks; the first of equals counts."""
    found: Record = {}
    for name, value in record.items():
        found.setdefault(re.sub(r"[\s_-]+", "", name).lower(), value)
    return found


def _pick(record: Record, field: str) -> Json:
    """The first value of a field that says something."""
    for name in _NAMES[field]:
        value = record.get(name)
        if value not in (None, "", [], {}) and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def _read(raw: RawFile, value: Json, record: str | None = None, content: bytes | None = None) -> Reading:
    if not isinstance(value, dict):
        what = "a record must be an object with named fields; nothing in it can be read"
        return Rejection("not_a_record", what, record, content)
    fields = _folded(value)
    names = tuple(_UNPAIRED.sub("\ufffd", name)[:_LONGEST_NAME] for name in list(value)[:_MOST_NAMES])
    paragraphs, headings, mark = _body(_pick(fields, "body"))
    if not any(c.isalpha() for paragraph in paragraphs for c in paragraph):
        known = ", ".join(_NAMES["body"][:6])
        what = f"the record has no text under {known} or the like; fetch the article's text, or name its field so"
        return Rejection("no_body", what, record, content, names)
    member = raw if record is None else dataclasses.replace(raw, key=f"{raw.key}#{record}")
    draft = _draft(member, fields, paragraphs, mark)
    draft.headings = headings
    article = draft.finish()
    if article.record_id is not None and raw.feed is None and article.source is not None:
        # Without a feed an id is unique within its source at best.
        key, _ = identify(key=raw.key, feed=article.source, record=None, record_id=article.record_id, url=None)
        article = dataclasses.replace(article, identity_key=key)
    of_site = [n for n in (article.source_name, article.source) if n]
    return dataclasses.replace(
        article,
        engine="json",
        title=clean_title(article.title, of_site) if article.title else None,
        record=record,
        content=content,
        field_names=names,
    )


def _draft(raw: RawFile, fields: Record, paragraphs: Sequence[str], mark: str | None) -> Draft:
    """The record's fields, and its texts laid out one after the other as the source text."""
    draft = Draft(raw, "", "json")
    authors = _authors(_pick(fields, "authors"))
    draft.title = _line(_pick(fields, "title"))
    draft.kicker = _line(_pick(fields, "kicker"))
    draft.summary = _line(_pick(fields, "summary"))
    draft.highlights = tuple(_lines(_pick(fields, "highlights"), ";"))
    draft.take_authors(authors, Origin.DECLARED)
    draft.section = _line(_pick(fields, "section"))
    for name in _NAMES["categories"]:
        draft.take_categories(list(_lines(fields.get(name), ";,")), Origin.DECLARED)
    if not draft.categories:
        draft.take_categories(list(_lines(_pick(fields, "keywords"), ";,")), Origin.DECLARED)
    texts: list[tuple[str, str]] = [
        ("title", draft.title or ""),
        ("kicker", draft.kicker or ""),
        ("summary", draft.summary or ""),
        *(("highlights", text) for text in draft.highlights),
        ("authors", "; ".join(author.name for author in authors)),
        *(("body", paragraph) for paragraph in paragraphs),
        ("mark", mark or ""),
        *(("unmapped", text) for text in _other_texts(fields, paragraphs)),
    ]
    _lay_out(draft, [(field, text) for field, text in texts if text])
    for field in ("title", "kicker", "summary", "highlights", "section"):
        if getattr(draft, field):
            draft.origins[field] = Origin.DECLARED
    if mark:
        draft.faults.append(FieldFault("body", mark.strip(), "json.truncated_by_source"))
    _dates(draft, fields)
    draft.urls = list(_urls(fields))
    draft.stated_source = _source(fields)
    draft.stated_language = _language(fields)
    identifier = _pick(fields, "id")
    if isinstance(identifier, str | int) and not isinstance(identifier, bool):
        # A lone surrogate is no text that could be written down; what stands for it keeps unlike ids apart.
        draft.record_id = squeeze(str(identifier).encode("utf-8", "backslashreplace").decode())
    return draft


def _lay_out(draft: Draft, texts: Sequence[tuple[str, str]]) -> None:
    draft.source_text = "\n\n".join(text for _, text in texts)
    position = 0
    for field, text in texts:
        end = position + len(text)
        if field == "body":
            draft.body += split_lines(draft.source_text, position, end)
        elif field == "mark":
            draft.cut(position, end, Role.MARKUP, "json.truncation_mark")
        elif field == "unmapped":
            draft.cut(position, end, Role.METADATA, "json.unmapped_field")
        else:
            draft.keep(position, end, field)
        position = end + 2


def _body(value: Json) -> tuple[list[str], tuple[str, ...], str | None]:
    """Paragraphs and headings of a body, and the mark that says where its source cut it off."""
    if isinstance(value, dict):
        return _sections(value)
    if isinstance(value, list):
        value = "\n\n".join(_lines(value, ""))
    if not isinstance(value, str):
        return [], (), None
    text = _sound(value)
    mark = _TRUNCATED.search(text) if "chars]" in text else None
    text = text[: mark.start()] if mark else text
    headings: tuple[str, ...] = ()
    if _MARKUP.search(text):
        text, headings = _from_markup(text)
    elif "&" in text:
        text = html.unescape(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = _BLANK_LINE.split(text) if _BLANK_LINE.search(text) else text.split("\n")
    return [part.strip() for part in parts if part.strip()], headings, mark[0] if mark else None


def _sections(body: Record) -> tuple[list[str], tuple[str, ...], str | None]:
    """fundus writes a body as its summary and sections, each with headline and paragraphs."""
    paragraphs = list(_lines(body.get("summary"), ""))
    headings: list[str] = []
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else []:
        if isinstance(section, dict):
            headlines = list(_lines(section.get("headline"), ""))
            headings += headlines
            paragraphs += [*headlines, *_lines(section.get("paragraphs"), "")]
    return paragraphs, tuple(headings), None


def _from_markup(fragment: str) -> tuple[str, tuple[str, ...]]:
    """The text of an HTML fragment, a paragraph a block, and its headings."""
    from selectolax.lexbor import LexborHTMLParser

    from transforms.select.page_blocks import page_blocks

    tree = LexborHTMLParser(fragment)
    headings = tuple(squeeze(h.text()) for h in tree.css("h2, h3, h4, h5, h6"))
    lines = page_blocks(tree).texts
    return "\n\n".join(lines), tuple(h for h in headings if h in lines)


def _other_texts(fields: Record, paragraphs: Sequence[str]) -> Iterator[str]:
    """Prose under names that are not known, and under further names of the body that say something else."""
    body = "".join("".join(paragraphs).split())
    said_already = _pick(fields, "body")
    for name, value in fields.items():
        if value is said_already:
            continue
        if not isinstance(value, str) or len(value) < _PROSE or " " not in value.strip() or "html" in name:
            continue
        if name in _KNOWN and name not in _NAMES["body"]:
            continue
        said = _body(value)[0]
        if "".join("".join(said).split()) not in body:
            yield "\n".join(said)


def _sound(text: str) -> str:
    """The text without characters that no UTF-8 file can hold."""
    return _UNPAIRED.sub("\ufffd", text).replace("\0", "")


def _line(value: Json) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("text")
    if not isinstance(value, str):
        return None
    text = _sound(value)
    if _MARKUP.search(text):
        text = _from_markup(text)[0]
    return squeeze(html.unescape(text)) or None


def _lines(value: Json, separators: str) -> Iterator[str]:
    """The texts of a list, or of one text with separators."""
    if isinstance(value, str):
        value = [*re.split(f"[{re.escape(separators)}]", value)] if separators else [value]
    for part in value if isinstance(value, list) else []:
        if (text := _line(part)) is not None:
            yield text


def _authors(value: Json) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    for part in value if isinstance(value, list) else [value]:
        for author in split_authors(_line(part) or ""):
            found.setdefault(author.name.casefold(), author)
    return tuple(found.values())


def _dates(draft: Draft, fields: Record) -> None:
    for field, column in (("published", "published_date"), ("modified", "modified_at"), ("observed", "observed_at")):
        said = _stamp(_pick(fields, field))
        if not said:
            continue
        found = read_date(said, Origin.DECLARED)
        if found is None:
            draft.faults.append(FieldFault(column, said[:200], "date.unreadable"))
        elif field == "published":
            draft.take_published(found, Origin.DECLARED)
        elif field == "modified":
            draft.modified, draft.origins["modified"] = found, Origin.DECLARED
        elif found.at is not None and draft.raw.hints.fetched_at is None:
            hints = dataclasses.replace(draft.raw.hints, fetched_at=found.at, fetched_origin=Origin.DECLARED)
            draft.raw = dataclasses.replace(draft.raw, hints=hints)


def _stamp(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("$date") or value.get("iso") or value.get("date")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _sound(value) if isinstance(value, str) else f"{value:.0f}"


def _urls(fields: Record) -> Iterator[str]:
    """What may be the record's address; ``source`` is one for trafilatura and a name for others."""
    for name in _NAMES["url"]:
        value = fields.get(name)
        if isinstance(value, str) and value.strip() and (name != "source" or value.startswith("http")):
            yield _sound(value).strip()


def _source(fields: Record) -> str | None:
    """The outlet's name where the record has one, else a domain."""
    stated = []
    for name in _NAMES["source"]:
        text = _line(fields.get(name))
        if text and not text.startswith(("http://", "https://")):
            stated.append(text)
    return next((text for text in stated if registrable_domain(text) is None), stated[0] if stated else None)


def _language(fields: Record) -> str | None:
    code = (_line(_pick(fields, "language")) or "").replace("_", "-").split("-")[0].lower()
    return code if code.isalpha() and len(code) in (2, 3) else None
