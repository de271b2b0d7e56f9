"""What the reader of WARC files costs a run: seconds of unpacking against seconds of reading its pages.

Writes a WARC file of invented pages as CC-NEWS has them, a gzip member a record with requests between, unpacks it, then
reads it as a run does, both from the disk's cache. Validating and loading come on top of what it is compared with.

    python -m benchmarks.warc --pages 500 [--write]
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import machine, publish
from flows.extraction import Extractor
from flows.pickup import list_inbox
from flows.reading import Job, Limits
from transforms.read.containers import HEAD, members, packing_of
from transforms.read.members import Bounds, Budget, Member

_PARAGRAPH = (
    "<p>Paragraph {0} of report {1} says that the harbour council of district {1} met on quay {1}-{0} and that {2} "
    "members voted for the plan while {0} voted against it, as the minutes of that day have it.</p>\n"
)
_MENU = "".join(
    f'<li class="menu-item item-{n}"><a href="/section/{n}" data-track="menu-{n}">Section {n}</a></li>\n'
    for n in range(600)
)


def a_page(number: int) -> bytes:
    """A page of about 70 KB, most of it menu, as pages are."""
    paragraphs = "".join(_PARAGRAPH.format(n, number, number * 7 + n) for n in range(25))
    return (
        f"<!doctype html><html lang='en'><head><title>District {number} votes on its harbour | The Quay Gazette</title>"
        f"<meta property='article:published_time' content='2026-03-{number % 27 + 1:02d}T08:15:00+01:00'></head><body>"
        f"<nav><ul>{_MENU}</ul></nav><main><article><h1>District {number} votes on its harbour</h1>"
        f"{paragraphs}</article></main><footer><p>© The Quay Gazette. All rights reserved.</p></footer></body></html>"
    ).encode()


def a_record(number: int, kind: str, body: bytes) -> bytes:
    """One WARC record, compressed by itself."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2026-03-02T08:15:00Z\r\nWARC-Target-URI: https://quay.example/news/{number}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + body + b"\r\n\r\n")


def write(path: Path, pages: int) -> None:
    """A file of so many pages, each with its request."""
    with path.open("wb") as file:
        for number in range(pages):
            file.write(a_record(2 * number, "request", b"GET / HTTP/1.1\r\nHost: quay.example\r\n\r\n"))
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
            file.write(a_record(2 * number + 1, "response", head + a_page(number)))


def main() -> None:
    """Write, unpack, read; print the seconds and their share."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=500)
    options.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    said = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="newslake-warc-") as folder:
        path = Path(folder, "crawl.warc.gz")
        write(path, said.pages)
        began, cpu = time.perf_counter(), time.process_time()
        with path.open("rb") as stream:
            packing = packing_of(stream.read(HEAD), path.name)
            budget = Budget(Bounds(), path.stat().st_size)
            unpacked = sum(isinstance(m, Member) for m in members(stream, packing, budget, lambda _: False))
        unpacking, unpacking_cpu = time.perf_counter() - began, time.process_time() - cpu
        job = Job(datetime.now(UTC), (), Limits(60, 1024, 64), keep_raw=True)
        with Extractor(job) as extractor:
            began = time.perf_counter()
            rows = sum(t.num_rows for t in extractor.read(list_inbox(Path(folder)).sorted(), lambda *_: None))
            reading = time.perf_counter() - began
        packed = path.stat().st_size / 2**20
        text = (
            f"{unpacked} pages, {budget.unpacked / 2**20:.0f} MB unpacked from {packed:.1f} MB: unpacking alone took "
            f"{unpacking:.2f} s ({unpacking_cpu:.2f} s of a core), reading {rows} rows {reading:.2f} s of the wall. "
            f"That is {unpacking / reading:.1%} of the reading, and less of a run. On {machine()}."
        )
        publish("warc", text, write=said.write)


if __name__ == "__main__":
    main()
