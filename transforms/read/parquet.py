"""Parquet tables of articles: a row is a record, read by the names of its columns or by a mapping.

An open file goes in, members come out (:mod:`transforms.read.members`), a row each, whose place is its number from 1.
A row becomes a JSON object (times in ISO 8601, sorted names), which is read as records of JSON are; where a column is
mapped as ``html`` its value is the page, and the other mapped columns are what is known of it from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from transforms.article import Hint, Hints, Origin
from transforms.dates import read_date
from transforms.read.members import RECORD, Broken, Budget, Member, too_large

if TYPE_CHECKING:
    import pyarrow as pa

# The fields that a column can be mapped to, and the name under which a record of JSON has each.
FIELDS = {
    "id": "id",
    "title": "title",
    "kicker": "kicker",
    "body": "text",
    "html": "html",
    "authors": "authors",
    "published": "date_published",
    "modified": "date_modified",
    "observed": "fetched_at",
    "url": "canonical_url",
    "source": "source",
    "summary": "summary",
    "section": "section",
    "categories": "tags",
    "language": "language",
}
_ROWS = 64  # read at once
_REMEDY = "; what came before was read. Write it again"


def row_members(stream: BinaryIO, budget: Budget, columns: Sequence[tuple[str, str]]) -> Iterator[Member]:
    """The rows of a Parquet file by their number from 1.

    ``columns`` are (field, column) pairs of :data:`FIELDS`. Raises :class:`Broken`, where such a column is missing too.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(stream, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        what = f"no Parquet file that can be opened ({_short(error)}); write it again"
        raise Broken("torn_container", what) from error
    missing = sorted({column for _, column in columns} - set(table.schema_arrow.names))
    if missing:
        has = ", ".join(table.schema_arrow.names[:20])
        raise Broken("no_such_column", f"it has no column {', '.join(missing)} (it has {has}); mend [[feeds]] columns")
    number = 0
    for group in range(table.num_row_groups):
        try:
            for batch in table.iter_batches(_ROWS, row_groups=[group], use_threads=False):
                for row in _in_microseconds(batch).to_pylist():
                    number += 1
                    budget.count()
                    yield _member(str(number), row, budget, columns)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            what = f"the Parquet file is damaged behind row {number} ({_short(error)}){_REMEDY}"
            raise Broken("damaged_container", what) from error


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with times as Python has them: a nanosecond has no value there, and Arrow gives up the row for it."""
    import pyarrow as pa

    kinds = [_without_nanoseconds(field.type) for field in batch.schema]
    if kinds == batch.schema.types:
        return batch
    columns = [batch.column(n).cast(kind, safe=False) for n, kind in enumerate(kinds)]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _without_nanoseconds(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_list(kind):
        return pa.list_(_without_nanoseconds(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _without_nanoseconds(field.type)) for field in kind])
    return kind


def _member(place: str, row: Mapping[str, Any], budget: Budget, columns: Sequence[tuple[str, str]]) -> Member:
    mapped = {column: field for field, column in columns}
    html = next((column for field, column in columns if field == "html"), None)
    page = row.get(html) if html is not None else None
    if page:
        content = page if isinstance(page, bytes) else str(page).encode("utf-8", "replace")
        hints = _hints({field: row.get(column) for field, column in columns})
        form = None
    else:
        taken = {FIELDS[field] for field in mapped.values()}
        record = {
            FIELDS[mapped[name]] if name in mapped else name: value
            for name, value in row.items()
            if name in mapped or name not in taken
        }
        content = msgspec.json.encode({name: _plain(value) for name, value in record.items()}, order="sorted")
        hints, form = Hints(), RECORD
    budget.take(len(content))
    if len(content) > budget.bounds.member:
        return Member(place, b"", refused=too_large(budget.bounds.member), proof=content[: budget.bounds.member + 1])
    return Member(place, content, form=form, hints=hints)


def _hints(said: Mapping[str, Any]) -> Hints:
    """What the columns beside a page say of it."""
    seen = said.get("observed")
    stamp = read_date(_text(seen), Origin.TABLE) if seen is not None else None
    fetched = stamp.at.astimezone(UTC) if stamp is not None and stamp.at is not None else None
    return Hints(
        url=_hint(said.get("url")),
        source=_hint(said.get("source")),
        language=_hint(said.get("language")),
        published=_hint(said.get("published")),
        fetched_at=fetched,
        fetched_origin=Origin.TABLE if fetched else None,
    )


def _hint(value: object) -> Hint | None:
    text = _text(value).strip() if value is not None else ""
    return Hint(text, Origin.TABLE) if text else None


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _plain(value: object) -> object:
    """A value as JSON has it."""
    match value:
        case bytes():
            return value.decode("utf-8", "replace")
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta() | Decimal():
            return str(value)
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case list():
            return [_plain(part) for part in value]
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
    return value


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
