"""Whose doing a difference is: the publisher's makes a revision, ours an extraction, and nothing is lost by either."""

from __future__ import annotations

from datetime import UTC, datetime

from lake_builder import EXTRACTORS, Inbox, Lake, an_article

from transforms.article import Author, Origin, Rejection
from warehouse.audit import audit
from warehouse.load import Extractor

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."
URL = "https://harbour-gazette.example/storm"
BYTES = b"the page as it was fetched"
LATER_READER = [Extractor("text", "2", "bb")]


def readings(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("select article_id, revision, extraction, cause, body from fact_article order by 1, 2, 3")


def states(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("select input_key, state, revision, extraction, is_latest from ops.input order by input_id")


def test_the_same_bytes_read_otherwise_are_an_extraction_of_the_revision_that_is_there(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM + " Share this.", url=URL), content=BYTES))
    better = an_article(STORM, url=URL, observed_at=datetime(2026, 5, 1, tzinfo=UTC))
    counts = lake.load(Inbox().add("a.txt", better, content=BYTES), again={0: "a.txt"}, extractors=LATER_READER)
    assert (counts.loaded, counts.articles_reextracted, counts.articles_edited) == (1, 1, 0)
    assert readings(lake) == [
        (1, 1, 1, "new", STORM + " Share this."),
        (1, 1, 2, "re-extracted", STORM),
    ]
    assert states(lake) == [("a.txt", "loaded", 1, 2, True)]
    assert lake.rows("select body, revision, extraction, observed_at from article") == [
        (STORM, 1, 2, datetime(2026, 2, 1, tzinfo=UTC))
    ]
    assert lake.rows("select revision, cause, valid_to from article_revision") == [(1, "re-extracted", None)]
    assert audit(lake.con) == []


def test_the_same_bytes_read_alike_change_nothing(lake: Lake) -> None:
    page = Inbox().add("a.txt", an_article(STORM, url=URL))
    lake.load(page)
    counts = lake.load(page, again={0: "a.txt"}, extractors=LATER_READER)
    assert (counts.inputs, counts.unchanged, counts.loaded) == (1, 1, 0)
    assert len(readings(lake)) == 1
    assert audit(lake.con) == []


def test_an_article_stays_though_its_bytes_are_refused_when_they_are_read_again(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=BYTES))
    counts = lake.load(Inbox().add("a.txt", Rejection("no_body", "nothing in it"), content=BYTES), again={0: "a.txt"})
    assert (counts.unchanged, counts.quarantined) == (1, 0)
    assert states(lake) == [("a.txt", "loaded", 1, 1, True)]
    assert audit(lake.con) == []


def test_a_former_revision_read_again_stays_a_former_revision(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM + " Share this.", url=URL), content=b"1"))
    edited = an_article(STORM + " They sailed on Tuesday.", url=URL, observed_at=datetime(2026, 2, 3, tzinfo=UTC))
    lake.load(Inbox().add("a.txt", edited, content=b"2"))
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"), again={0: "a.txt"})
    assert [row[:4] for row in readings(lake)] == [
        (1, 1, 1, "new"),
        (1, 1, 2, "re-extracted"),
        (1, 2, 1, "edited"),
    ]
    assert states(lake) == [("a.txt", "loaded", 1, 2, False), ("a.txt", "loaded", 2, 1, True)]
    assert lake.rows("select revision, extraction from article") == [(2, 1)]
    assert audit(lake.con) == []


def test_an_article_whose_address_is_found_at_last_is_known_by_it_unless_another_has_it(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM), content=b"1").add("b.txt", an_article(TOWER), content=b"2"))
    again = (
        Inbox()
        .add("a.txt", an_article(STORM, url=URL), content=b"1")
        .add("b.txt", an_article(TOWER, url=URL), content=b"2")
    )
    counts = lake.load(again, again={0: "a.txt", 1: "b.txt"})
    assert counts.articles_reextracted == 2
    assert lake.rows("select identity_kind, identity_key = ? from dim_article order by article_id", URL) == [
        ("url", True),
        ("input", False),
    ]
    assert audit(lake.con) == []


