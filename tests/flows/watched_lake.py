"""Weeks of news in seconds: a lake whose past is loaded as one batch, then runs of small batches with faults put in.

Batches are staged rows handed to `load_batch`, with what the verdict would say of them; nothing is read, validated or
run by Prefect, so that a run costs what its commit costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from transforms.article import Article, Author, Origin, Precision, Published, Reading, Rejection
from transforms.staged import InputFacts, digest, rows, to_table
from warehouse.ledger import begin_run, end_run
from warehouse.load import FAULTS, REJECTED, RESULTS, Extractor, Feed, load_batch
from warehouse.migrate import prepare

T0 = datetime(2026, 6, 1, 6, 5, tzinfo=UTC)  # the first run; a Monday
EVERY = timedelta(hours=24)
WEEKS = 7
EXTRACTORS = [Extractor("json", "1", "aa")]
FIELDS = ("id", "url", "headline", "text", "author", "published")
WORDS = ("harbour", "council", "ferry", "tower", "vote", "storm", "budget", "school", "bridge", "museum", "river")


@dataclass(frozen=True)
class Delivery:
    """What one file brings: its key, its readings, and what the verdict says of it."""

    key: str
    reading: Reading
    content: bytes
    rejected: tuple[str, str] | None = None
    fault: tuple[str, str, str] | None = None  # field, raw value, rule


# (source, run's number, time, article's number) -> what the source brings; None brings nothing.
Bringer = Callable[[str, datetime, int], Sequence[Delivery]]


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


def delivered(key: str, article: Article, **more: object) -> Delivery:
    return Delivery(key, article, repr((key, article.body)).encode(), **more)  # type: ignore[arg-type]


def sound(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    return [delivered(f"{source}/{number}.json", an_article(source, when, number))]


def silent(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    return []


def relaid(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    body = f"Teaser {number} of {source}."
    return [delivered(f"{source}/{number}.json", an_article(source, when, number, body=body, source_text=body))]


def future(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    article = an_article(source, when, number, published=None)
    fault = ("published_date", "2031-05-01", "article.published.range")
    return [delivered(f"{source}/{number}.json", article, fault=fault)]


def garbled(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    why = ("article.body.readable", "more than 5 % of the body are characters that were decoded wrongly")
    return [delivered(f"{source}/{number}.json", an_article(source, when, number), rejected=why)]


def doubled(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    [once] = sound(source, when, number)
    return [once, Delivery(f"{source}/again-{number}.json", once.reading, once.content)]


def empty(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    key = f"{source}/{number}.json"
    return [Delivery(key, Rejection("empty", f"{key}: the file holds no bytes but white space"), f" {number}".encode())]


def repeated(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    body = f"The one and only article of {source}. " + " ".join(WORDS * 3)
    return [delivered(f"{source}/{number}.json", an_article(source, when, number, body=body, source_text=body))]


def renamed(source: str, when: datetime, number: int) -> Sequence[Delivery]:
    names = tuple("head_line" if name == "headline" else name for name in FIELDS)
    return [delivered(f"{source}/{number}.json", an_article(source, when, number, title=None, field_names=names))]


@dataclass
class WatchedLake:
    """A lake with a past. ``feeds`` names the feed of each source; every source brings ``each`` articles a run."""

    folder: Path
    feeds: Mapping[str, str]
    each: int = 8
    runs: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.con = prepare(self.folder)
        self.con.execute("set threads = 1")

    def load_past(self, now: datetime = T0, *, weeks: int = WEEKS) -> None:
        """Load weeks of sound articles as one batch, as a first run over an archive does."""
        times = [now - EVERY * back - timedelta(minutes=35) for back in range(1, weeks * 7 + 1)][::-1]
        brought = [each for when in times for source in self.feeds for each in self._of(source, when, sound)]
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

    def _of(self, source: str, when: datetime, bring: Bringer) -> Iterator[Delivery]:
        for _ in range(self.each):
            self.numbers[source] = number = self.numbers.get(source, 0) + 1
            yield from bring(source, when, number)

    def news(self, now: datetime, faults: Mapping[str, Bringer]) -> None:
        """One run that picks up what every source brings, sound but for ``faults``."""
        when = now - timedelta(minutes=35)
        self.run(now, [one for source in self.feeds for one in self._of(source, when, faults.get(source, sound))])

    def run(self, now: datetime, brought: Sequence[Delivery], *, state: str = "completed") -> int:
        """A run with one batch."""
        run_id = begin_run(self.con, inbox="inbox", now=now, version="0.1.0")
        found: list[dict[str, object]] = []
        rejected: list[dict[str, object]] = []
        faults: list[dict[str, object]] = []
        for row, one in enumerate(brought):
            feed = self.feeds[one.key.split("/")[0]]
            facts = InputFacts(one.key, feed, len(one.content), None, digest(one.content))
            found += rows(facts, one.content, [one.reading], keep_raw=False)
            if one.rejected:
                rejected.append({"row": row, "reason": one.rejected[0], "detail": one.rejected[1]})
            if one.fault:
                faults.append({"row": row, "field": one.fault[0], "raw_value": one.fault[1], "rule_id": one.fault[2]})
        if found:
            load_batch(
                self.con,
                to_table(found),
                pa.Table.from_pylist(rejected, REJECTED),
                pa.Table.from_pylist(faults, FAULTS),
                RESULTS.empty_table(),
                run_id=run_id,
                now=now + timedelta(minutes=1),
                feeds=[Feed(name, f"{name}/*") for name in sorted(set(self.feeds.values()))],
                extractors=EXTRACTORS,
            )
        end_run(self.con, run_id, state=state, now=now + timedelta(minutes=2), listed=len(brought), unchanged=0)
        return run_id

    def ask(self, sql: str, *given: object) -> list[tuple[object, ...]]:
        return self.con.execute(sql, list(given)).fetchall()
