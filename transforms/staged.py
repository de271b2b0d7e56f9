"""Readings as Arrow: the one shape in which they leave the extracting children and wait, staged, for their batch.

One row a record: an article, a rejection with its reason, a container that counts its members, or a file that could
not be read. Text offsets count characters; hashes are xxh3-128 as 32 hex digits, made here and not in the database
because duckdb does not promise that its hash stays the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from operator import itemgetter

import pyarrow as pa
import xxhash

from transforms.article import Article, Origin, Published, Reading, Rejection
from transforms.compiled import compiled_in
from transforms.select.characters import word_count

_STAMP = pa.timestamp("us", tz="UTC")

_COLUMNS: list[tuple[str, pa.DataType]] = [
    # the input
    ("input_key", pa.string()),  # the file's key; a container's member adds "#" and its place
    ("file_key", pa.string()),
    ("record", pa.string()),
    ("feed", pa.string()),
    ("size", pa.int64()),
    ("mtime_ns", pa.int64()),
    ("etag", pa.string()),  # version tag of an object store
    ("content_hash", pa.string()),
    ("format", pa.string()),
    ("field_names", pa.list_(pa.string())),  # of a JSON record's top level, as written; empty for every other shape
    ("raw", pa.binary()),  # the record's bytes, zstd; null where the settings keep none
    # the outcome; the reason is set for what is rejected or failed
    ("outcome", pa.string()),
    ("reason", pa.string()),
    ("detail", pa.string()),
    # of a container: its records that are no articles by their kind, counted by reason
    (
        "passed_over",
        pa.list_(pa.struct([("reason", pa.string()), ("records", pa.int64()), ("example", pa.string())])),
    ),
    # the article, null in every other row
    ("engine", pa.string()),
    ("identity_key", pa.string()),
    ("identity_kind", pa.string()),
    ("kind", pa.string()),
    ("title", pa.string()),
    ("kicker", pa.string()),
    ("summary", pa.string()),
    ("highlights", pa.list_(pa.string())),
    ("authors", pa.list_(pa.struct([("name", pa.string()), ("kind", pa.string()), ("role", pa.string())]))),
    ("published_date", pa.date32()),
    ("published_at", _STAMP),
    ("published_offset", pa.int32()),  # minutes east of UTC
    ("published_precision", pa.string()),
    ("published_origin", pa.string()),
    ("modified_at", _STAMP),
    ("observed_at", _STAMP),
    ("observed_origin", pa.string()),
    ("url", pa.string()),
    ("source", pa.string()),  # registrable domain
    ("source_name", pa.string()),
    ("section", pa.string()),
    ("categories", pa.list_(pa.string())),
    ("language", pa.string()),
    ("is_translated", pa.bool_()),
    ("is_paywalled", pa.bool_()),
    ("headings", pa.list_(pa.string())),
    ("items", pa.list_(pa.string())),
    ("body", pa.string()),
    ("word_count", pa.int32()),
    ("char_count", pa.int32()),
    ("removed_chars", pa.int32()),  # characters but white space that the removed spans hold
    ("body_hash", pa.string()),
    # Of every field of the article before its site's blocks were cut: equal hashes mean that the publisher changed
    # nothing, whatever was learned of the site between two readings.
    ("reading_hash", pa.string()),
    ("confidence", pa.float32()),
    ("block_set_version", pa.int32()),  # of the site's blocks that the body was stripped of; 0 where none were known
    ("origins", pa.map_(pa.string(), pa.string())),
    (
        "removed",
        pa.list_(
            pa.struct(
                [
                    ("start", pa.int32()),
                    ("end", pa.int32()),
                    ("role", pa.string()),
                    ("rule", pa.string()),
                    ("text", pa.string()),
                    ("text_hash", pa.string()),
                ]
            )
        ),
    ),
    (
        "faults",
        pa.list_(pa.struct([("field", pa.string()), ("raw_value", pa.string()), ("rule", pa.string())])),
    ),
]
SCHEMA = pa.schema(_COLUMNS)

# What a verdict says of a batch; ``row`` is the row number in the staged table.
_REJECTED: list[tuple[str, pa.DataType]] = [("row", pa.int64()), ("reason", pa.string()), ("detail", pa.string())]
_FAULTS: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),
    ("field", pa.string()),
    ("raw_value", pa.string()),
    ("rule_id", pa.string()),
]
_RESULTS: list[tuple[str, pa.DataType]] = [
    ("suite", pa.string()),
    ("rule_id", pa.string()),
    ("expectation", pa.string()),
    ("column_name", pa.string()),
    ("outcome", pa.string()),
    ("severity", pa.string()),
    ("success", pa.bool_()),
    ("evaluated", pa.int64()),
    ("unexpected", pa.int64()),
    ("observed", pa.string()),
]
REJECTED, FAULTS, RESULTS = pa.schema(_REJECTED), pa.schema(_FAULTS), pa.schema(_RESULTS)


class Outcome(StrEnum):
    """What became of a record before validation."""

    ARTICLE = "article"
    REJECTED = "rejected"  # its bytes hold no usable article
    CONTAINER = "container"  # a file of records: they have rows of their own
    FAILED = "failed"  # it could not be read at all; the next run tries again
    SAME = "same"  # it was touched, and its bytes are as known
    PACKED = "packed"  # a container that is to be unpacked: children say so of a file, and no such row is staged
    SETTLING = "settling"  # it changed while it was read; the next run reads it when it has settled


@dataclass(frozen=True, slots=True)
class InputFacts:
    """What picking up a file found out about it: the columns that every one of its records shares.

    ``size`` is bytes; ``content_hash`` is None where the bytes could not be read. ``record`` is the place in the file
    where it is a container and this its member, which may hold records again.
    """

    file_key: str
    feed: str | None
    size: int
    mtime_ns: int | None
    content_hash: str | None
    etag: str | None = None
    record: str | None = None

    @property
    def input_key(self) -> str:
        """The file's key, and the member's place behind it."""
        return self.file_key if self.record is None else f"{self.file_key}#{self.record}"


_ARTICLE = Outcome.ARTICLE.value


def in_one_piece(staged: pa.Table) -> pa.Table:
    """The rows with each column in one piece, but for the bytes of the inputs: they are the most of a batch, nobody
    looks into them before a few are kept, and they may stay in the files that they wait in."""
    raw = staged.column_names.index("raw")
    others = staged.drop_columns("raw").combine_chunks()
    return others.add_column(raw, staged.schema.field("raw"), staged["raw"])


def digest(data: bytes | str) -> str:
    """xxh3-128 of the bytes (a text's UTF-8), as 32 hex digits."""
    return xxhash.xxh3_128_hexdigest(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


def rows(inputs: InputFacts, content: bytes, readings: list[Reading], *, keep_raw: bool) -> list[dict[str, object]]:
    """One file's readings as rows of :data:`SCHEMA`, the container's own row last where the file is one.

    Last, because a container that is known is not read again: were its row committed before its last member, a killed
    run would lose the rest.
    """
    found = [_row(inputs, content, reading, keep_raw) for reading in readings]
    if any(reading.record is not None for reading in readings):
        found.append(_bare_row(inputs) | {"outcome": Outcome.CONTAINER.value})
    return found


def container_row(
    inputs: InputFacts,
    form: str,
    fault: tuple[str, str] | None,
    passed_over: Sequence[tuple[str, int, str]] = (),
) -> dict[str, object]:
    """The row of a container whose members have rows of their own; it comes behind theirs.

    ``fault`` is (reason, detail) where not all of it could be read, ``passed_over`` what of it is no article: reason,
    number of records, the first one's place.
    """
    return _bare_row(inputs) | {
        "format": form,
        "outcome": Outcome.CONTAINER.value,
        "reason": fault[0] if fault else None,
        "detail": fault[1] if fault else None,
        "passed_over": [{"reason": r, "records": count, "example": example} for r, count, example in passed_over],
    }


def packed_row(inputs: InputFacts) -> dict[str, object]:
    """The row of a file that must be unpacked first."""
    return _bare_row(inputs) | {"outcome": Outcome.PACKED.value}


def failed_row(inputs: InputFacts, reason: str, detail: str) -> dict[str, object]:
    """The row of a file that could not be read."""
    return _bare_row(inputs) | {"outcome": Outcome.FAILED.value, "reason": reason, "detail": detail}


def settling_row(inputs: InputFacts, reason: str, detail: str) -> dict[str, object]:
    """The row of a file that is still being written: it is no input yet."""
    return _bare_row(inputs) | {"outcome": Outcome.SETTLING.value, "reason": reason, "detail": detail}


def same_row(inputs: InputFacts) -> dict[str, object]:
    """The row of a file whose bytes are those that the lake knows already."""
    return _bare_row(inputs) | {"outcome": Outcome.SAME.value}


def to_table(found: list[dict[str, object]]) -> pa.Table:
    """Rows as an Arrow table of :data:`SCHEMA`; a column that a row lacks is null."""
    return pa.Table.from_pylist(found, schema=SCHEMA)


def _bare_row(inputs: InputFacts) -> dict[str, object]:
    return {
        "input_key": inputs.input_key,
        "file_key": inputs.file_key,
        "record": inputs.record,
        "feed": inputs.feed,
        "size": inputs.size,
        "mtime_ns": inputs.mtime_ns,
        "etag": inputs.etag,
        "content_hash": inputs.content_hash,
    }


def _row(inputs: InputFacts, file_content: bytes, reading: Reading, keep_raw: bool) -> dict[str, object]:
    content = file_content if reading.content is None else reading.content
    row = _bare_row(inputs) | {
        "input_key": inputs.input_key if reading.record is None else f"{inputs.input_key}#{reading.record}",
        "record": _place(inputs.record, reading.record),
        "size": inputs.size if reading.content is None else len(content),
        "content_hash": inputs.content_hash if reading.content is None else digest(content),
        "raw": pa.compress(content, codec="zstd", asbytes=True) if keep_raw else None,
        "field_names": list(reading.field_names),
    }
    if isinstance(reading, Rejection):
        return row | {"outcome": Outcome.REJECTED.value, "reason": reading.reason, "detail": reading.detail}
    if reading.observed_at is None and inputs.mtime_ns is not None:
        row["observed_at"] = datetime.fromtimestamp(inputs.mtime_ns // 1000 / 1e6, UTC)
        row["observed_origin"] = Origin.FILE.value
    else:
        row["observed_at"] = reading.observed_at
        row["observed_origin"] = reading.observed_origin.value if reading.observed_origin else None
    return row | {"outcome": _ARTICLE} | _article_columns(reading)


def _place(outer: str | None, inner: str | None) -> str | None:
    return "#".join(part for part in (outer, inner) if part is not None) or None


def _article_columns(article: Article) -> dict[str, object]:
    fields = _fields(article)
    read = article.as_read or article
    return fields | {
        "format": article.format,
        "engine": article.engine,
        "word_count": word_count(article.body),
        "char_count": len(article.body),
        "removed_chars": sum(len("".join(article.source_text[r.start : r.end].split())) for r in article.removed),
        "body_hash": digest(article.body),
        "reading_hash": digest(_as_written(fields if read is article else _fields(read), read.body)),
        "block_set_version": article.block_set_version,
        "confidence": article.confidence,
        "origins": [(name, origin._value_) for name, origin in article.origins],
        "removed": [
            {
                "start": r.start,
                "end": r.end,
                "role": r.role._value_,
                "rule": r.rule,
                "text": (text := article.source_text[r.start : r.end]),
                "text_hash": digest(text),
            }
            for r in article.removed
        ],
        "faults": [{"field": f.field, "raw_value": f.raw_value, "rule": f.rule} for f in article.faults],
    }


def _fields(article: Article) -> dict[str, object]:
    published = article.published
    return {
        "identity_key": article.identity_key,
        "identity_kind": article.identity_kind,
        "kind": article.kind._value_,
        "title": article.title,
        "kicker": article.kicker,
        "summary": article.summary,
        "highlights": list(article.highlights),
        "authors": [{"name": a.name, "kind": a.kind, "role": a.role} for a in article.authors],
        "published_date": published.day if published else None,
        "published_at": _utc(published),
        "published_offset": published.offset_minutes if published else None,
        "published_precision": published.precision._value_ if published else None,
        "published_origin": published.origin._value_ if published else None,
        "modified_at": _utc(article.modified),
        "url": article.url,
        "source": article.source,
        "source_name": article.source_name,
        "section": article.section,
        "categories": list(article.categories),
        "language": article.language,
        "is_translated": article.is_translated,
        "is_paywalled": article.is_paywalled,
        "headings": list(article.headings),
        "items": list(article.items),
        "body": article.body,
    }


@functools.cache
def _template(names: tuple[str, ...]) -> tuple[str, Callable[[dict[str, object]], tuple[object, ...]]]:
    """How fields of these names are written, and what takes their values in that order."""
    in_order = sorted(names)
    written = (f"({name!r}, {'%s' if name == 'body' else '%r'})" for name in in_order)
    return f"[{', '.join(written)}]", itemgetter(*in_order)


def _as_written(fields: dict[str, object], body: str) -> str:
    """``repr(sorted(fields.items()))``, of which hashes lie in lakes, in half of the time."""
    template, values = _template(tuple(fields))
    return template % values(fields | {"body": quoted(body)})


@compiled_in("lines")
def quoted(text: str) -> str:
    """A text as Python writes it in source code."""
    return repr(text)


def _utc(stamp: Published | None) -> datetime | None:
    return stamp.at.astimezone(UTC) if stamp is not None and stamp.at is not None else None
