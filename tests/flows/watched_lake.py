"""Weeks of news in seconds: a lake whose past is loaded as one batch, then runs of small batches with faults put in.

Sound days are staged rows handed to `load_batch`; nothing of them is read, validated or run by Prefect, so that a run
costs what its commit costs. Days with faults are JSON files that `newslake run` picks up (:meth:`WatchedLake.deliver`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from killing import Killer

from transforms.article import Article, Author, Origin, Precision, Published, Reading
from transforms.staged import FAULTS, REJECTED, RESULTS, InputFacts, digest, rows, to_table
from warehouse.ledger import begin_run, end_run
from warehouse.load import Extractor, Feed, load_batch
from warehouse.migrate import prepare

T0 = datetime(2026, 6, 1, 6, 5, tzinfo=UTC)  # the first run; a Monday
EVERY = timedelta(hours=24)
WEEKS = 7
EXTRACTORS = [Extractor("json", "1", "aa")]
FIELDS = ("id", "url", "headline", "text", "author", "published")
WORDS = ("harbour", "council", "ferry", "tower", "vote", "storm", "budget", "school", "bridge", "museum", "river")


@dataclass(frozen=True)
class Delivery:
    """What one file brings: its key, its reading and its bytes."""

    key: str
    reading: Reading
    content: bytes


# (source, time, article's number) -> names and bytes of the files that the source brings.
Bringer = Callable[[str, datetime, int], Sequence[tuple[str, bytes]]]


def an_article(source: str, when: datetime, number: int, **changes: object) -> Article:
    words = [WORDS[(number * 7 + at * (number % 5 + 1)) % len(WORDS)] for at in range(40)]
    body = f"Item {number} of {source}, {when:%d %B %H}. " + " ".join(words)
    at = when - timedelta(minutes=20 + number % 50)
    fields: dict[str, object] = {
        "format": "json",
        "engine": "json",
        "source_text": body,
        "body": body,
        "title": f"{words[0]} and {words[1]}, number {number}",
        "authors": (Author("Maren Holloway"),),
        "published": Published(at.date(), Precision.MINUTE, Origin.DECLARED, at),
        "observed_at": when,
        "observed_origin": Origin.SIDECAR,
        "source": source,
        "language": "en",
        "identity_key": f"{source}/{number}",
        "identity_kind": "url",
        "url": f"https://{source}/{number}",
        "field_names": FIELDS,
    }
    return Article(**(fields | changes))  # type: ignore[arg-type]


def delivered(key: str, article: Article) -> Delivery:
    return Delivery(key, article, repr((key, article.body)).encode())


def sound(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    return [(f"{number}.json", a_record(source, when, number))]


def silent(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    return []


def relaid(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    teaser = f"Teaser {number}: " + " ".join(WORDS[at % 5] for at in range(20))  # just long enough to be an article
    return [(f"{number}.json", a_record(source, when, number, text=teaser))]


def future(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    return [(f"{number}.json", a_record(source, when, number, published="2031-05-01T08:00:00+00:00"))]


def garbled(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    body = an_article(source, when, number).body.replace("e", "\ufffd")
    return [(f"{number}.json", a_record(source, when, number, text=body))]


def doubled(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    [(name, content)] = sound(source, when, number)
    return [(name, content), (f"again-{name}", content)]


def empty(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    return [(f"{number}.json", b" " * number)]


def repeated(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    body = f"The one and only article of {source}. " + " ".join(WORDS * 3)
    return [(f"{number}.json", a_record(source, when, number, text=body))]


def renamed(source: str, when: datetime, number: int) -> Sequence[tuple[str, bytes]]:
    record = json.loads(a_record(source, when, number))
    record["hed"] = record.pop("headline")  # a name by which the reader knows no title
    return [(f"{number}.json", json.dumps(record).encode())]


def a_record(source: str, when: datetime, number: int, **changes: str) -> bytes:
    """The article as a JSON record, with the names of :data:`FIELDS`."""
    article = an_article(source, when, number)
    values = (
        *(f"{source}-{number}", article.url, article.title, article.body),
        *("Maren Holloway", (when - timedelta(minutes=20 + number % 50)).isoformat()),
    )
    return json.dumps(dict(zip(FIELDS, values, strict=True)) | changes).encode()


@dataclass
class WatchedLake:
    """A lake with a past. ``feeds`` names the feed of each source, None for one that no feed matches; every source
    brings ``each`` articles a run."""

    folder: Path
    feeds: Mapping[str, str | None]
    each: int = 8
    runs: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.con = prepare(self.folder)
        self.con.execute("set threads = 1")

    def load_past(self, now: datetime = T0, *, weeks: int = WEEKS) -> None:
        """Load weeks of sound articles as one batch, as a first run over an archive does."""
        times = [now - EVERY * back - timedelta(minutes=35) for back in range(1, weeks * 7 + 1)][::-1]
        brought = [each for when in times for source in self.feeds for each in self._sound(source, when)]
        self.run(now, brought)
        self.con.execute(
            "insert into ops.record_fields select 1, entry.feed_id, entry.source_id, ?, entry.fields, past.day "
            "from ops.record_fields as entry, (select unnest(generate_series(?::timestamptz, ?::timestamptz, "
            "interval 24 hours)) as day) as past",
            [self.each, now - timedelta(weeks=weeks), now - timedelta(days=1)],
        )
        self.con.execute(
            "update ops.record_fields set fields = map_from_entries(list_transform(map_entries(fields), "
            "lambda pair: {'key': pair.key, 'value': records})) where recorded_at < ?",
            [now],
        )

    def _numbers(self, source: str) -> Iterator[int]:
        for _ in range(self.each):
            self.numbers[source] = self.numbers.get(source, 0) + 1
            yield self.numbers[source]

    def _sound(self, source: str, when: datetime) -> list[Delivery]:
        numbers = self._numbers(source)
        return [delivered(f"{source}/{number}.json", an_article(source, when, number)) for number in numbers]

    def news(self, now: datetime) -> None:
        """One run that picks up what every source brings, which is sound."""
        when = now - timedelta(minutes=35)
        self.run(now, [one for source in self.feeds for one in self._sound(source, when)])

    def deliver(self, now: datetime, faults: Mapping[str, Bringer], commands: Killer) -> None:
        """One `newslake run`, as if it were ``now``, over files that are sound but for the ``faults`` of sources."""
        inbox, when = self.folder.parent / "inbox", now - timedelta(minutes=35)
        settings = self.folder.parent / "newslake.toml"
        feeds = [f'[[feeds]]\nname = "{name}"\npattern = "{name}/{{domain}}/*"\n' for name in self._names()]
        settings.write_text("[quality]\nmax_rejected_share = 0.5\n[extraction]\nworkers = 1\n" + "".join(feeds))
        for source, feed in self.feeds.items():
            assert feed is not None
            (inbox / feed / source).mkdir(parents=True, exist_ok=True)
            for number in self._numbers(source):
                for name, content in faults.get(source, sound)(source, when, number):
                    file = inbox / feed / source / name
                    file.write_bytes(content)
                    os.utime(file, (when.timestamp(), when.timestamp()))
        ahead = (now - datetime.now(UTC)).total_seconds()
        done = commands.run("run", inbox, "--warehouse", self.folder, "--settings", settings, ahead_by=ahead)
        assert done.status == 0, done.said

    def _names(self) -> list[str]:
        return sorted({name for name in self.feeds.values() if name is not None})

    def run(self, now: datetime, brought: Sequence[Delivery], *, state: str = "completed") -> int:
        """A run with one batch."""
        run_id = begin_run(self.con, inbox="inbox", now=now, version="0.1.0")
        found: list[dict[str, object]] = []
        for one in brought:
            feed = self.feeds[one.key.split("/")[0]]
            facts = InputFacts(one.key, feed, len(one.content), None, digest(one.content))
            found += rows(facts, one.content, [one.reading], keep_raw=False)
        if found:
            load_batch(
                self.con,
                to_table(found),
                REJECTED.empty_table(),
                FAULTS.empty_table(),
                RESULTS.empty_table(),
                run_id=run_id,
                now=now + timedelta(minutes=1),
                feeds=[Feed(name, f"{name}/{{domain}}/*") for name in self._names()],
                extractors=EXTRACTORS,
            )
        end_run(self.con, run_id, state=state, now=now + timedelta(minutes=2), listed=len(brought), unchanged=0)
        return run_id

    def ask(self, sql: str, *given: object) -> list[tuple[object, ...]]:
        return self.con.execute(sql, list(given)).fetchall()
