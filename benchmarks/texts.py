"""How fast texts and records are read: from bytes to rows, in one process, by the processor's time.

    python -m benchmarks.texts [--turns N] [--write]

Reading is what a child of a run does with a file: the article, its language, its fields, what was cut, the row with its
hashes. The children's memory settings are in force (:mod:`flows.preloaded`). As a yardstick the same bytes are decoded,
asked for their language, of the first 1,000 characters by the same model, and hashed: the least that any reader does.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import flows.preloaded  # noqa: F401 - reading is measured as in a child that was forked from it
from benchmarks.known_pages import KnownPage, known_pages
from benchmarks.measure import machine, median, pages_folder, publish, table
from transforms.article import RawFile
from transforms.extract import extract_group
from transforms.language import detect_language
from transforms.staged import InputFacts, digest, rows

_AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
_RECORDS = 4000
_AT_ONCE = 8  # files that a child is given at a time
_LEAST_BODY = 200  # characters; what is shorter is no article's body
_LANGUAGE_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """Files to be read; ``texts`` are what the yardstick takes out of each of them."""

    name: str
    files: Sequence[RawFile]
    count: int
    what: str
    texts: Callable[[bytes], list[str]]

    @property
    def megabytes(self) -> float:
        """Of all files."""
        return sum(len(file.content) for file in self.files) / 1e6


def forms(pages: Sequence[KnownPage]) -> list[Form]:
    """The bodies and whole pages as texts, a file each, and records of two lengths of text in a file of JSON Lines."""
    bodies = [page.body for page in pages if len(page.body) > _LEAST_BODY]
    whole = [page.text for page in pages if len(page.text) > _LEAST_BODY]
    texts = [
        Form(name, [RawFile(f"{n}.txt", text.encode()) for n, text in enumerate(found)], len(found), "texts", _text)
        for name, found in (("bodies saved as text", bodies), ("whole pages saved as text", whole))
    ]
    return texts + [
        Form(
            f"records with {length:,} characters of text",
            [RawFile("records.jsonl", _records(pages, bodies, length))],
            _RECORDS,
            "records",
            _texts_of_records,
        )
        for length in (2000, 4000)
    ]


def _text(content: bytes) -> list[str]:
    return [content.decode()]


def _texts_of_records(content: bytes) -> list[str]:
    return [json.loads(line)["text"] for line in content.splitlines()]


def _records(pages: Sequence[KnownPage], bodies: Sequence[str], length: int) -> bytes:
    titles = [page.title or page.page_id for page in pages]
    records = (
        {
            "id": str(n),
            "title": titles[n % len(titles)],
            "url": f"https://site{n % 50}.example/news/{n}",
            "text": (bodies[n % len(bodies)] * (length // _LEAST_BODY + 1))[n % 7 :][:length],
            "author": "Ina Halvorsen",
            "date": "2026-03-02T08:00:00Z",
            "language": "en",
            "section": "News",
        }
        for n in range(_RECORDS)
    )
    return b"\n".join(json.dumps(record).encode() for record in records)


def read(files: Sequence[RawFile]) -> int:
    """The rows of the files, counted."""
    count = 0
    for at in range(0, len(files), _AT_ONCE):
        some = files[at : at + _AT_ONCE]
        for file, found in zip(some, extract_group(some, as_of=_AS_OF), strict=True):
            inputs = InputFacts(file.key, None, len(file.content), 1, digest(file.content))
            count += len(rows(inputs, file.content, found, keep_raw=False))
    return count


def least(form: Form) -> int:
    """Texts with a language, counted, of the files of a form."""
    count = 0
    for file in form.files:
        for text in form.texts(file.content):
            digest(text)
            count += detect_language(text[:_LANGUAGE_SAMPLE].replace("\n", " ")) is not None
    return count


def _cpu(work: Callable[[], int]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def section(pages: Sequence[KnownPage], turns: int) -> str:
    """The table, a line a form."""
    lines = []
    for form in forms(pages):
        read(form.files[:_AT_ONCE])
        took, yardstick = [], []
        for _ in range(turns):
            took.append(_cpu(lambda form=form: read(form.files)))  # type: ignore[misc]
            yardstick.append(_cpu(lambda form=form: least(form)))  # type: ignore[misc]
        middle = median(took)
        lines.append(
            [
                form.name,
                f"{form.count:,} {form.what}, {form.megabytes:.1f} MB",
                f"{form.megabytes / middle:.1f}",
                f"{form.count / middle:,.0f}",
                f"{form.count / min(took):,.0f}",
                f"{middle / median(yardstick):.1f} ×",
            ]
        )
    columns = ["read", "of", "MB/s", "a second", "the best turn", "time of the least"]
    return f"{table(columns, lines)}\n\nMedians of {turns} turns, one process, on {machine()}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=7, metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    asked = parser.parse_args()
    if pages_folder() is not None:
        publish("texts", section(known_pages(), asked.turns), write=asked.write)


if __name__ == "__main__":
    main()
