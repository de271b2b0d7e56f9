"""Sources that are one: merged by their names or by people, seen as one in every view, and taken apart again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from lake_builder import Inbox, Lake, an_article

from transforms.article import Origin, Precision, Published, Rejection
from warehouse.audit import audit
from warehouse.errors import SourceRefused
from warehouse.sources import find, list_sources, merge, name, split, tell

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BODIES = [
    "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour.",
    "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan.",
    "Museum finds a lost map. It had lain in a drawer of the reading room since nineteen hundred and four.",
    "School roof to be mended. The work begins in the summer holidays and takes six weeks.",
    "Bakery wins the prize. The jury of eleven tasted forty loaves and agreed within minutes.",
]


def article(number: int, **fields: object):  # type: ignore[no-untyped-def]
    return an_article(BODIES[number], **fields)


def seen(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


def sources_of_articles(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("select path, source, source_name from article order by path")


def test_a_source_tells_its_names_languages_feeds_and_when_it_was_seen(lake: Lake) -> None:
    day = Published(date(2026, 1, 31), Precision.DAY, Origin.DECLARED)
    gazette = {"source": "harbour-gazette.example", "source_name": "Harbour Gazette"}
    lake.load(
        Inbox()
        .add("a.txt", article(0, **gazette, language="en", published=day, observed_at=seen(2)), feed="harbour")
        .add("b.txt", article(1, **gazette, language="en", observed_at=seen(3)), feed="harbour")
        .add("c.txt", article(2, **gazette, language="fr", observed_at=seen(1)))
        .add("d.txt", article(3, **gazette | {"source_name": "The Gazette"}, observed_at=seen(4)))
        .add("e.txt", Rejection("empty", "nothing"))
    )
    (row,) = lake.con.execute("from source").to_arrow_table().to_pylist()
    assert row | {"languages": dict(row["languages"])} == {
        "source_id": 1,
        "domain": "harbour-gazette.example",
        "name": "Harbour Gazette",
        "names": ["Harbour Gazette", "The Gazette"],
        "former_names": [],
        "domains": ["harbour-gazette.example"],
        "merged": [],
        "articles": 4,
        "first_seen_at": seen(1),
        "last_seen_at": seen(4),
        "first_published": date(2026, 1, 31),
        "last_published": date(2026, 1, 31),
        "languages": {"en": 0.5, "fr": 0.25, "unknown": 0.25},
        "feeds": ["harbour"],
    }


def test_a_merged_source_is_one_in_every_view_and_the_facts_stay_as_they_are(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", source_name="Harbour Gazette"))
        .add("b.txt", article(1, source="new.example", source_name="Harbour Times"))
        .add("c.txt", article(2, source="old.example"))
    )
    facts = "select * exclude (source, source_name) from fact_article order by all"
    before = lake.rows(facts), lake.rows("from dim_article order by all")
    decided = merge(lake.con, "old.example", "new.example", reason="moved in May", now=NOW)
    assert (str(decided.source), str(decided.identity), decided.articles) == ("old.example (#2)", "new.example (#1)", 2)
    assert before == (lake.rows(facts), lake.rows("from dim_article order by all"))
    assert sources_of_articles(lake) == [
        ("a.txt", "new.example", "Harbour Times"),
        ("b.txt", "new.example", "Harbour Times"),
        ("c.txt", "new.example", "Harbour Times"),
    ]
    assert lake.rows("select domain, names, domains, merged, articles from source") == [
        ("new.example", ["Harbour Gazette", "Harbour Times"], ["new.example", "old.example"], [2], 3)
    ]
    assert lake.rows("select source, picked_up, loaded from source_day") == [("new.example", 3, 3)]
    assert lake.rows("select merge_cause, merge_reason, merged_at from dim_source where merged_into = 1") == [
        ("operator", "moved in May", NOW)
    ]
    assert audit(lake.con) == []


def test_what_comes_later_from_the_old_domain_is_the_merged_source_s_too(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", article(0, source="old.example")).add("b.txt", article(1, source="new.example")))
    merge(lake.con, "old.example", "new.example", reason="moved", now=NOW)
    lake.load(Inbox().add("c.txt", article(2, source="old.example")))
    assert [source for _, source, _ in sources_of_articles(lake)] == ["new.example"] * 3


def test_articles_of_merged_sources_are_one_only_where_their_keys_are_equal(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", identity_key="old.example/storm", identity_kind="url"))
        .add(
            "b.txt",
            article(0, source="new.example", identity_key="new.example/storm", identity_kind="url"),
            content=b"2",
        )
    )
    merge(lake.con, "old.example", "new.example", reason="moved", now=NOW)
    assert lake.rows("select source, count(*) from article group by all") == [("new.example", 2)]


def test_a_split_takes_a_merge_back_with_all_that_came_with_it(lake: Lake) -> None:
    inbox = Inbox()
    for number, domain in enumerate(["a.example", "b.example", "c.example"]):
        inbox.add(f"{domain}.txt", article(number, source=domain))
    lake.load(inbox)
    merge(lake.con, "a.example", "b.example", reason="one newsroom", now=NOW)
    merge(lake.con, "b.example", "c.example", reason="sold", now=NOW)
    assert {source for _, source, _ in sources_of_articles(lake)} == {"c.example"}
    split(lake.con, "b.example", reason="sold again", now=NOW)
    assert sources_of_articles(lake) == [
        ("a.example.txt", "b.example", None),
        ("b.example.txt", "b.example", None),
        ("c.example.txt", "c.example", None),
    ]
    assert lake.rows("select action, source_id, into_source_id, cause, reason from ops.source_change order by 1") == [
        ("merge", 1, 2, "operator", "one newsroom"),
        ("merge", 2, 3, "operator", "sold"),
        ("split", 2, 3, "operator", "sold again"),
    ]
    assert audit(lake.con) == []


def test_a_source_known_by_name_only_gets_the_domain_that_alone_declares_the_name(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", article(0, source_name="Harbour Gazette")))
    assert sources_of_articles(lake) == [("a.txt", None, "Harbour Gazette")]
    lake.load(Inbox().add("b.txt", article(1, source="harbour-gazette.example", source_name="Harbour Gazette")))
    assert sources_of_articles(lake) == [
        ("a.txt", "harbour-gazette.example", "Harbour Gazette"),
        ("b.txt", "harbour-gazette.example", "Harbour Gazette"),
    ]
    assert lake.rows("select action, cause, reason from ops.source_change") == [
        ("merge", "declared_name", "harbour-gazette.example alone declares the name Harbour Gazette")
    ]


def test_a_name_that_two_domains_declare_tells_nothing_and_what_it_told_is_taken_back(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source_name="Daily News"))
        .add("b.txt", article(1, source="one.example", source_name="Daily News"))
    )
    assert lake.rows("select source from article where path = 'a.txt'") == [("one.example",)]
    lake.load(Inbox().add("c.txt", article(2, source="two.example", source_name="DAILY NEWS")))
    assert lake.rows("select source from article where path = 'a.txt'") == [(None,)]
    assert lake.rows("select action, reason from ops.source_change order by change_id")[1:] == [
        ("split", "several sources declare the name")
    ]
    merge(lake.con, "one.example", "two.example", reason="one newsroom", now=NOW)
    assert lake.rows("select source from article where path = 'a.txt'") == [("two.example",)]
    assert audit(lake.con) == []


def test_two_spellings_of_a_name_are_one_source(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source_name="Harbour Gazette"))
        .add("b.txt", article(1, source_name="HARBOUR-GAZETTE"))
        .add("c.txt", article(2, source_name="Härbour Gazette"))
    )
    assert lake.rows("select name, names, articles from source order by articles desc") == [
        ("Harbour Gazette", ["HARBOUR-GAZETTE", "Harbour Gazette"], 2),
        ("Härbour Gazette", ["Härbour Gazette"], 1),
    ]


def test_what_was_split_by_hand_is_not_merged_by_its_name_again(lake: Lake) -> None:
    inbox = Inbox().add("a.txt", article(0, source_name="Daily News"))
    lake.load(inbox.add("b.txt", article(1, source="one.example", source_name="Daily News")))
    split(lake.con, "Daily News", reason="another Daily News", now=NOW)
    lake.load(Inbox().add("c.txt", article(2, source="one.example", source_name="Daily News")))
    assert lake.rows("select source from article where path = 'a.txt'") == [(None,)]


def test_a_domain_that_passed_into_other_hands_is_another_source_from_then_on(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", observed_at=seen(2)))
        .add("b.txt", article(1, source="new.example", observed_at=seen(3)))
    )
    merge(lake.con, "old.example", "new.example", reason="moved, then sold", now=NOW, until=seen(5))
    lake.load(
        Inbox()
        .add("c.txt", article(2, source="old.example", observed_at=seen(4)))
        .add("d.txt", article(3, source="old.example", observed_at=seen(6)))
    )
    lake.load(Inbox().add("e.txt", article(4, source="old.example", observed_at=seen(7))))
    assert [source for _, source, _ in sources_of_articles(lake)] == [
        *["new.example", "new.example", "new.example"],
        *["old.example", "old.example"],
    ]
    assert lake.rows(
        "select source_id, domain, retired_at from dim_source where domain = 'old.example' order by 1"
    ) == [
        (2, "old.example", seen(5)),
        (3, "old.example", None),
    ]
    assert find(lake.con, "old.example").source_id == 3
    assert audit(lake.con) == []


def test_articles_that_were_seen_after_the_domain_passed_on_are_counted_and_stay(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", observed_at=seen(6)))
        .add("b.txt", article(1, source="new.example"))
    )
    assert merge(lake.con, "old.example", "new.example", reason="sold", now=NOW, until=seen(5)).after == 1
    split(lake.con, "old.example", reason="it was not", now=NOW)
    assert lake.rows("select retired_at from dim_source where domain = 'old.example'") == [(None,)]


def test_a_name_given_by_hand_draws_what_is_known_by_it_and_lets_it_go_when_it_ends(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source_name="The HG"))
        .add("b.txt", article(1, source="harbour-gazette.example"))
    )
    name(lake.con, "harbour-gazette.example", "The HG", now=NOW, since=seen(1), reason="its print edition")
    assert lake.rows("select source from article where path = 'a.txt'") == [("harbour-gazette.example",)]
    name(lake.con, "harbour-gazette.example", "The HG", now=NOW, until=seen(5))
    assert lake.rows("select source from article where path = 'a.txt'") == [(None,)]
    assert lake.rows("select names, former_names from source where domain is not null") == [([], ["The HG"])]
    assert lake.rows("select alias, origin, valid_from, valid_to from dim_source_alias where origin = 'operator'") == [
        ("The HG", "operator", seen(1), seen(5))
    ]


def test_a_source_is_found_by_domain_address_id_and_any_spelling_of_its_name(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example"))
        .add("b.txt", article(1, source="new.example", source_name="Harbour Times"))
        .add("c.txt", article(2, source_name="Quay Wire"))
    )
    said = ["old.example", "https://www.old.example/a/b", "#1", "harbour  TIMES", "Quay Wire"]
    assert [str(find(lake.con, text)) for text in said] == [
        "old.example (#2)",
        "old.example (#2)",
        "new.example (#1)",
        "new.example (#1)",
        "Quay Wire (#3)",
    ]


def test_what_cannot_be_decided_is_refused_with_its_reason_and_nothing_is_kept(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", source_name="Daily News"))
        .add("b.txt", article(1, source="new.example", source_name="Daily News"))
        .add("c.txt", article(2, source_name="Quay Wire"))
    )
    before = lake.rows("from dim_source order by all"), lake.rows("from ops.source_change")
    for call, problem in [
        (lambda: merge(lake.con, "gone.example", "new.example", reason="r", now=NOW), "No source is named"),
        (lambda: merge(lake.con, "Daily News", "new.example", reason="r", now=NOW), "may be any of new.example"),
        (lambda: merge(lake.con, "new.example", "#1", reason="r", now=NOW), "are one source already"),
        (lambda: merge(lake.con, "new.example", "Quay Wire", reason="r", now=NOW), "Merge the other way round"),
        (lambda: merge(lake.con, "Quay Wire", "new.example", reason="r", now=NOW, until=NOW), "no domain that could"),
        (lambda: split(lake.con, "new.example", reason="r", now=NOW), "was not merged"),
        (lambda: name(lake.con, "new.example", "  ", now=NOW), "more than white space"),
        (lambda: name(lake.con, "new.example", "NE", now=NOW, since=seen(5), until=seen(4)), "no time at all"),
    ]:
        with pytest.raises(SourceRefused, match=problem):
            call()
    assert before == (lake.rows("from dim_source order by all"), lake.rows("from ops.source_change"))


def test_the_story_of_a_source_tells_its_members_names_and_decisions(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", source_name="Harbour Gazette"))
        .add("b.txt", article(1, source="new.example", source_name="Harbour Times"))
    )
    merge(lake.con, "old.example", "new.example", reason="moved", now=NOW)
    story = tell(lake.con, "old.example")
    assert story.source["domain"].to_pylist() == ["new.example"]
    assert story.members.select(["domain", "articles", "merge_reason"]).to_pylist() == [
        {"domain": "new.example", "articles": 1, "merge_reason": None},
        {"domain": "old.example", "articles": 1, "merge_reason": "moved"},
    ]
    assert story.names["alias"].to_pylist() == ["Harbour Gazette", "Harbour Times"]
    assert story.changes["action"].to_pylist() == ["merge"]


def test_sources_are_listed_by_articles_and_by_a_part_of_a_name(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", article(0, source="old.example", source_name="Harbour Gazette"))
        .add("b.txt", article(1, source="new.example"))
        .add("c.txt", article(2, source="new.example"))
    )
    assert list_sources(lake.con)["domain"].to_pylist() == ["new.example", "old.example"]
    assert list_sources(lake.con, like="GAZ")["domain"].to_pylist() == ["old.example"]
