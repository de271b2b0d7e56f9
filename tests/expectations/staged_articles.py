"""Staged articles of an invented outlet: sound ones, of which a test spoils what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa

from transforms.article import Article, Author, Kept, Origin, Precision, Published, Reading
from transforms.staged import InputFacts, digest, rows, to_table

AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))


def sound(number: int = 0) -> Article:
    """An article to which no rule objects; those of different numbers share no body."""
    body = (
        f"The council of district {number} voted on Tuesday to rebuild the sea wall that a storm broke."
        f"\n\nWork on section {number} begins in spring and is to take two years, the mayor told the assembly."
    )
    return Article(
        format="html",
        engine="newslake 0.1.0",
        source_text=body,
        body=body,
        title=f"District {number} rebuilds its sea wall",
        kicker="Coast",
        summary="The work takes two years.",
        highlights=("Work begins in spring",),
        authors=(Author("Ada Lund"), Author("Quay Press", kind="organisation")),
        published=Published(
            date(2026, 3, 3), Precision.MINUTE, Origin.DECLARED, datetime(2026, 3, 3, 0, 30, tzinfo=PARIS)
        ),
        modified=Published(
            date(2026, 3, 4), Precision.MINUTE, Origin.DECLARED, datetime(2026, 3, 4, 9, 0, tzinfo=PARIS)
        ),
        observed_at=datetime(2026, 3, 5, tzinfo=UTC),
        observed_origin=Origin.SIDECAR,
        url=f"https://www.quay-gazette.example/news/{number}?page=1",
        source="quay-gazette.example",
        source_name="The Quay Gazette",
        section="Local",
        categories=("Coast", "Storms"),
        language="en",
        is_translated=False,
        headings=("What is planned",),
        identity_key=f"https://www.quay-gazette.example/news/{number}",
        identity_kind="url",
        confidence=0.9,
        origins=(("title", Origin.DECLARED),),
        kept=(Kept(0, len(body), "body"),),
    )


def spoilt(number: int = 0, **changes: object) -> Article:
    """A sound article with other values in some fields; a new body is its own source text."""
    if isinstance(body := changes.get("body"), str):
        changes |= {"source_text": body, "kept": (Kept(0, len(body), "body"),)}
    return replace(sound(number), **changes)  # type: ignore[arg-type]


def staged(*readings: Reading) -> pa.Table:
    """The readings as one batch: row i is the file ``inbox/<i>.html``."""
    found: list[dict[str, object]] = []
    for number, reading in enumerate(readings):
        content = f"content {number}".encode()
        facts = InputFacts(f"inbox/{number}.html", None, len(content), 1_767_225_600_000_000_000, digest(content))
        found += rows(facts, content, [reading], keep_raw=False)
    return to_table(found)
