"""WARC files: pages with their time and address, what is passed over, and how a damaged file is told."""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from fastwarc.stream_io import BrotliWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from written_warc import PAGE, a_record

from transforms.article import FieldFault, Origin
from transforms.read.containers import HEAD, members, packing_of
from transforms.read.members import Bounds, Broken, Budget, Found, Member, PassedOver


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def opened(data: bytes, bounds: Bounds = Bounds()) -> list[Found]:  # noqa: B008 - a frozen value
    found: list[Found] = []
    try:
        packing = packing_of(data[:HEAD], "crawl.warc")
        found.extend(members(io.BytesIO(data), packing, Budget(bounds, len(data)), lambda _: False))
    except Broken as error:
        found.append(Member("broken", b"", refused=(error.reason, error.detail)))
    return found


def one(record: bytes) -> Member:
    (found,) = opened(record)
    assert isinstance(found, Member)
    return found


RECORDS = [
    a_record(1),
    a_record(2, kind="request"),
    a_record(3, status="404 Not Found"),
    a_record(4, headers="Content-Type: image/png\r\n"),
    a_record(5, said="WARC-Truncated: length\r\n"),
]
PACKED: dict[str, Callable[[list[bytes]], bytes]] = {
    "bare": b"".join,
    "gzip by record": lambda records: b"".join(map(gzip.compress, records)),
    "gzip at once": lambda records: gzip.compress(b"".join(records)),
    "zstd by record": lambda records: b"".join(map(zstd, records)),
    "bzip2": lambda records: bz2.compress(b"".join(records)),
}


def test_a_page_has_the_time_address_and_charset_that_its_record_states() -> None:
    found = one(a_record(7))
    assert found.content == PAGE
    assert found.hints.url is not None
    assert (found.hints.url.value, found.hints.url.origin) == ("https://quay.example/news/7", Origin.WARC)
    assert (found.hints.fetched_at, found.hints.fetched_origin) == (
        datetime(2026, 3, 2, 8, 15, 7, tzinfo=UTC),
        Origin.WARC,
    )
    assert found.hints.charset == "iso-8859-1"
    assert found.faults == ()


def test_that_a_crawler_kept_only_a_part_is_a_fault_on_record() -> None:
    assert one(RECORDS[4]).faults == (FieldFault("body", "length", "warc.truncated"),)


@pytest.mark.parametrize("packed", PACKED)
def test_a_file_gives_its_pages_and_says_what_else_it_holds_however_it_is_packed(packed: str) -> None:
    found = opened(PACKED[packed](RECORDS))
    assert [
        each.content if isinstance(each, Member) else each.reason for each in found if not hasattr(each, "fault")
    ] == [
        PAGE,
        "warc_request",
        "http_status_4xx",
        "not_html",
        PAGE,
    ]
    assert len({each.record for each in found}) == 5


@pytest.mark.parametrize("packed", ["bare", "gzip by record"])
def test_a_record_can_be_read_alone_from_the_offset_that_is_its_place(packed: str) -> None:
    data = PACKED[packed](RECORDS)
    found = opened(data)
    for whole in found:
        alone = opened(data[int(whole.record) :])[0]
        assert replace(alone, record=whole.record) == whole


def test_records_that_were_compressed_together_are_numbered() -> None:
    assert [each.record for each in opened(PACKED["gzip at once"](RECORDS))] == [
        "0",
        "record-2",
        "record-3",
        "record-4",
        "record-5",
    ]
    two_by_two = [gzip.compress(RECORDS[0] + RECORDS[1]), gzip.compress(RECORDS[2] + RECORDS[3])]
    assert [each.record for each in opened(b"".join(two_by_two))] == [
        "0",
        "record-2",
        str(len(two_by_two[0])),
        "record-4",
    ]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", gzip.compress(PAGE)),
        ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", PAGE),
        ("Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)),
        ("Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n", PAGE),
        (
            "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(gzip.compress(PAGE)), gzip.compress(PAGE)),
        ),
        ("Content-Type: text/html\r\nContent-Encoding: br\r\n", PAGE),
        ("Server: no type is named\r\n", PAGE),
        ("Content-Type: application/xhtml+xml\r\n", PAGE),
    ],
    ids=["gzip", "gzip undone", "chunked", "chunked undone", "both", "brotli undone", "no type", "xhtml"],
)
def test_codings_of_the_transport_are_undone_where_the_crawler_left_them(headers: str, body: bytes) -> None:
    assert one(a_record(1, body, headers=headers)).content == PAGE


