"""Containers from end to end: members are inputs of their own, a hostile one costs itself only, nothing is silent."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from test_extraction import SLOW_PAGE
from test_ingest import ask, inbox, is_audited_clean, run, states
from written_articles import article
from written_warc import a_record

from flows.extraction import Extractor
from flows.pickup import list_inbox
from flows.reading import Job, Limits
from flows.unpacking import Unpacker
from transforms.read.containers import HEAD, members, packing_of
from transforms.read.members import Bounds, Broken, Budget, Member
from transforms.staged import digest

__all__ = ["inbox", "run"]  # fixtures

Run = Callable[..., Any]


def text(number: int) -> str:
    return f"The ferry number {number} between the two ports runs again from Monday. " * 6


def lines(numbers: range) -> bytes:
    return b"".join(json.dumps({"title": f"Ferry {n}", "text": text(n)}).encode() + b"\n" for n in numbers)


def a_zip(*members: tuple[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def page(number: int) -> bytes:
    return article(number).encode()


def read(folder: Path, *, seconds: float = 60, memory_mb: int = 1024, bounds: Bounds | None = None) -> dict[str, Any]:
    unpacker = Unpacker(bounds or Bounds(), memory_mb)
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(seconds, memory_mb, 64), keep_raw=True, unpacker=unpacker)
    with Extractor(job, workers=2) as extractor:
        tables = list(extractor.read(list_inbox(folder).sorted(), lambda _files, _size: None))
    return {row["input_key"]: row for table in tables for row in table.to_pylist()}


def members_of(container: Path) -> dict[str, bytes]:
    """The members of a file by their place, up to where it breaks off."""
    found: dict[str, bytes] = {}
    with container.open("rb") as stream, contextlib.suppress(Broken):
        packing = packing_of(stream.read(HEAD), container.name)
        for each in members(stream, packing, Budget(Bounds(), container.stat().st_size), lambda _: False):
            if isinstance(each, Member):
                found[each.record] = each.content
    return found


def outcomes(rows: dict[str, Any]) -> dict[str, str]:
    return {key: row["reason"] or row["outcome"] for key, row in rows.items()}


@pytest.mark.usefixtures("prefect_server")
def test_members_are_inputs_of_their_own_and_each_is_found_by_its_place(run: Run, inbox: Path, lake: Path) -> None:
    (inbox / "page.html.gz").write_bytes(gzip.compress(page(0)))
    inner = a_zip(("deep.jsonl", lines(range(2))))
    (inbox / "crawl.zip").write_bytes(
        a_zip(("a.html", page(1)), ("inner.zip", inner), (".hidden", b"x"), ("e.html", b""))
    )
    records = [a_record(2, page(2)), a_record(3, page(3), status="404 Not Found"), a_record(4, page(4))]
    (inbox / "crawl.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    (inbox / "torn.warc.gz").write_bytes(gzip.compress(a_record(5, page(5))) + gzip.compress(a_record(6))[:-60])
    (inbox / "junk.zip").write_bytes(b"PK\x03\x04 and nothing more")
    first = run()
    place = str(sum(len(gzip.compress(record)) for record in records[:2]))
    assert states(lake) == {
        "page.html.gz": "loaded",
        "crawl.zip": "container",
        "crawl.zip#a.html": "loaded",
        "crawl.zip#e.html": "empty",
        "crawl.zip#inner.zip": "container",
        "crawl.zip#inner.zip#deep.jsonl": "container",
        "crawl.zip#inner.zip#deep.jsonl#1": "loaded",
        "crawl.zip#inner.zip#deep.jsonl#2": "loaded",
        "crawl.warc.gz": "container",
        "crawl.warc.gz#0": "loaded",
        f"crawl.warc.gz#{place}": "loaded",
        "torn.warc.gz": "torn_container",
        "torn.warc.gz#0": "loaded",
        "junk.zip": "torn_container",
    }
    assert (first.counts.picked_up, first.counts.loaded, first.counts.container) == (9, 7, 5)
    assert ask(
        lake,
        "select input_key, p.reason, records, example "
        "from ops.passed_over p join ops.input using (input_id) order by 1",
    ) == [
        ("crawl.warc.gz", "http_status_4xx", 1, str(len(gzip.compress(records[0])))),
        ("crawl.zip", "ignored_by_name", 1, ".hidden"),
    ]
    assert ask(
        lake,
        "select url, observed_at::varchar, observed_origin from fact_article join ops.input i using (input_id) "
        "where i.input_key = 'crawl.warc.gz#0'",
    ) == [("https://quay.example/news/2", "2026-03-02 08:15:02+00", "warc")]
    assert is_audited_clean(lake)
    assert run().counts.picked_up == 0
    for file_key, record, content_hash in ask(
        lake, "select file_key, record, content_hash from ops.input where record is not null and state = 'loaded'"
    ):
        assert digest(members_of(inbox / file_key)[record]) == content_hash


@pytest.mark.usefixtures("prefect_server")
def test_a_container_that_grew_gives_what_is_new_and_the_rest_is_unchanged(run: Run, inbox: Path, lake: Path) -> None:
    file = inbox / "wire.jsonl.gz"
    file.write_bytes(gzip.compress(lines(range(3))))
    assert run().counts.loaded == 3
    file.write_bytes(gzip.compress(lines(range(5))))
    grown = run()
    assert (grown.counts.loaded, grown.counts.articles_new, grown.counts.container) == (2, 2, 1)
    assert grown.counts.unchanged == 3
    assert ask(lake, "select count(*), max(revision) from fact_article") == [(5, 1)]
    assert is_audited_clean(lake)


@pytest.mark.usefixtures("prefect_server")
def test_a_container_larger_than_a_batch_is_several_batches_and_gives_the_same_lake(
    run: Run, inbox: Path, lake: Path, tmp_path: Path
) -> None:
    from lake_content import content

    (inbox / "wire.jsonl.gz").write_bytes(gzip.compress(lines(range(40))))
    assert run().batches == 1
    whole = content(lake)
    lake.rename(tmp_path / "whole")
    assert run("[batch]\nmax_rows = 7\n").batches == 6
    assert content(lake) == whole
    assert is_audited_clean(lake)


@pytest.mark.usefixtures("prefect_server")
def test_a_container_that_was_not_read_to_its_end_is_read_again_where_it_is_asked_for(
    run: Run, inbox: Path, lake: Path
) -> None:
    (inbox / "many.zip").write_bytes(a_zip(*((f"{n}.html", page(n)) for n in range(5))))
    few = "[containers]\nmax_members = 3\n"
    assert run(few).counts.loaded == 3
    assert run().counts.loaded == 0  # it costs what it costs, so nobody does so unasked
    assert ask(lake, "select reason from ops.input where state = 'container'") == [("too_many_members",)]
    assert run(verify=True).counts.loaded == 2
    assert ask(lake, "select reason, is_latest from ops.input where state = 'container'") == [(None, True)]
    assert run(few, verify=True).counts.loaded == 0  # its bytes are known, to their end
    assert is_audited_clean(lake)


def test_a_member_that_costs_too_much_costs_itself_only(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(a_zip(("1.html", page(1)), ("2.html", SLOW_PAGE.encode()), ("3.html", page(3))))
    rows = read(tmp_path, seconds=4)
    assert outcomes(rows) == {
        "a.zip#1.html": "article",
        "a.zip#2.html": "deadline_exceeded",
        "a.zip#3.html": "article",
        "a.zip": "container",
    }
    assert rows["a.zip#2.html"]["raw"] is not None


def test_hostile_containers_cost_themselves_only_and_say_what_was_lost(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, content in (("first.html", page(1)), ("zeros.html", bytes(90_000_000))):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    (tmp_path / "bomb.tgz").write_bytes(sink.getvalue())
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(bytes(70_000_000)))
    (tmp_path / "empty.zip").write_bytes(a_zip())
    (tmp_path / "many.zip").write_bytes(a_zip(*((f"{n}.html", page(n)) for n in range(4))))
    (tmp_path / "neighbour.html").write_bytes(page(9))
    rows = read(tmp_path, bounds=Bounds(members=3))
    assert outcomes(rows) == {
        "bomb.html.gz": "unpacks_too_large",
        "bomb.tgz": "unpacks_too_large",
        "bomb.tgz#first.html": "article",
        "empty.zip": "no_record",
        "many.zip": "too_many_members",
        **dict.fromkeys(("many.zip#0.html", "many.zip#1.html", "many.zip#2.html"), "article"),
        "neighbour.html": "article",
    }
    assert rows["many.zip"]["outcome"] == "container"
    assert rows["many.zip"]["detail"].startswith("many.zip: it holds more than 3 records; the rest was not read.")


def test_a_container_that_needs_too_much_memory_ends_where_it_does(tmp_path: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 300_000_000
    first = tarfile.TarInfo("first.html")
    first.size = len(page(1))
    body = page(1).ljust(-(-first.size // 512) * 512, b"\0")
    (tmp_path / "a.tar").write_bytes(first.tobuf() + body + header.tobuf() + bytes(300_000_000))
    rows = read(tmp_path, memory_mb=256)
    assert outcomes(rows) == {"a.tar#first.html": "article", "a.tar": "memory_exceeded"}


def test_lines_that_are_read_at_once_and_in_slices_give_the_same(tmp_path: Path) -> None:
    content = lines(range(4)) + b"{broken\n\n" + b'["no object"]\n' + lines(range(2))
    whole, sliced = tmp_path / "whole", tmp_path / "sliced"
    for folder in (whole, sliced):
        folder.mkdir()
    (whole / "wire.jsonl").write_bytes(content)
    (sliced / "wire.jsonl.gz").write_bytes(gzip.compress(content))
    at_once = [row for key, row in read(whole).items() if "#" in key]
    in_slices = [row for key, row in read(sliced).items() if "#" in key]
    own = ("input_key", "file_key", "mtime_ns", "identity_key", "reading_hash", "observed_at", "detail")
    assert [{k: v for k, v in row.items() if k not in own} for row in at_once] == [
        {k: v for k, v in row.items() if k not in own} for row in in_slices
    ]
    assert [row["detail"] for row in at_once] == [
        row["detail"] and row["detail"].replace("wire.jsonl.gz", "wire.jsonl") for row in in_slices
    ]
