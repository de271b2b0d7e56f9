"""When an article was seen in which state, whatever the order in which its files arrive and whatever they are named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lake_builder import EXTRACTORS, Inbox, Lake, an_article

from transforms.article import Article, Author, Origin, Rejection
from warehouse.audit import audit
from warehouse.load import Extractor

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
LATER = STORM + " Service resumed on Tuesday morning."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."
URL = "https://harbour-gazette.example/storm"


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=UTC)


def seen(body: str, day: int, hour: int = 0, **fields: object) -> Article:
    return an_article(body, **({"url": URL, "title": "Storm", "observed_at": at(day, hour)} | fields))


def storm(day: int, hour: int = 0, **fields: object) -> Article:
    return seen(STORM, day, hour, **fields)


def later(day: int, hour: int = 0, **fields: object) -> Article:
    return seen(LATER, day, hour, **fields)


def timeline(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows(
        "select body, valid_from, valid_to, is_current from article_revision order by article_id, valid_from, revision"
    )


def states(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows(
        "select input.input_key, input.state, input.revision, first.input_key from ops.input as input "
        "left join ops.input as first on first.input_id = input.duplicate_of order by 1"
    )


THERE_AND_BACK = [
    (STORM, at(1), at(2), False),
    (LATER, at(2), at(3), False),
    (STORM, at(3), None, True),
]


@pytest.mark.parametrize(
    "batches", [["123"], ["1", "2", "3"], ["12", "3"], ["1", "23"], ["3", "2", "1"], ["2", "3", "1"], ["23", "1"]]
)
def test_bytes_seen_again_after_others_are_a_revision_under_whatever_name_and_in_whatever_batch(
    lake: Lake, batches: list[str]
) -> None:
    files = {"1": storm(1), "2": later(2), "3": storm(3)}
    for batch in batches:
        inbox = Inbox()
        for name in batch:
            inbox.add(f"{name}.txt", files[name])
        lake.load(inbox)
    assert timeline(lake) == THERE_AND_BACK
    assert [row[:2] for row in states(lake)] == [("1.txt", "loaded"), ("2.txt", "loaded"), ("3.txt", "loaded")]
    assert lake.rows("select first_seen_at, last_seen_at, revisions from article_identity") == [(at(1), at(3), 3)]
    assert lake.rows("select body from article") == [(STORM,)]
    assert audit(lake.con) == []


def test_bytes_seen_again_while_they_were_to_be_seen_are_a_duplicate_and_move_the_last_sight(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1)))
    counts = lake.load(Inbox().add("2.txt", storm(4)))
    assert (counts.loaded, counts.duplicate, counts.articles_same) == (0, 1, 0)
    assert states(lake) == [("1.txt", "loaded", 1, None), ("2.txt", "duplicate", None, "1.txt")]
    assert lake.rows("select first_seen_at, last_seen_at from article_identity") == [(at(1), at(4))]
    assert timeline(lake) == [(STORM, at(1), None, True)]
    assert audit(lake.con) == []


def test_copies_of_a_whole_history_are_duplicates_where_they_keep_its_times(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1)).add("2.txt", later(2)).add("3.txt", storm(3)))
    counts = lake.load(Inbox().add("copy/1.txt", storm(1)).add("copy/2.txt", later(2)).add("copy/3.txt", storm(3)))
    assert (counts.duplicate, counts.loaded) == (3, 0)
    assert timeline(lake) == THERE_AND_BACK


def test_a_file_that_was_copied_tells_nothing_by_its_own_time(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1)).add("2.txt", later(2)))
    copied = {"observed_origin": Origin.FILE}
    counts = lake.load(Inbox().add("backup/1.txt", storm(9, **copied)).add("backup/2.txt", later(9, **copied)))
    assert (counts.duplicate, counts.loaded) == (2, 0)
    assert lake.rows("select last_seen_at from article_identity") == [(at(2),)]
    assert lake.rows("select body from article") == [(LATER,)]


def test_a_file_that_goes_back_to_bytes_of_another_one_is_a_revision_by_its_own_time(lake: Lake) -> None:
    by_file = {"observed_origin": Origin.FILE}
    lake.load(Inbox().add("first.txt", storm(1, **by_file)))
    lake.load(Inbox().add("page.txt", later(2, **by_file)))
    lake.load(Inbox().add("page.txt", storm(3, **by_file)))
    assert timeline(lake) == THERE_AND_BACK
    assert audit(lake.con) == []


def test_records_of_a_file_are_not_seen_anew_by_its_sidecar(lake: Lake) -> None:
    def dump(day: int) -> list[Article]:
        return [
            storm(day, record="1", content=b'{"n": 1}', format="json"),
            later(day, record="2", content=b'{"n": 2}', format="json"),
        ]

    lake.load(Inbox().add("monday.jsonl", *dump(1)))
    counts = lake.load(Inbox().add("tuesday.jsonl", *dump(2), content=b"the same records"))
    assert (counts.container, counts.duplicate, counts.loaded) == (1, 2, 0)
    assert len(timeline(lake)) == 2


def test_pages_of_an_archive_are_seen_anew_by_their_sidecars(lake: Lake) -> None:
    for day, page in enumerate([storm, later, storm], start=1):
        lake.load(Inbox().add(f"{day}.zip", page(day, record="a.html", format="html", content=page(1).body.encode())))
    assert timeline(lake) == THERE_AND_BACK


def test_the_same_bytes_at_the_address_of_another_source_are_an_article_of_that_source(lake: Lake) -> None:
    here, there = "https://harbour-gazette.example/wire", "https://tower-post.example/wire"
    inbox = (
        Inbox()
        .add("1.txt", storm(1, url=here, source="harbour-gazette.example"), content=b"wire")
        .add("2.txt", storm(1, url=there, source="tower-post.example"), content=b"wire")
        .add("3.txt", storm(1, url=there + "?page=2", source="tower-post.example"), content=b"wire")
    )
    assert lake.load(inbox).duplicate == 1
    assert lake.rows("select source, path from article order by path") == [
        ("harbour-gazette.example", "1.txt"),
        ("tower-post.example", "2.txt"),
    ]
    counts = lake.load(Inbox().add("4.txt", storm(5, url=there, source="tower-post.example"), content=b"wire"))
    assert counts.duplicate == 1
    assert lake.rows("select last_seen_at from article_identity order by article_id") == [(at(1),), (at(5),)]
    assert audit(lake.con) == []


def test_the_same_bytes_at_another_address_of_a_source_or_without_one_are_a_duplicate(lake: Lake) -> None:
    source = "harbour-gazette.example"
    lake.load(Inbox().add("1.txt", storm(1, source=source), content=b"wire"))
    counts = lake.load(
        Inbox()
        .add("2.txt", storm(2, url=URL + "?page=2", source=source), content=b"wire")
        .add("3.txt", an_article(STORM, observed_at=at(2)), content=b"wire")
    )
    assert (counts.duplicate, counts.loaded) == (2, 0)


def test_a_copy_that_claims_what_another_piece_has_stays_a_duplicate(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1)))
    lake.load(Inbox().add("2.txt", seen(TOWER, 2, title="Tower")))
    counts = lake.load(Inbox().add("3.txt", seen(TOWER, 3, title="Tower")))
    assert (counts.duplicate, counts.quarantined) == (1, 0)
    assert states(lake)[2] == ("3.txt", "duplicate", None, "2.txt")
    assert audit(lake.con) == []


def test_a_copy_read_by_a_later_reader_is_no_revision(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1), content=b"page"))
    fuller = later(2, authors=(Author("Ada Quill"),))
    counts = lake.load(Inbox().add("2.txt", fuller, content=b"page"), extractors=[Extractor("text", "2", "bb")])
    assert (counts.duplicate, counts.loaded) == (1, 0)
    assert lake.rows("select last_seen_at from article_identity") == [(at(2),)]


def test_what_arrives_late_takes_its_place_between_what_was_seen_before_and_after_it(lake: Lake) -> None:
    lake.load(Inbox().add("3.txt", later(3)))
    counts = lake.load(
        Inbox()
        .add("1.txt", storm(1, 10))
        .add("1b.txt", storm(1, 12), content=b"the same with a comment")
        .add("2.txt", later(2), content=b"the later one with a comment")
    )
    assert (counts.loaded, counts.articles_edited, counts.articles_same) == (3, 1, 2)
    assert timeline(lake) == [(STORM, at(1, 10), at(2), False), (LATER, at(2), None, True)]
    assert lake.rows("select changed_at, former_observed_at from article_change") == [(at(2), at(1, 10))]
    assert states(lake) == [
        ("1.txt", "loaded", 2, None),
        ("1b.txt", "loaded", 2, None),
        ("2.txt", "loaded", 1, None),
        ("3.txt", "loaded", 1, None),
    ]
    assert audit(lake.con) == []


def test_a_revision_of_the_batch_begins_with_the_earliest_of_its_copies(lake: Lake) -> None:
    counts = lake.load(
        Inbox().add("1.txt", later(4)).add("2.txt", storm(1)).add("3.txt", later(2)).add("4.txt", later(3))
    )
    assert (counts.loaded, counts.duplicate) == (2, 2)
    assert timeline(lake) == [(STORM, at(1), at(2), False), (LATER, at(2), None, True)]
    assert audit(lake.con) == []


def test_a_revision_that_is_moved_and_followed_in_one_batch_is_both(lake: Lake) -> None:
    lake.load(Inbox().add("1.txt", storm(1)).add("3.txt", later(3)))
    lake.load(Inbox().add("2.txt", later(2), content=b"2").add("4.txt", storm(4), content=b"4"))
    assert timeline(lake) == [
        (STORM, at(1), at(2), False),
        (LATER, at(2), at(4), False),
        (STORM, at(4), None, True),
    ]
    assert lake.rows("select revision, is_current, count(*) from fact_article group by all order by 1") == [
        (1, False, 1),
        (2, False, 1),
        (3, True, 1),
    ]
    assert audit(lake.con) == []


def test_the_first_observation_of_an_article_is_its_identity_s_to_tell(lake: Lake) -> None:
    lake.load(Inbox().add("2.txt", storm(2)))
    lake.load(Inbox().add("1.txt", storm(1), content=b"the same with a comment"))
    assert timeline(lake) == [(STORM, at(2), None, True)]
    assert lake.rows("select first_seen_at, last_seen_at from article_identity") == [(at(1), at(2))]


def test_two_readers_that_take_turns_are_two_extractions_and_no_revision(lake: Lake) -> None:
    feeds = [*EXTRACTORS, Extractor("json", "1", "aa")]
    for day in range(1, 7):
        by = {"engine": "json", "section": "News"} if day % 2 == 0 else {}
        lake.load(Inbox().add(f"{day}.txt", storm(day, **by), content=b"%d" % day), extractors=feeds)
    assert lake.rows("select revision, extraction, cause, engine from fact_article order by 1, 2") == [
        (1, 1, "new", "text"),
        (1, 2, "re-extracted", "json"),
    ]
    assert (
        lake.rows("select state, revision, extraction from ops.input order by input_key")
        == [
            ("loaded", 1, 1),
            ("loaded", 1, 2),
        ]
        * 3
    )
    assert lake.rows("from article_change") == []
    assert audit(lake.con) == []


def test_an_older_record_by_another_reader_takes_no_later_reading_s_place(lake: Lake) -> None:
    lake.load(Inbox().add("2.txt", storm(2, authors=(Author("Ada Quill"),))))
    counts = lake.load(Inbox().add("1.txt", storm(1), content=b"1"), extractors=[Extractor("text", "2", "bb")])
    assert counts.articles_same == 1
    assert lake.rows("select authors, revision, extraction from article") == [(["Ada Quill"], 1, 1)]


def test_the_files_again_change_nothing(lake: Lake) -> None:
    inbox = Inbox().add("1.txt", storm(1)).add("2.txt", later(2)).add("3.txt", storm(3)).add("4.txt", storm(4))
    inbox.add("5.txt", Rejection("empty", "5.txt is empty"))
    lake.load(inbox)
    tables = ("ops.input", "fact_article", "dim_article")
    before = [lake.rows(f"from {table} order by all") for table in tables]
    assert lake.load(inbox).unchanged == 5
    assert [lake.rows(f"from {table} order by all") for table in tables] == before


def test_rows_of_a_dump_with_one_number_are_versions_only_where_their_texts_are_alike(lake: Lake) -> None:
    def row(body: str, place: int, **fields: object) -> Article:
        given = {"title": "Weather", "identity_kind": "record", "identity_key": "dump.jsonl:8", "record": str(place)}
        return an_article(body, **(given | fields), content=b"%d" % place, observed_at=at(place))

    counts = lake.load(Inbox().add("dump.jsonl", row(STORM, 1), row(TOWER, 2), row(LATER, 3)))
    assert (counts.articles_new, counts.articles_edited, counts.quarantined) == (1, 1, 1)
    assert lake.rows("select path, reason from rejection") == [("dump.jsonl#2", "identity_conflict")]
    with_source = {"source": "port.example", "identity_key": "port.example:8"}
    counts = lake.load(Inbox().add("live.jsonl", row(STORM, 4, **with_source), row(TOWER, 5, **with_source)))
    assert (counts.articles_new, counts.articles_edited, counts.quarantined) == (1, 1, 0)
