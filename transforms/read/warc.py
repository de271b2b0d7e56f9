"""WARC files: the pages that a crawl fetched, with the time and address that its records state.

An open stream goes in, members come out (:mod:`transforms.read.members`), one for each response (or resource) that is
an HTML page with status 200; every other record is passed over and counted by what it is. ``WARC-Target-URI`` is the
page's address and ``WARC-Date`` the moment of the fetch (origin ``warc``); the charset of the HTTP headers is the
page's; ``WARC-Truncated`` is a fault on record of the article that was read from what is there.

A member's place is the byte offset of its record in the file, where it can be read alone; where the records were
compressed together it is ``record-N``, counted from 1.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, BinaryIO

from transforms.article import FieldFault, Hint, Hints, Origin
from transforms.dates import read_date
from transforms.hints import content_charset
from transforms.read.compressed import codec_of, decompressed
from transforms.read.members import Broken, Budget, Member, PassedOver, too_large

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n")
_WITHIN = 2048  # bytes of a payload whose headers name no type, and of a record, in which its beginning is looked for
_SLACK = 64 * 1024  # bytes of headers in front of a payload
_REMEDY = "; what came before was read. Fetch it again"
_HEADERS = 256 * 1024
_READ = 1024 * 1024


Peek = Callable[[int, int], bytes]  # so many bytes of a file from an offset on, whatever is being read of it


def warc_members(
    stream: BinaryIO, budget: Budget, *, codec: str | None, peek: Peek | None
) -> Iterator[Member | PassedOver]:
    """The pages of a WARC file, which ``stream`` can seek in.

    ``codec`` is how the file is compressed, None where it is not. Raises :class:`Broken`.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    stream.seek(0)
    inner = codec in (None, "gzip", "zstd")  # fastwarc undoes these itself and knows where each record begins
    places = _Offsets(peek if inner else None, codec)
    where = "its beginning"
    number = last = 0
    try:
        records = ArchiveIterator(
            _Source(stream if inner or codec is None else decompressed(stream, codec)),
            record_types=WarcRecordType.any_type,
            parse_http=False,
            max_header_len=_HEADERS,
        )
        for record in records:
            number += 1
            budget.count()
            place = places.place(record.stream_pos, number, record.headers.get("WARC-Record-ID") or "")
            where = f"the record at {place}"
            if place.isdecimal():
                last = int(place)
            yield _read(record, place, budget)
        _check_end(stream, codec, last, budget, where)
    except (Broken, MemoryError):
        raise
    except BaseException as error:
        if not isinstance(error, OSError | ValueError | RuntimeError) and type(error).__name__ != "PanicException":
            raise  # a panic of fastwarc's is no Exception
        what = f"the WARC file is damaged behind {where} ({error}){_REMEDY}"
        raise Broken("damaged_container", what) from error


def _check_end(stream: BinaryIO, codec: str | None, last: int, budget: Budget, where: str) -> None:
    """Whether the file ends as a record does: fastwarc takes a torn end for the end.

    ``last`` is the offset of the last record that could be told.
    """
    torn = f"the WARC file breaks off behind {where}{_REMEDY}"
    if codec is None:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(size - 4, 0))
        if size and not stream.read(4).endswith((b"\r\n\r\n", b"\n\n")):
            raise Broken("torn_container", torn)
    elif codec == "gzip":
        stream.seek(last)
        rest = decompressed(stream, codec, Budget(budget.bounds, budget.packed, budget.beat))
        try:
            while rest.read(_READ):
                pass
        except Broken as error:
            raise Broken(error.reason, torn) from error


def _read(record: WarcRecord, place: str, budget: Budget) -> Member | PassedOver:
    headers = record.headers
    if not (headers.get("Content-Length") or "").strip().isdecimal():
        raise Broken("torn_container", f"the WARC file breaks off in the record at {place}{_REMEDY}")
    kind = (headers.get("WARC-Type") or "unknown").strip().lower()
    if kind not in ("response", "resource"):
        _skip(record, place, budget, record.content_length)
        return PassedOver(f"warc_{re.sub(r'[^a-z]', '_', kind)[:24]}", place)
    uri = (headers.get("WARC-Target-URI") or "").strip().strip("<>")
    if uri and not uri.lower().startswith(("http:", "https:")):
        _skip(record, place, budget, record.content_length)
        return PassedOver("not_http", place)
    said = record.content_length
    most = budget.bounds.member + _SLACK
    block = record.reader.read(min(said, most))
    budget.take(len(block))
    if len(block) < min(said, most):
        raise Broken("torn_container", f"the WARC file breaks off in the record at {place}{_REMEDY}")
    if said > most:
        _skip(record, place, budget, said - len(block))
        return Member(place, b"", refused=too_large(budget.bounds.member), proof=block)
    head, payload = (block, b"") if kind == "response" else (b"", block)
    if kind == "response":
        head, payload = _split(block)
    status, http = _http(head)
    if status is not None and status != 200:
        return PassedOver(f"http_status_{status // 100}xx" if 100 <= status < 600 else "http_status_other", place)
    if kind == "response" and status is None:
        return PassedOver("not_http", place)
    content_type = http.get("content-type") or (headers.get("Content-Type") or "" if kind == "resource" else "")
    payload = _decoded(payload, http, budget)
    if _HTML.match(content_type) is None and (content_type or not _LOOKS_LIKE_HTML.match(payload[:_WITHIN])):
        return PassedOver("not_html", place)
    return Member(place, payload, hints=_hints(record, uri, content_type), faults=_faults(record))


