"""What a batch puts into the lake: one state an input, one revision a change, nothing by halves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from lake_builder import EXTRACTORS, FEEDS, NOW, Inbox, Lake, an_article

from transforms.article import Author, FieldFault, Origin, Precision, Published, Rejection
from transforms.staged import FAULTS, REJECTED, RESULTS, SCHEMA, digest
from warehouse.audit import audit
from warehouse.errors import LakeError, LoadRefused
from warehouse.load import load_batch

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
STORM_LATER = STORM + " Service resumed on Tuesday morning."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."
URL = "harbour-gazette.example/storm"


def states(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows(
        "select input_key, state, reason, article_id, revision, is_latest from ops.input order by input_id"
    )


def readings(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("select article_id, revision, cause, body from fact_article order by all")


def test_an_article_is_loaded_with_all_that_belongs_to_it(lake: Lake) -> None:
    article = an_article(
        STORM,
        url=URL,
        source="harbour-gazette.example",
        source_name="Harbour Gazette",
        authors=(Author("Ada Quill"), Author("Coast Wire", "organisation"), Author("Bo Reed", role="photographer")),
        published=Published(
            date(2026, 1, 31), Precision.SECOND, Origin.DECLARED, datetime.fromisoformat("2026-01-31T23:30:00-05:00")
        ),
        items=("First item", "Second item"),
        categories=("weather", "transport"),
        origins=(("title", Origin.PAGE),),
    )
    counts = lake.load(Inbox().add("harbour/storm.txt", article, feed="harbour"))

    assert (counts.inputs, counts.loaded, counts.articles_new, counts.unchanged) == (1, 1, 1, 0)
    assert lake.rows(
        "select path, title, authors, organisations, items, categories, source, source_name, feed, published_date, "
        "published_at::varchar, published_offset, origins, engine, revision from article"
    ) == [
        (
            "harbour/storm.txt",
            "Storm closes the harbour",
            ["Ada Quill", "Coast Wire", "Bo Reed"],
            ["Coast Wire"],
            ["First item", "Second item"],
            ["weather", "transport"],
            "harbour-gazette.example",
            "Harbour Gazette",
            "harbour",
            date(2026, 1, 31),
            "2026-02-01 04:30:00+00",
            -300,
            {"title": "page"},
            "text",
            1,
        )
    ]
    assert lake.rows("select day from fact_article join dim_date using (date_id)") == [(date(2026, 1, 31),)]
    assert lake.rows("select position, name, role from article_author order by position") == [
        (1, "Ada Quill", None),
        (2, "Coast Wire", None),
        (3, "Bo Reed", "photographer"),
    ]
    assert lake.rows("select role, rule_id, text from removed_text") == [
        ("boilerplate", "text.teasers", "Recent Posts")
    ]
    assert lake.rows("select alias, alias_kind, valid_to from dim_source_alias") == [("Harbour Gazette", "name", None)]


def test_the_same_folder_again_changes_nothing(lake: Lake) -> None:
    inbox = Inbox().add("a.txt", an_article(STORM)).add("b.txt", Rejection("empty", "b.txt is empty"))
    lake.load(inbox)
    before = lake.rows("from ops.input order by all"), lake.rows("from fact_article"), lake.rows("from dim_article")
    counts = lake.load(inbox, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert (counts.unchanged, counts.loaded, counts.quarantined) == (2, 0, 0)
    assert before == (
        lake.rows("from ops.input order by all"),
        lake.rows("from fact_article"),
        lake.rows("from dim_article"),
    )


def test_the_same_bytes_with_another_modification_time_only_move_that_time(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM), mtime_ns=1))
    counts = lake.load(Inbox().add("a.txt", an_article(STORM), mtime_ns=2))
    assert counts.unchanged == 1
    assert lake.rows("select mtime_ns, batch_id from ops.input") == [(2, 1)]


def test_a_changed_file_makes_a_new_revision_and_the_former_one_stays(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)))
    later = an_article(STORM_LATER, url=URL, observed_at=datetime(2026, 2, 2, tzinfo=UTC))
    counts = lake.load(Inbox().add("a.txt", later))
    assert (counts.articles_edited, counts.loaded) == (1, 1)
    assert readings(lake) == [(1, 1, "new", STORM), (1, 2, "edited", STORM_LATER)]
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, False), ("a.txt", "loaded", None, 1, 2, True)]
    assert lake.rows("select revision, valid_from, valid_to, is_current from article_revision order by revision") == [
        (1, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC), False),
        (2, datetime(2026, 2, 2, tzinfo=UTC), None, True),
    ]


def test_a_file_that_goes_back_to_its_former_content_makes_a_third_revision(lake: Lake) -> None:
    for n, body in enumerate([STORM, STORM_LATER, STORM]):
        lake.load(Inbox().add("a.txt", an_article(body, url=URL, observed_at=datetime(2026, 2, 1 + n, tzinfo=UTC))))
    assert readings(lake) == [(1, 1, "new", STORM), (1, 2, "edited", STORM_LATER), (1, 3, "edited", STORM)]
    assert states(lake) == [("a.txt", "loaded", None, 1, 3, True), ("a.txt", "loaded", None, 1, 2, False)]
    assert lake.rows("select state, batch_id, replaced_in_batch from ops.input_history") == [("loaded", 1, 3)]
    assert lake.rows("select revision, body from article") == [(3, STORM)]
    assert audit(lake.con) == []


def test_a_restored_file_is_current_whatever_its_modification_time_says(lake: Lake) -> None:
    def seen(day: int) -> dict[str, object]:
        return {"url": URL, "observed_at": datetime(2026, 2, day, tzinfo=UTC), "observed_origin": Origin.FILE}

    lake.load(Inbox().add("a.txt", an_article(STORM_LATER, **seen(5))))
    lake.load(Inbox().add("a.txt", an_article(STORM, **seen(1))))
    assert lake.rows("select body, observed_at from article") == [(STORM, datetime(2026, 2, 5, tzinfo=UTC))]


def test_an_older_copy_that_arrives_late_is_a_revision_but_not_the_current_one(lake: Lake) -> None:
    lake.load(Inbox().add("new/a.txt", an_article(STORM_LATER, url=URL, observed_at=datetime(2026, 2, 5, tzinfo=UTC))))
    lake.load(Inbox().add("old/a.txt", an_article(STORM, url=URL, observed_at=datetime(2026, 2, 1, tzinfo=UTC))))
    assert lake.rows("select revision, body from article") == [(1, STORM_LATER)]
    assert lake.rows("select revision, revisions from article_identity") == [(1, 2)]
    assert lake.rows("select revision, is_current, valid_to is null from article_revision order by valid_from") == [
        (2, False, False),
        (1, True, True),
    ]
    assert audit(lake.con) == []


def test_two_states_of_an_article_in_one_batch_follow_on_each_other_by_observation(lake: Lake) -> None:
    inbox = (
        Inbox()
        .add("1.txt", an_article(STORM_LATER, url=URL, observed_at=datetime(2026, 2, 2, tzinfo=UTC)))
        .add("2.txt", an_article(STORM, url=URL, observed_at=datetime(2026, 2, 1, tzinfo=UTC)))
    )
    counts = lake.load(inbox)
    assert (counts.articles_new, counts.articles_edited) == (1, 1)
    assert readings(lake) == [(1, 1, "new", STORM), (1, 2, "edited", STORM_LATER)]
    assert lake.rows("select body from article") == [(STORM_LATER,)]
    assert audit(lake.con) == []


def test_another_file_that_says_the_same_points_to_the_reading_that_is_there(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)))
    counts = lake.load(Inbox().add("b.txt", an_article(STORM, url=URL), content=b"the same piece in other bytes"))
    assert (counts.loaded, counts.articles_same, counts.articles_new) == (1, 1, 0)
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, True), ("b.txt", "loaded", None, 1, 1, True)]
    assert len(readings(lake)) == 1


def test_the_same_bytes_under_another_key_are_a_duplicate_of_the_first(lake: Lake) -> None:
    inbox = Inbox().add("b.txt", an_article(STORM)).add("a.txt", an_article(STORM)).add("c.txt", an_article(TOWER))
    counts = lake.load(inbox)
    assert (counts.loaded, counts.duplicate) == (2, 1)
    lake.load(Inbox().add("0.txt", an_article(STORM)))
    assert lake.rows(
        "select input.input_key, input.state, first.input_key from ops.input as input "
        "left join ops.input as first on first.input_id = input.duplicate_of order by input.input_key"
    ) == [
        ("0.txt", "duplicate", "a.txt"),
        ("a.txt", "loaded", None),
        ("b.txt", "duplicate", "a.txt"),
        ("c.txt", "loaded", None),
    ]
    assert audit(lake.con) == []


def test_another_piece_under_a_known_address_is_quarantined_and_never_a_version(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)))
    counts = lake.load(Inbox().add("b.txt", an_article(TOWER, url=URL)))
    assert (counts.quarantined, counts.articles_edited) == (1, 0)
    assert readings(lake) == [(1, 1, "new", STORM)]
    [(reason, detail)] = lake.rows("select reason, detail from rejection")
    assert reason == "identity_conflict"
    assert str(detail).startswith(f"b.txt claims the url {URL}, which a.txt has already")
    assert audit(lake.con) == []


def test_another_piece_under_one_address_within_a_batch_is_quarantined_too(lake: Lake) -> None:
    counts = lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)).add("b.txt", an_article(TOWER, url=URL)))
    assert (counts.loaded, counts.quarantined) == (1, 1)
    assert readings(lake) == [(1, 1, "new", STORM)]


def test_a_new_headline_over_the_same_text_is_an_edit(lake: Lake) -> None:
    lake.load(Inbox().add("1/a.txt", an_article(STORM, url=URL)))
    counts = lake.load(Inbox().add("2/a.txt", an_article(STORM_LATER, url=URL, title="Ferries run again")))
    assert (counts.articles_edited, counts.quarantined) == (1, 0)


def test_the_same_file_may_change_altogether(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)))
    assert lake.load(Inbox().add("a.txt", an_article(TOWER, url=URL))).articles_edited == 1


def test_a_rejected_record_keeps_every_reason_and_its_bytes(lake: Lake) -> None:
    counts = lake.load(
        Inbox()
        .add("a.txt", an_article("Too short."))
        .add("b.txt", Rejection("binary", "b.txt holds no text"), content=b"\0\1"),
        rejected=[(0, "body.too_short", "a.txt has 2 words"), (0, "title.missing", "a.txt has no title")],
    )
    assert (counts.quarantined, counts.loaded) == (2, 0)
    assert lake.rows("select path, reason, detail, position from rejection order by path, position") == [
        ("a.txt", "body.too_short", "a.txt has 2 words", 1),
        ("a.txt", "title.missing", "a.txt has no title", 2),
        ("b.txt", "binary", "b.txt holds no text", 1),
    ]
    [(raw,)] = lake.rows("select raw from ops.quarantine join ops.input using (input_id) where input_key = 'b.txt'")
    assert pa.decompress(raw, decompressed_size=2, codec="zstd", asbytes=True) == b"\0\1"


def test_a_value_that_was_set_to_null_is_kept_beside_its_article(lake: Lake) -> None:
    lake.load(
        Inbox().add("a.txt", an_article(STORM)),
        faults=[(0, FieldFault("published_date", "2025-13-45", "date.impossible"))],
    )
    assert lake.rows(
        "select input_key, field, raw_value, rule_id from ops.field_fault join ops.input using (input_id)"
    ) == [("a.txt", "published_date", "2025-13-45", "date.impossible")]


def test_a_file_that_could_not_be_read_is_one_row_until_it_can_be(lake: Lake) -> None:
    assert lake.load(Inbox().fail("a.txt")).failed == 1
    again = lake.load(Inbox().fail("a.txt"))
    assert (again.failed, again.failed_again) == (1, 1)
    assert states(lake) == [("a.txt", "failed", "unreadable", None, None, True)]
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, True)]
    assert lake.rows("select state, reason, batch_id, replaced_in_batch from ops.input_history") == [
        ("failed", "unreadable", 1, 3)
    ]
    assert audit(lake.con) == []


def test_a_loaded_file_that_cannot_be_read_any_more_keeps_its_article(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    lake.load(Inbox().fail("a.txt"))
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, True), ("a.txt", "failed", "unreadable", None, None, False)]
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, True)]
    assert audit(lake.con) == []


def test_a_container_counts_its_records_and_not_itself(lake: Lake) -> None:
    counts = lake.load(
        Inbox().add(
            "dump.jsonl",
            an_article(STORM, record="1", content=b'{"n": 1}', identity_key="-:1", identity_kind="record"),
            an_article(TOWER, record="2", content=b'{"n": 2}', identity_key="-:2", identity_kind="record"),
            Rejection("no_body", "the third record has no text", record="3", content=b"{}"),
        )
    )
    assert (counts.inputs, counts.container, counts.loaded, counts.quarantined) == (4, 1, 2, 1)
    assert lake.rows("select path from article order by path") == [("dump.jsonl#1",), ("dump.jsonl#2",)]
    assert audit(lake.con) == []


def test_a_text_that_recurs_is_stored_once(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)).add("b.txt", an_article(TOWER)))
    lake.load(Inbox().add("a.txt", an_article(STORM_LATER)))
    assert lake.rows("select text, text_hash from removed_block") == [("Recent Posts", digest("Recent Posts"))]
    assert lake.rows("select count(*) from fact_removed_text") == [(3,)]


def test_a_source_without_a_domain_is_known_by_its_name(lake: Lake) -> None:
    inbox = (
        Inbox()
        .add("a.txt", an_article(STORM, source_name="Harbour Gazette"))
        .add("b.txt", an_article(TOWER, source_name="HARBOUR GAZETTE"))
        .add("c.txt", an_article(STORM_LATER, source="tower.example"))
        .add("d.txt", an_article(TOWER + " And more."))
    )
    lake.load(inbox)
    assert lake.rows("select source_id, domain, name from dim_source order by source_id") == [
        (0, None, None),
        (1, None, "Harbour Gazette"),
        (2, "tower.example", None),
    ]
    assert lake.rows("select path, source, source_name from article order by path") == [
        ("a.txt", None, "Harbour Gazette"),
        ("b.txt", None, "Harbour Gazette"),
        ("c.txt", "tower.example", None),
        ("d.txt", None, None),
    ]
    assert audit(lake.con) == []


def test_an_unknown_observation_falls_back_on_the_file_and_says_so(lake: Lake) -> None:
    lake.load(
        Inbox().add(
            "a.txt", an_article(STORM, observed_at=None, observed_origin=None), mtime_ns=1_700_000_000_123_456_789
        )
    )
    assert lake.rows("select observed_at, observed_origin from fact_article") == [
        (datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC), "file")
    ]


def test_with_keep_raw_all_every_content_is_kept_once_beside_the_lake(lake: Lake) -> None:
    lake.load(
        Inbox().add("a.txt", an_article(STORM), content=b"one").add("b.txt", an_article(TOWER), content=b"one"),
        keep_raw="all",
    )
    name = digest(b"one")
    kept = [path.relative_to(lake.folder).as_posix() for path in (lake.folder / "raw").rglob("*") if path.is_file()]
    assert kept == [f"raw/{name[:2]}/{name}.zst"]


def test_with_keep_raw_none_no_bytes_are_kept(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", Rejection("empty", "a.txt is empty")), keep_raw="none")
    assert lake.rows("select raw from ops.quarantine") == [(None,)]


def test_expectations_and_the_checks_of_the_lake_are_recorded_together(lake: Lake) -> None:
    one = {"suite": "fact_article", "rule_id": "body.present", "expectation": "not_null", "column_name": "body"}
    one |= {"outcome": "quarantine", "severity": "critical", "success": True, "evaluated": 1, "unexpected": 0}
    load_batch(
        lake.con,
        Inbox().add("a.txt", an_article(STORM)).table,
        REJECTED.empty_table(),
        FAULTS.empty_table(),
        pa.Table.from_pylist([one], RESULTS),
        run_id=1,
        now=NOW,
        feeds=FEEDS,
        extractors=EXTRACTORS,
    )
    assert lake.rows("select suite, rule_id, success from ops.expectation_result order by all") == [
        ("fact_article", "body.present", True),
        ("lake", "lake.accounted", True),
        ("lake", "lake.references", True),
        ("lake", "lake.unique_articles", True),
        ("lake", "lake.unique_ids", True),
        ("lake", "lake.unique_inputs", True),
    ]


def test_a_batch_that_breaks_a_check_is_rolled_back_whole(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    twice = Inbox().add("b.txt", an_article(TOWER), content=b"x").add("b.txt", an_article(TOWER), content=b"y")
    with pytest.raises(LoadRefused, match="unique_inputs"):
        lake.load(twice)
    assert states(lake) == [("a.txt", "loaded", None, 1, 1, True)]
    assert lake.rows("select count(*) from ops.batch") == [(1,)]
    assert lake.load(Inbox().add("b.txt", an_article(TOWER))).loaded == 1
    assert audit(lake.con) == []


def test_an_engine_that_nobody_told_of_is_named(lake: Lake) -> None:
    with pytest.raises(LakeError, match="Articles read by quill"):
        lake.load(Inbox().add("a.txt", an_article(STORM, engine="quill")))


def test_an_empty_batch_is_a_batch(lake: Lake) -> None:
    assert lake.load(Inbox()).inputs == 0


def test_names_of_json_fields_are_counted_a_batch_and_feed_and_not_again_when_records_are_read_again(
    lake: Lake,
) -> None:
    inbox = (
        Inbox()
        .add("harbour/a.json", an_article(STORM, field_names=("headline", "text")), feed="harbour")
        .add("harbour/b.json", an_article(TOWER, field_names=("text", "url")), feed="harbour")
        .add("harbour/c.json", Rejection("no_body", "no text", field_names=("headline",)), feed="harbour")
        .add("plain.txt", an_article("Nothing of JSON here. It is a text."))
    )
    lake.load(inbox)
    counted = "select batch_id, feed_id, records, fields from ops.record_fields"
    assert lake.rows(counted) == [(1, 1, 3, {"headline": 2, "text": 2, "url": 1})]
    again = Inbox().add("harbour/a.json", an_article(STORM_LATER, field_names=("headline", "text")), feed="harbour")
    lake.load(again, again={0: "harbour/a.json"})
    assert lake.rows("select count(*) from ops.record_fields") == [(1,)]


def test_what_waits_behind_a_gate_is_kept_in_every_column_of_a_reading(shared_lake: Lake) -> None:
    columns = {row[0] for row in shared_lake.con.execute("describe ops.held").fetchall()}
    assert set(SCHEMA.names) - columns == {"field_names"}  # said of the delivery, and counted when it came