def test_other_bytes_that_another_reader_reads_otherwise_are_no_edit_while_the_text_is_the_same(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"))
    seen = datetime(2026, 4, 1, tzinfo=UTC)
    fuller = an_article(STORM, url=URL, authors=(Author("Ada Quill"),), observed_at=seen)
    counts = lake.load(Inbox().add("a.txt", fuller, content=b"2"), extractors=LATER_READER)
    assert (counts.articles_edited, counts.articles_reextracted) == (0, 1)
    assert [row[:4] for row in readings(lake)] == [(1, 1, 1, "new"), (1, 1, 2, "re-extracted")]
    assert lake.rows("select authors, observed_at from article") == [(["Ada Quill"], datetime(2026, 2, 1, tzinfo=UTC))]
    assert lake.rows("select last_seen_at from article_identity") == [(seen,)]
    assert audit(lake.con) == []


def test_the_same_difference_by_the_same_reader_is_an_edit(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"))
    fuller = an_article(STORM, url=URL, authors=(Author("Ada Quill"),))
    assert lake.load(Inbox().add("a.txt", fuller, content=b"2")).articles_edited == 1


def test_other_bytes_with_another_text_are_an_edit_whoever_reads_them(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"))
    later = an_article(STORM + " They sailed on Tuesday.", url=URL)
    counts = lake.load(Inbox().add("a.txt", later, content=b"2"), extractors=LATER_READER)
    assert (counts.articles_edited, counts.articles_reextracted) == (1, 0)


def test_an_edit_after_another_reader_s_reading_is_told_from_it_within_one_batch(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"))
    by = (Author("Ada Quill"),)
    batch = (
        Inbox()
        .add("b.txt", an_article(STORM, url=URL, authors=by, observed_at=datetime(2026, 2, 2, tzinfo=UTC)))
        .add("c.txt", an_article(STORM + " More.", url=URL, authors=by, observed_at=datetime(2026, 2, 3, tzinfo=UTC)))
    )
    counts = lake.load(batch, extractors=LATER_READER)
    assert (counts.articles_reextracted, counts.articles_edited) == (1, 1)
    assert [row[:4] for row in readings(lake)] == [
        (1, 1, 1, "new"),
        (1, 1, 2, "re-extracted"),
        (1, 2, 1, "edited"),
    ]
    assert lake.rows("select revision, extraction, body from article") == [(2, 1, STORM + " More.")]
    assert audit(lake.con) == []


def test_a_quarantined_input_that_can_be_read_at_last_is_loaded_as_if_it_were_new(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", Rejection("no_body", "nothing in it"), content=BYTES))
    again = Inbox().add("a.txt", an_article(STORM, url=URL), content=BYTES)
    counts = lake.load(again, again={0: "a.txt"})
    assert (counts.loaded, counts.articles_new) == (1, 1)
    assert states(lake) == [("a.txt", "loaded", 1, 1, True)]
    assert lake.rows("select state, reason, batch_id, replaced_in_batch from ops.input_history") == [
        ("quarantined", "no_body", 1, 2)
    ]
    assert lake.rows("select count(*) from ops.quarantine") == [(0,)]
    assert audit(lake.con) == []


def test_a_quarantined_input_that_is_refused_for_the_same_reasons_stays_as_it_is(lake: Lake) -> None:
    refused = Inbox().add("a.txt", Rejection("no_body", "nothing in it"), content=BYTES)
    lake.load(refused)
    before = lake.rows("from ops.input"), lake.rows("from ops.quarantine")
    assert lake.load(refused, again={0: "a.txt"}).unchanged == 1
    assert (lake.rows("from ops.input"), lake.rows("from ops.quarantine")) == before
    assert audit(lake.con) == []


def test_a_conflict_of_identities_that_is_read_again_and_still_one_stays_as_it_is(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL)))
    conflict = Inbox().add("b.txt", an_article(TOWER, url=URL), content=BYTES)
    assert lake.load(conflict).quarantined == 1
    before = lake.rows("from ops.input"), lake.rows("from ops.quarantine")
    assert lake.load(conflict, again={0: "b.txt"}).unchanged == 1
    assert (lake.rows("from ops.input order by input_id"), lake.rows("from ops.quarantine")) == before
    elsewhere = Inbox().add("b.txt", an_article(TOWER, url="https://harbour-gazette.example/tower"), content=BYTES)
    assert lake.load(elsewhere, again={0: "b.txt"}).articles_new == 1
    assert audit(lake.con) == []


def test_former_bytes_of_a_file_that_were_in_quarantine_never_become_the_current_text(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", Rejection("no_body", "nothing in it"), content=b"1"))
    by_file = {"url": URL, "observed_origin": Origin.FILE, "observed_at": datetime(2026, 2, 5, tzinfo=UTC)}
    lake.load(Inbox().add("a.txt", an_article(STORM + " They sailed.", **by_file), content=b"2"))
    assert states(lake)[0] == ("a.txt", "quarantined", None, None, False)
    counts = lake.load(Inbox().add("a.txt", an_article(STORM, **by_file), content=b"1"), again={0: "a.txt"})
    assert counts.articles_edited == 1
    assert states(lake) == [("a.txt", "loaded", 2, 1, False), ("a.txt", "loaded", 1, 1, True)]
    assert lake.rows("select revision, body from article") == [(1, STORM + " They sailed.")]
    assert audit(lake.con) == []


def test_a_quarantined_file_that_turns_out_to_be_a_container_counts_its_records(lake: Lake) -> None:
    lake.load(Inbox().add("dump.jsonl", Rejection("too_large", "larger than 1 MB"), content=b"{}{}"))
    again = Inbox().add(
        "dump.jsonl",
        an_article(STORM, record="1", content=b'{"n": 1}', identity_key="-:1", identity_kind="record"),
        an_article(TOWER, record="2", content=b'{"n": 2}', identity_key="-:2", identity_kind="record"),
        content=b"{}{}",
    )
    counts = lake.load(again, again={2: "dump.jsonl"})
    assert (counts.inputs, counts.container, counts.loaded) == (3, 1, 2)
    assert [row[:2] for row in states(lake)] == [
        ("dump.jsonl", "container"),
        ("dump.jsonl#1", "loaded"),
        ("dump.jsonl#2", "loaded"),
    ]
    assert audit(lake.con) == []


def test_another_engine_is_another_reader_whose_difference_is_nobody_s(lake: Lake) -> None:
    html = Extractor("blocks", "1", "aa")
    lake.load(Inbox().add("a.txt", an_article(STORM, url=URL), content=b"1"))
    page = an_article(STORM, url=URL, engine="blocks", authors=(Author("Ada Quill"),))
    counts = lake.load(Inbox().add("a.txt", page, content=b"2"), extractors=[*EXTRACTORS, html])
    assert (counts.articles_edited, counts.articles_reextracted) == (0, 1)
