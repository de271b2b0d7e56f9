"""What is read out of containers: zip, tar, JSON Lines, Parquet, compressed, nested, damaged, hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from growth import least_ratio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.article import Origin
from transforms.read.compressed import codec_of, decompressed
from transforms.read.containers import HEAD, Packing, members, packing_of
from transforms.read.members import BEAT, RECORD, Bounds, Broken, Budget, Found, Inner, Member, PassedOver

PAGE = b"<!doctype html><html><body><p>The ferry runs again from Monday.</p></body></html>"


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}


def a_zip(files: list[tuple[str, bytes]]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def a_tar(files: list[tuple[str, bytes]], *others: tarfile.TarInfo) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), 1_772_440_200
            archive.addfile(entry, io.BytesIO(content))
        for entry in others:
            archive.addfile(entry)
    return sink.getvalue()


def opened(data: bytes, name: str, bounds: Bounds = Bounds(), columns: tuple[tuple[str, str], ...] = ()) -> list[Found]:  # noqa: B008 - a frozen value
    """Everything in a container; the error that it broke off with, if any, is the last."""
    found: list[Found] = []
    stream = io.BytesIO(data)
    packing = packing_of(data[:HEAD], name)
    try:
        found.extend(members(stream, packing, Budget(bounds, len(data)), _ignored, columns))
    except Broken as error:
        found.append(Member("broken", b"", refused=(error.reason, error.detail)))
    return found


def _ignored(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")


def outcomes(found: list[Found]) -> dict[str, str | bytes]:
    told: dict[str, str | bytes] = {}
    for each in found:
        match each:
            case Member():
                told[each.record] = each.refused[0] if each.refused else each.content
            case PassedOver():
                told[each.record] = f"passed over: {each.reason}"
            case Inner():
                told[each.record] = f"inner {each.format}: {each.fault[0] if each.fault else 'whole'}"
    return told


@pytest.mark.parametrize("codec", CODECS)
def test_a_compressed_file_is_what_it_holds_also_in_several_parts(codec: str) -> None:
    packed = CODECS[codec](PAGE) + CODECS[codec](b" and more")
    assert packing_of(packed, "page.html") == Packing(None, codec)
    assert decompressed(io.BytesIO(packed), codec).read() == PAGE + b" and more"


@pytest.mark.parametrize("codec", CODECS)
def test_compressed_data_that_break_off_or_are_followed_by_something_else_say_so(codec: str) -> None:
    packed = CODECS[codec](bytes(range(256)) * 50)
    with pytest.raises(Broken, match="break off") as torn:
        decompressed(io.BytesIO(packed[: len(packed) // 2]), codec).read()
    assert torn.value.reason == "torn_container"
    with pytest.raises(Broken) as followed:
        decompressed(io.BytesIO(packed + b"something else altogether"), codec).read()
    assert followed.value.reason == "damaged_container"


@given(
    st.binary(max_size=3000), st.sampled_from(sorted(CODECS)), st.lists(st.integers(1, 5000), min_size=1, max_size=5)
)
def test_decompressing_in_pieces_of_any_size_gives_the_bytes_back(data: bytes, codec: str, sizes: list[int]) -> None:
    packed = CODECS[codec](data)
    assert codec_of(packed) == codec
    stream, found = decompressed(io.BytesIO(packed), codec), b""
    while piece := stream.read(sizes[len(found) % len(sizes)]):
        found += piece
    assert found == data


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.zip", a_zip([("a.html", PAGE)]), Packing("zip", None)),
        ("no suffix", a_tar([("a.html", PAGE)]), Packing("tar", None)),
        ("a.tgz", gzip.compress(a_tar([("a.html", PAGE)])), Packing("tar", "gzip")),
        ("a.tar.zst", zstd(a_tar([("a.html", PAGE)])), Packing("tar", "zstd")),
        ("a.jsonl.xz", lzma.compress(b'{"text": "a"}\n'), Packing("jsonl", "xz")),
        ("a.warc.gz", gzip.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n"), Packing("warc", "gzip")),
        ("a.html", PAGE, Packing(None, None)),
        ("a.json", b'{"text": "a"}', Packing(None, None)),
        ("a.docx", a_zip([("[Content_Types].xml", b"<Types/>")]), Packing(None, None)),
        ("empty", b"", Packing(None, None)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # archives hold the time at which they were made
)
def test_a_container_is_told_by_what_it_holds(name: str, data: bytes, expected: Packing) -> None:
    assert packing_of(data[:HEAD], name) == expected


ARCHIVES = {"zip": a_zip, "tar": a_tar}


@pytest.mark.parametrize("form", ARCHIVES)
def test_names_are_keys_and_never_paths_and_each_is_given_once(form: str) -> None:
    names = ["../../etc/passwd", "/abs.html", "a.html", "a.html", "new\nline#1.html", ".DS_Store", "sub/deep/b.html"]
    found = opened(ARCHIVES[form]([(name, PAGE) for name in names]), f"a.{form}")
    assert outcomes(found) == {
        "../../etc/passwd": PAGE,
        "/abs.html": PAGE,
        "a.html": PAGE,
        "a.html#2": PAGE,
        "new\\u{a}line\\#1.html": PAGE,
        ".DS_Store": "passed over: ignored_by_name",
        "sub/deep/b.html": PAGE,
    }


@pytest.mark.parametrize("form", ARCHIVES)
def test_a_sidecar_goes_with_its_member_wherever_it_stands(form: str) -> None:
    said = b'{"url": "https://quay.example/a", "fetched_at": "2026-03-02T08:15:00Z"}'
    files = [("a.html.meta.json", said), ("a.html", PAGE), ("b.html", PAGE), ("b.html.meta.json", b"{broken")]
    first, second = opened(ARCHIVES[form](files), f"a.{form}")
    assert isinstance(first, Member)
    assert isinstance(second, Member)
    assert first.hints.url is not None
    assert first.hints.url.value == "https://quay.example/a"
    assert (first.hints.fetched_at, first.hints.fetched_origin) == (
        datetime(2026, 3, 2, 8, 15, tzinfo=UTC),
        Origin.SIDECAR,
    )
    assert [fault.rule for fault in second.faults] == ["sidecar.unreadable"]


def test_a_zip_of_very_many_files_is_listed_in_a_time_that_grows_as_they_do() -> None:
    def first(count: int) -> Callable[[], object]:
        data = a_zip([(f"{n}.html", b"") for n in range(count)])
        return lambda: next(
            iter(members(io.BytesIO(data), Packing("zip", None), Budget(Bounds(), len(data)), _ignored))
        )

    assert least_ratio(first(16_000), first(1_000), within=40) < 40  # with the square of their number it is 250


def test_a_tar_archive_gives_signs_of_life_while_it_is_passed_over() -> None:
    large = 40 * 2**20
    data = a_tar([("large.html", bytes(large)), ("b.html", b"b"), ("b.html.meta.json", b"{}")])
    beats: list[int] = []
    budget = Budget(Bounds(member=1000), len(data), lambda: beats.append(1))
    found = members(io.BytesIO(data), packing_of(data[:HEAD], "a.tar"), budget, _ignored)
    assert next(found).record == "large.html"
    assert len(beats) >= large // BEAT  # its sidecars are looked for first, which goes through all of it
    assert [each.record for each in found] == ["b.html"]


def test_the_time_that_a_tar_archive_notes_is_when_its_member_was_seen() -> None:
    (found,) = opened(a_tar([("a.html", PAGE)]), "a.tar")
    assert isinstance(found, Member)
    assert (found.hints.fetched_at, found.hints.fetched_origin) == (
        datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        Origin.ARCHIVE,
    )


def test_links_devices_and_pipes_in_a_tar_archive_are_refused() -> None:
    others = []
    for name, kind in (
        ("hard", tarfile.LNKTYPE),
        ("soft", tarfile.SYMTYPE),
        ("tty", tarfile.CHRTYPE),
        ("p", tarfile.FIFOTYPE),
    ):
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd" if "t" in name else ""
        others.append(entry)
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    found = opened(a_tar([("a.html", PAGE)], folder, *others), "a.tar")
    assert outcomes(found) == {
        "a.html": PAGE,
        "hard": "not_a_file",
        "soft": "not_a_file",
        "tty": "not_a_file",
        "p": "not_a_file",
    }


def test_a_link_in_a_zip_archive_is_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        link = zipfile.ZipInfo("link.html")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert outcomes(opened(sink.getvalue(), "a.zip")) == {"link.html": "not_a_file"}


def test_an_encrypted_member_is_refused_and_its_neighbours_are_read() -> None:
    data = bytearray(a_zip([("secret.html", PAGE), ("open.html", PAGE)]))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 6] |= 1
    data[central + 8] |= 1
    assert outcomes(opened(bytes(data), "a.zip")) == {"secret.html": "encrypted", "open.html": PAGE}


def test_a_sidecar_that_cannot_be_read_costs_itself_only() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.html", PAGE)
        link = zipfile.ZipInfo("a.html.meta.json")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("b.html", PAGE)
    assert outcomes(opened(sink.getvalue(), "a.zip")) == {"a.html": PAGE, "b.html": PAGE}


def test_a_damaged_member_costs_itself_only() -> None:
    data = bytearray(a_zip([("bad.html", bytes(range(256)) * 20), ("good.html", PAGE)]))
    data[60:70] = b"\xff" * 10
    assert outcomes(opened(bytes(data), "a.zip")) == {"bad.html": "damaged_member", "good.html": PAGE}


def test_a_tar_archive_that_breaks_off_gives_what_came_before() -> None:
    data = a_tar([("a.html", PAGE), ("b.html", PAGE * 100)])
    for cut in (1100, 1600, 3000):
        found = outcomes(opened(data[:cut], "a.tar"))
        assert found == {"a.html": PAGE, "broken": "torn_container"}
    damaged = data[:1024] + b"\xff" * 512 + data[1536:]
    assert outcomes(opened(damaged, "a.tar")) == {"a.html": PAGE, "broken": "torn_container"}


@pytest.mark.parametrize("codec", CODECS)
def test_a_bomb_is_stopped_by_what_it_does(codec: str) -> None:
    bomb = CODECS[codec](a_tar([("zeros.html", bytes(3_000_000))]))
    assert outcomes(opened(bomb, "bomb.tar", Bounds(unpacked=1_000_000))) == {"broken": "unpacks_too_large"}


def test_what_unpacks_to_many_times_its_size_is_a_bomb_where_it_is_large() -> None:
    bomb = gzip.compress(a_tar([("zeros.html", bytes(50_000_000))] * 2), 1)
    assert outcomes(opened(bomb, "bomb.tar.gz"))["broken"] == "unpacks_too_large"


def test_bounds_on_bytes_and_members_stop_a_container_where_they_are_passed() -> None:
    files = [(f"{n}.html", PAGE) for n in range(5)]
    assert outcomes(opened(a_zip(files), "a.zip", Bounds(members=3))) == {
        **dict.fromkeys(("0.html", "1.html", "2.html"), PAGE),
        "broken": "too_many_members",
    }
    assert outcomes(opened(a_zip(files), "a.zip", Bounds(unpacked=2 * len(PAGE)))) == {
        **dict.fromkeys(("0.html", "1.html"), PAGE),
        "broken": "unpacks_too_large",
    }


@pytest.mark.parametrize("form", ARCHIVES)
def test_a_member_over_the_bound_is_refused_without_being_kept(form: str) -> None:
    found = opened(ARCHIVES[form]([("large.html", PAGE * 50), ("b.html", PAGE)]), "a", Bounds(member=1000))
    assert outcomes(found) == {"large.html": "too_large", "b.html": PAGE}
    assert found[0].content == b""  # type: ignore[union-attr]


def test_containers_in_containers_are_opened_to_the_depth_that_is_allowed() -> None:
    lines = b'{"text": "a"}\n{"text": "b"}\n'
    inner = a_zip([("deep.jsonl", lines), ("page.html.gz", gzip.compress(PAGE))])
    outer = gzip.compress(a_tar([("inner.zip", inner), ("torn.zip", inner[:50])]))
    assert outcomes(opened(outer, "outer.tgz")) == {
        "inner.zip#deep.jsonl#1": b'{"text": "a"}',
        "inner.zip#deep.jsonl#2": b'{"text": "b"}',
        "inner.zip#deep.jsonl": "inner jsonl: whole",
        "inner.zip#page.html.gz": PAGE,
        "inner.zip": "inner zip: whole",
        "torn.zip": "torn_container",
    }
    shallow = outcomes(opened(outer, "outer.tgz", Bounds(depth=2)))
    assert shallow["inner.zip#deep.jsonl"] == "nested_too_deeply"
    assert shallow["inner.zip#page.html.gz"] == PAGE


def test_lines_are_records_by_their_number_and_blank_ones_count_for_it() -> None:
    found = opened(b'\xef\xbb\xbf{"text": "a"}\n\n{"text": "c"}', "a.jsonl")
    assert [(m.record, m.content, m.form) for m in found if isinstance(m, Member)] == [
        ("1", b'{"text": "a"}', RECORD),
        ("3", b'{"text": "c"}', RECORD),
    ]
    long = b'{"text": "' + b"x" * 5000 + b'"}\n{"text": "b"}\n'
    assert outcomes(opened(long, "a.jsonl", Bounds(member=1000))) == {"1": "too_large", "2": b'{"text": "b"}'}


def a_table() -> bytes:
    sink = io.BytesIO()
    table = pa.table(
        {
            "article_text": ["The ferry runs again.", "Fees rise."],
            "link": ["https://quay.example/1", None],
            "seen": [datetime(2026, 3, 2, 8, tzinfo=UTC), None],
            "page": [PAGE, None],
        }
    )
    pq.write_table(table, sink, row_group_size=1)
    return sink.getvalue()


def test_rows_of_a_parquet_file_are_records_under_the_names_that_the_columns_are_mapped_to() -> None:
    columns = (("body", "article_text"), ("observed", "seen"), ("url", "link"))
    first, second = opened(a_table(), "a.parquet", columns=columns)
    assert isinstance(first, Member)
    assert isinstance(second, Member)
    assert (first.record, second.record, first.form) == ("1", "2", RECORD)
    assert json.loads(first.content) == {
        "text": "The ferry runs again.",
        "canonical_url": "https://quay.example/1",
        "fetched_at": "2026-03-02T08:00:00+00:00",
        "page": PAGE.decode(),
    }


def test_times_in_nanoseconds_are_read_to_the_microsecond() -> None:
    sink = io.BytesIO()
    moment = 1_772_438_400_123_456_789  # 2026-03-02 08:00 UTC and a little
    zoned, plain = pa.timestamp("ns", "UTC"), pa.timestamp("ns")
    table = pa.table(
        {
            "text": ["The ferry runs again."],
            "seen": pa.array([moment], zoned),
            "edits": pa.array([[moment]], pa.list_(plain)),
            "crawl": pa.array([{"at": moment, "took": 1_500}], pa.struct([("at", plain), ("took", pa.duration("ns"))])),
        }
    )
    pq.write_table(table, sink)
    (row,) = opened(sink.getvalue(), "a.parquet")
    assert isinstance(row, Member)
    assert json.loads(row.content) == {
        "text": "The ferry runs again.",
        "seen": "2026-03-02T08:00:00.123456+00:00",
        "edits": ["2026-03-02T08:00:00.123456"],
        "crawl": {"at": "2026-03-02T08:00:00.123456", "took": "0:00:00.000001"},
    }


def test_a_column_of_pages_gives_pages_with_what_the_other_columns_say_of_them() -> None:
    columns = (("html", "page"), ("observed", "seen"), ("url", "link"))
    first, second = opened(a_table(), "a.parquet", columns=columns)
    assert isinstance(first, Member)
    assert isinstance(second, Member)
    assert (first.content, first.form) == (PAGE, None)
    assert first.hints.url is not None
    assert (first.hints.url.value, first.hints.url.origin) == ("https://quay.example/1", Origin.TABLE)
    assert (first.hints.fetched_at, first.hints.fetched_origin) == (datetime(2026, 3, 2, 8, tzinfo=UTC), Origin.TABLE)
    assert second.form == RECORD  # a row without a page is what its other columns say


def test_a_mapped_column_that_is_missing_and_a_damaged_table_are_said() -> None:
    assert outcomes(opened(a_table(), "a.parquet", columns=(("body", "story"),))) == {"broken": "no_such_column"}
    assert outcomes(opened(a_table()[:-20], "a.parquet")) == {"broken": "torn_container"}


SAMPLES = [
    a_zip([("a.html", PAGE), ("b.html", PAGE * 3)]),
    gzip.compress(a_tar([("a.html", PAGE), ("b.html", PAGE * 3)])),
    a_tar([("a.html", PAGE), ("b.html", PAGE * 3)]),
    lzma.compress(b'{"text": "a"}\n{"text": "b"}\n'),
    zstd(b'{"text": "a"}\n{"text": "b"}\n'),
    a_table(),
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), st.data())
def test_whatever_is_wrong_with_a_container_it_is_read_as_far_as_it_goes_and_says_what_is_lost(
    whole: bytes, data: st.DataObject
) -> None:
    hurt = bytearray(whole)
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=6)):
        hurt[at] = byte
    cut = data.draw(st.integers(0, len(whole)))
    if packing_of(whole[:HEAD], "a").format == packing_of(bytes(hurt[:cut])[:HEAD], "a").format:
        found = opened(bytes(hurt[:cut]), "a", Bounds(unpacked=10_000_000))
        assert len({each.record for each in found}) == len(found)
        assert found or not cut
