"""The ledger: which files are read again, how runs begin and end, how things stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import Rejection
from transforms.staged import digest
from warehouse.audit import audit
from warehouse.incidents import IncidentRow, Message, Tried, keep, record_delivery
from warehouse.lake import transaction
from warehouse.ledger import LISTING, RunCounts, begin_run, end_run, select_changed, status, touch

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."
SIZE = len(f"{STORM}\n\nRecent Posts")


def listing(*files: tuple[object, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(LISTING.names, file, strict=False)) for file in files], LISTING)


def changed(lake: Lake, *files: tuple[object, ...], verify: bool = False) -> tuple[list[str], int]:
    table, unchanged = select_changed(lake.con, listing(*files), verify=verify)
    return table.column("file_key").to_pylist(), unchanged


def test_a_known_file_of_the_same_size_and_time_is_spared(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM), mtime_ns=5))
    assert changed(lake, ("a.txt", SIZE, 5)) == ([], 1)
    assert changed(lake, ("a.txt", SIZE + 1, 5)) == (["a.txt"], 0)
    assert changed(lake, ("a.txt", SIZE, 6)) == (["a.txt"], 0)
    assert changed(lake, ("b.txt", SIZE, 5), ("a.txt", SIZE, 5)) == (["b.txt"], 1)
    assert changed(lake, ("a.txt", SIZE, 5), verify=True) == (["a.txt"], 0)


def test_every_settled_state_is_spared_and_a_failure_comes_again(lake: Lake) -> None:
    inbox = (
        Inbox()
        .add("dump.jsonl", an_article(TOWER, record="1", content=b"{}"), content=b"12345", mtime_ns=5)
        .add("loaded.txt", an_article(STORM), mtime_ns=5)
        .add("loaded2.txt", an_article(STORM), mtime_ns=5)
        .add("quarantined.txt", Rejection("empty", "nothing in it"), mtime_ns=5)
        .fail("failed.txt")
    )
    lake.load(inbox)
    assert lake.rows("select state from ops.input where record is null order by input_key") == [
        ("container",),
        ("failed",),
        ("loaded",),
        ("duplicate",),
        ("quarantined",),
    ]
    files = [("dump.jsonl", 5, 5), ("failed.txt", 0, 5), ("loaded.txt", SIZE, 5), ("loaded2.txt", SIZE, 5)]
    assert changed(lake, *files, ("quarantined.txt", 5, 5)) == (["failed.txt"], 4)


def test_a_file_in_question_comes_with_its_known_hash_and_can_be_touched(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM), content=b"x", mtime_ns=5))
    table, _ = select_changed(lake.con, listing(("a.txt", 1, 6), ("b.txt", 1, 6)))
    assert table.column("known_hash").to_pylist() == [digest(b"x"), None]
    touch(lake.con, listing(("a.txt", 1, 6)))
    assert changed(lake, ("a.txt", 1, 6)) == ([], 1)


def test_only_the_newest_content_of_a_key_counts_as_known(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM), content=b"x", mtime_ns=5))
    lake.load(Inbox().add("a.txt", an_article(TOWER), content=b"y", mtime_ns=6))
    assert changed(lake, ("a.txt", 1, 5)) == (["a.txt"], 0)
    assert changed(lake, ("a.txt", 1, 6)) == ([], 1)


def test_where_there_is_a_version_tag_it_counts_and_the_time_does_not(lake: Lake) -> None:
    lake.load(Inbox().add("a.html", an_article(STORM), content=b"x", mtime_ns=5, etag="v1"))
    assert lake.rows("select etag from ops.input") == [("v1",)]
    assert changed(lake, ("a.html", 1, 9, "v1")) == ([], 1)
    assert changed(lake, ("a.html", 1, 5, "v2")) == (["a.html"], 0)
    assert changed(lake, ("a.html", 2, 5, "v1")) == (["a.html"], 0)
    touch(lake.con, listing(("a.html", 1, 9, "v2")))
    assert changed(lake, ("a.html", 1, 10, "v2")) == ([], 1)


def test_a_place_that_tells_neither_time_nor_tag_is_read_each_time(lake: Lake) -> None:
    lake.load(Inbox().add("a.html", an_article(STORM), content=b"x", mtime_ns=None))
    assert changed(lake, ("a.html", 1, None, None)) == (["a.html"], 0)


def test_further_columns_of_a_listing_come_back_with_what_changed(lake: Lake) -> None:
    files = listing(("a.html", 1, 5, None)).append_column("path", pa.array([b"/x/a.html"]))
    table, _ = select_changed(lake.con, files)
    assert table.to_pylist() == [
        {"file_key": "a.html", "size": 1, "mtime_ns": 5, "etag": None, "path": b"/x/a.html", "known_hash": None}
    ]


def test_two_hundred_thousand_listed_files_are_compared_in_one_statement(lake: Lake) -> None:
    n = 200_000
    files = pa.table(
        {
            "file_key": [f"k{i:06}" for i in range(n)],
            "size": [1] * n,
            "mtime_ns": [5] * n,
            "etag": pa.nulls(n, pa.string()),
        }
    )
    table, unchanged = select_changed(lake.con, files)
    assert (table.num_rows, unchanged) == (n, 0)


def test_a_run_adds_up_to_its_batches(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)).add("b.txt", an_article(STORM)).fail("c.txt"))
    lake.load(Inbox().add("a.txt", an_article(STORM)).add("d.txt", Rejection("empty", "nothing in it")))
    counts = end_run(lake.con, lake.run_id, state="completed", now=NOW, listed=9, unchanged=5)
    expected = RunCounts(
        listed=9,
        unchanged=6,
        picked_up=4,
        loaded=1,
        quarantined=1,
        duplicate=1,
        held=0,
        failed=1,
        container=0,
        batches=2,
    )
    assert counts == expected
    assert lake.rows("select state, picked_up, loaded, failed, batches from ops.run") == [("completed", 4, 1, 1, 2)]
    assert audit(lake.con) == []


def test_a_run_that_never_ended_is_marked_interrupted_with_what_it_did(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    assert begin_run(lake.con, inbox="/inbox", now=NOW, version="0.1.0", flow_run_id="f") == 2
    assert lake.rows("select run_id, state, picked_up, loaded, ended_at, flow_run_id from ops.run order by run_id") == [
        (1, "interrupted", 1, 1, None, None),
        (2, "running", None, None, None, "f"),
    ]
    assert audit(lake.con) == []


def test_status_tells_of_runs_states_totals_and_alerts(lake: Lake) -> None:
    empty = status(lake.con)
    assert empty.totals.to_pylist()[0]["articles"] == 0
    assert empty.states.num_rows == 0
    lake.load(Inbox().add("a.txt", an_article(STORM, source="x.example")).add("b.txt", Rejection("empty", "nothing")))
    told_at = datetime(2026, 3, 2, tzinfo=UTC)
    message = Message(
        kind="opened",
        incidents=(1,),
        run_id=1,
        cause="rejected_share",
        severity="critical",
        title="Half of the run was rejected",
        text="1 of 2 inputs",
        made_at=told_at,
        due_at=told_at,
    )
    incident = IncidentRow(
        incident_id=1,
        led_by=1,
        monitor="run",
        subject_kind="inbox",
        subject="/inbox",
        source_id=None,
        cause="rejected_share",
        severity="critical",
        since=told_at,
        opened_at=told_at,
        seen_at=told_at,
        well_since=None,
        resolved_at=None,
        why="1 of 2 inputs",
        told_at=told_at,
        reminders=0,
    )
    with transaction(lake.con, "an incident"):
        keep(lake.con, [incident], [message])
    tried = [Tried("json://a", delivered=True, tries=1, problem=None), Tried("json://b", False, 2, "refused")]
    record_delivery(lake.con, 1, tried, problem="json://b: refused", settled=False, now=told_at)
    now = status(lake.con)
    assert now.states.to_pylist() == [{"state": "loaded", "inputs": 1}, {"state": "quarantined", "inputs": 1}]
    totals = now.totals.to_pylist()[0]
    assert (totals["articles"], totals["readings"], totals["sources"], totals["authors"]) == (1, 1, 1, 0)
    assert [(a["alert_id"], a["cause"], a["delivered"]) for a in now.alerts.to_pylist()] == [
        (1, "rejected_share", False)
    ]
    assert [(i["subject"], i["cause"], i["messages"]) for i in now.incidents.to_pylist()] == [
        ("/inbox", "rejected_share", 1)
    ]
    assert [(c["channel"], c["problem"], c["waiting"]) for c in now.channels.to_pylist()] == [
        ("json://b", "refused", 1)
    ]
    assert now.last_watch is None
    assert now.runs.column("run_id").to_pylist() == [1]
    assert now.data_bytes > 0