def _hints(record: WarcRecord, uri: str, content_type: str) -> Hints:
    stamp = read_date(record.headers.get("WARC-Date") or "", Origin.WARC)
    fetched = stamp.at.astimezone(UTC) if stamp is not None and stamp.at is not None else None
    return Hints(
        url=Hint(uri, Origin.WARC) if uri else None,
        fetched_at=fetched,
        fetched_origin=Origin.WARC if fetched else None,
        charset=content_charset(content_type),
    )


def _faults(record: WarcRecord) -> tuple[FieldFault, ...]:
    """That the crawler kept only a part of the page, and why."""
    why = (record.headers.get("WARC-Truncated") or "").strip()
    return (FieldFault("body", why[:80], "warc.truncated"),) if why else ()


def _split(block: bytes) -> tuple[bytes, bytes]:
    """HTTP head and payload of a response's block."""
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark, 0, _SLACK)) >= 0]
    if not ends:
        return block, b""
    at, length = min(ends)
    return block[:at], block[at + length :]


def _http(head: bytes) -> tuple[int | None, dict[str, str]]:
    """Status and headers, by name in lower case, of an HTTP head; the last of equal names counts."""
    lines = head.decode("latin-1").splitlines()
    found = re.match(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b", lines[0]) if lines else None
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return int(found[1]) if found else None, headers


def _decoded(payload: bytes, http: dict[str, str], budget: Budget) -> bytes:
    """The payload without the codings of its transport, where it has them: crawlers undo some and keep the headers."""
    if "chunked" in http.get("transfer-encoding", "").lower():
        payload = _dechunked(payload)
    coding = http.get("content-encoding", "").lower()
    codec = codec_of(payload)
    if codec is not None and coding:
        try:
            return _bounded(decompressed(io.BytesIO(payload), codec, budget), budget)
        except Broken as error:
            if error.reason == "unpacks_too_large":
                raise
            return payload
    if coding == "br" and not _LOOKS_LIKE_HTML.match(payload[:_WITHIN]):
        from fastwarc.stream_io import BrotliReader

        try:
            found = _bounded(BrotliReader(io.BytesIO(payload)), budget)
        except (OSError, ValueError):
            return payload
        budget.take(len(found))
        return found
    return payload


def _bounded(stream: object, budget: Budget) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= budget.bounds.member and (piece := stream.read(_READ)):  # type: ignore[attr-defined]
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _dechunked(payload: bytes) -> bytes:
    """The chunks of a chunked payload put together; the payload itself where it is in none."""
    pieces: list[bytes] = []
    at = 0
    while found := _CHUNK.match(payload, at):
        size = int(found[1], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(payload[found.end() : found.end() + size])
        at = found.end() + size
        at += 2 if payload[at : at + 2] == b"\r\n" else 1 if payload[at : at + 1] == b"\n" else 0
    return b"".join(pieces) if pieces and at >= len(payload) else payload


def _skip(record: WarcRecord, place: str, budget: Budget, size: int) -> None:
    """Pass the ``size`` bytes that are left of a record, so that what it unpacks is counted."""
    while data := record.reader.read(_READ):
        budget.take(len(data))
        size -= len(data)
    if size > 0:
        raise Broken("torn_container", f"the WARC file breaks off in the record at {place}{_REMEDY}")


class _Source:
    """A stream as fastwarc wants it: it asks where it is, and a stream that can't seek could not say so."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, _offset: int, _whence: int = 0) -> int:
        """It goes forward only."""
        raise io.UnsupportedOperation("seek")

    def close(self) -> None:
        """The stream is its opener's to close."""


class _Offsets:
    """Places by offset where the record itself begins there and can be read from there, else by number."""

    def __init__(self, peek: Peek | None, codec: str | None) -> None:
        # A zstd frame may lean on a dictionary at the beginning of the file.
        self._peek = peek if codec in (None, "gzip") else None
        self._is_gzip = codec == "gzip"

    def place(self, offset: int, number: int, record_id: str | None) -> str:
        return str(offset) if record_id and self._begins(offset, record_id) else f"record-{number}"

    def _begins(self, offset: int, record_id: str) -> bool:
        if self._peek is None:
            return False
        head = self._peek(offset, _WITHIN)
        if self._is_gzip:
            try:
                head = zlib.decompressobj(31).decompress(head, _WITHIN)
            except zlib.error:
                return False
        head = head.lstrip(b"\r\n")
        return (
            head.startswith(b"WARC/") and record_id.encode("utf-8", "surrogatepass") in head.partition(b"\r\n\r\n")[0]
        )