def test_a_payload_in_brotli_is_undone_and_counted() -> None:
    sink = io.BytesIO()
    with BrotliWriter(sink) as writer:
        writer.write(PAGE * 1000)
    record = a_record(1, sink.getvalue(), headers="Content-Type: text/html\r\nContent-Encoding: br\r\n")
    assert one(record).content == PAGE * 1000
    (broken,) = opened(record, Bounds(unpacked=10_000))
    assert isinstance(broken, Member)
    assert broken.refused is not None
    assert broken.refused[0] == "unpacks_too_large"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_record(1, kind="warcinfo", uri=""), "warc_warcinfo"),
        (a_record(1, kind="metadata"), "warc_metadata"),
        (a_record(1, kind="revisit"), "warc_revisit"),
        (a_record(1, status="301 Moved"), "http_status_3xx"),
        (a_record(1, status="503 Busy"), "http_status_5xx"),
        (a_record(1, uri="dns:quay.example"), "not_http"),
        (a_record(1, headers="Content-Type: application/pdf\r\n"), "not_html"),
        (a_record(1, b"\x89PNG", headers="Server: no type is named\r\n"), "not_html"),
        (a_record(1).replace(b"HTTP/1.1 200 OK", b"nonsense at all"), "not_http"),
    ],
)
def test_a_record_that_is_no_page_is_passed_over_with_its_reason(record: bytes, reason: str) -> None:
    assert opened(record) == [PassedOver(reason, "0")]


def test_a_page_over_the_bound_is_refused_and_the_next_one_is_read() -> None:
    large = a_record(1, PAGE * 4000)
    found = opened(large + a_record(2), Bounds(member=100_000))
    assert [each.refused[0] if isinstance(each, Member) and each.refused else each.record for each in found] == [
        "too_large",
        str(len(large)),
    ]


def test_a_payload_that_is_a_bomb_stops_the_file() -> None:
    headers = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
    bomb = a_record(1, gzip.compress(bytes(3_000_000)), headers=headers)
    (found,) = opened(bomb + a_record(2), Bounds(unpacked=1_000_000))
    assert isinstance(found, Member)
    assert found.refused is not None
    assert found.refused[0] == "unpacks_too_large"


def test_damage_within_a_file_leaves_what_came_before() -> None:
    for data in (RECORDS[0] + b"garbage\r\n\r\n" + RECORDS[4], gzip.compress(RECORDS[0]) + b"garbage"):
        first, last = opened(data)
        assert isinstance(first, Member)
        assert isinstance(last, Member)
        assert first.content == PAGE
        assert last.refused is not None
        assert last.refused[0] == "damaged_container"


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(["bare", "gzip by record", "gzip at once"]), st.data())
def test_a_file_cut_anywhere_gives_what_came_before_and_never_passes_for_whole(
    packed: str, data: st.DataObject
) -> None:
    whole = PACKED[packed](RECORDS)
    size = data.draw(st.integers(1, len(whole) - 1))
    found = opened(whole[:size])
    boundaries = {0, *(sum(len(PACKED[packed]([r])) for r in RECORDS[:n]) for n in range(1, 6))}
    if packed == "gzip at once" or size not in boundaries:
        assert isinstance(found[-1], Member)
        # gzip's last eight bytes are a checksum, without which the records are whole all the same.
        assert found[-1].refused is not None
        found = found[:-1]
    full = [each for each in opened(whole) if isinstance(each, Member)]
    read = [each for each in found if isinstance(each, Member)]
    assert [m.content for m in read] == [m.content for m in full[: len(read)]]


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400), st.integers(0, 2000))
def test_noise_anywhere_in_a_file_ends_nothing_but_the_file(noise: bytes, at: int) -> None:
    whole = b"".join(RECORDS)
    for each in opened(whole[:at] + noise + whole[at:]):
        assert isinstance(each, Member | PassedOver)
