"""The view `article` over one wide table says what it said when it joined: for new lakes, and for those made before."""

from __future__ import annotations

from datetime import UTC, datetime

from lake_builder import Inbox, Lake, an_article

from transforms.article import Author
from warehouse.migrate import migrate

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
ADA, WIRE = Author("Ada"), Author("Sound Wire", "organisation")
SHOWN = (
    "select title, path, authors, organisations, items, feed, engine, article.identity_kind, article.revision, "
    "article.extraction, revisions, first_seen_at, last_seen_at "
    "from article join article_identity using (article_id) order by article_id"
)


def _seen(day: int) -> datetime:
    return datetime(2026, 2, day, tzinfo=UTC)


def test_the_view_shows_the_same_before_and_after_its_readings_are_whole(lake: Lake) -> None:
    url = "x.example/storm"
    lake.load(
        Inbox()
        .add("harbour/a.html", an_article(STORM, url=url, authors=(WIRE, ADA), observed_at=_seen(1)), feed="harbour")
        .add("b.txt", an_article("A roundup. One thing and another.", items=("One thing", "another")))
        .add(
            "c.txt", an_article("Seen again. Nothing of it has changed since.", observed_at=_seen(1), url="x.example/c")
        )
    )
    lake.load(
        Inbox()
        .add("harbour/a2.html", an_article(f"{STORM} More to come.", url=url, title="Calm", observed_at=_seen(3)))
        .add(
            "c2.txt",
            an_article("Seen again. Nothing of it has changed since.", observed_at=_seen(5), url="x.example/c"),
            content=b"the same words in other bytes",
        )
    )
    expected = [
        ("Calm", "harbour/a2.html", [], [], [], "(none)", "text", "url", 2, 1, 2, _seen(1), _seen(3)),
        (
            "A roundup",
            "b.txt",
            [],
            [],
            ["One thing", "another"],
            "(none)",
            "text",
            "input",
            1,
            1,
            1,
            _seen(1),
            _seen(1),
        ),
        ("Seen again", "c.txt", [], [], [], "(none)", "text", "url", 1, 1, 1, _seen(1), _seen(5)),
    ]
    assert sorted(lake.rows(SHOWN)) == sorted(expected)
    former = "select authors, organisations, path, feed from fact_article where authors <> []"
    by_line = (["Sound Wire", "Ada"], ["Sound Wire"], "harbour/a.html", "harbour")
    assert lake.rows(former) == [by_line]

    for column in ("path", "authors", "organisations", "items", "identity_kind", "feed", "engine"):
        lake.con.execute(f"alter table fact_article drop column {column}")
    lake.con.execute("alter table dim_article drop column seen_once")
    lake.con.execute("delete from ops.migration where version = 10")
    assert migrate(lake.con) == ["0010_readings_whole.sql"]
    assert sorted(lake.rows(SHOWN)) == sorted(expected)
    assert lake.rows(former) == [by_line]
