"""The quarantine: what waits in it can be looked at, and what is discarded waits no longer but is still counted."""

from __future__ import annotations

from datetime import date

import pytest
from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import Rejection
from warehouse.audit import audit
from warehouse.errors import LakeError
from warehouse.quarantine import discard, look_at, waiting
from warehouse.replay import select_targets
from warehouse.scope import Scope


@pytest.fixture
def refused(lake: Lake) -> Lake:
    """Two inputs in quarantine: input 1 for two reasons, input 2 for one."""
    lake.load(
        Inbox()
        .add("a.txt", an_article("Too short."), content=b"Too \xffshort.")
        .add("b.txt", Rejection("no_body", "b.txt: nothing under its head; fetch it again"), content=b"head"),
        rejected=[(0, "body.too_short", "a.txt has 2 words"), (0, "title.missing", "a.txt has no title")],
    )
    return lake


def waiting_ids(lake: Lake, **narrowed: object) -> list[int]:
    return sorted(waiting(lake.con, **narrowed)["input_id"].to_pylist())  # type: ignore[arg-type]


def test_what_waits_is_found_by_any_of_its_reasons_and_by_its_day(refused: Lake) -> None:
    assert waiting_ids(refused) == [1, 2]
    assert waiting_ids(refused, reason="title.missing") == [1]
    assert waiting_ids(refused, since=date(2026, 3, 1)) == [1, 2]
    assert waiting_ids(refused, since=date(2026, 3, 2)) == []


def test_one_input_is_shown_with_its_reasons_its_first_bytes_and_what_it_was_before(refused: Lake) -> None:
    found = look_at(refused.con, 1)
    assert (found.entry["path"], found.beginning, found.former.num_rows) == ("a.txt", b"Too \xffshort.", 0)
    assert found.reasons == (
        ("body.too_short", "a.txt has 2 words"),
        ("title.missing", "a.txt has no title"),
    )
    refused.load(
        Inbox().add("a.txt", Rejection("no_body", "empty after all"), content=b"Too \xffshort."), again={0: "a.txt"}
    )
    assert [row["reason"] for row in look_at(refused.con, 1).former.to_pylist()] == ["body.too_short"]


def test_an_input_that_is_not_in_quarantine_is_an_error_that_says_where_ids_stand(refused: Lake) -> None:
    with pytest.raises(LakeError, match="input 9; nothing was done"):
        look_at(refused.con, 9)
    with pytest.raises(LakeError, match="Not in quarantine: input 9"):
        discard(refused.con, [1, 9], reason="a test", decided_by="ada", now=NOW)
    assert refused.rows("select count(*) from ops.quarantine_decision") == [(0,)]


def test_a_discarded_input_waits_no_longer_and_is_counted_as_before(refused: Lake) -> None:
    states = refused.rows("select state, count(*) from ops.input group by all")
    assert discard(refused.con, [1], reason="a cookie banner", decided_by="ada", now=NOW) == 1
    assert discard(refused.con, [1, 2], reason="both", decided_by="bo", now=NOW) == 1
    assert waiting_ids(refused) == []
    assert waiting_ids(refused, with_discarded=True) == [1, 2]
    assert refused.rows(
        "select input_id, is_discarded, discard_reason, discarded_by, discarded_at from quarantined_input order by 1"
    ) == [(1, True, "a cookie banner", "ada", NOW), (2, True, "both", "bo", NOW)]
    assert refused.rows("select state, count(*) from ops.input group by all") == states == [("quarantined", 2)]
    assert audit(refused.con) == []


def test_a_replay_of_all_passes_over_what_was_discarded_unless_its_id_is_named(refused: Lake) -> None:
    discard(refused.con, [2], reason="a test", decided_by="ada", now=NOW)
    assert [t.input_id for t in select_targets(refused.con, Scope(is_quarantine=True))] == [1]
    assert [t.input_id for t in select_targets(refused.con, Scope(is_quarantine=True, reason="no_body"))] == []
    assert [t.input_id for t in select_targets(refused.con, Scope(is_quarantine=True, input_ids=(2,)))] == [2]


def test_an_input_that_is_refused_for_other_reasons_later_waits_again(refused: Lake) -> None:
    discard(refused.con, [2], reason="a test", decided_by="ada", now=NOW)
    refused.load(Inbox().add("b.txt", Rejection("too_short", "two words"), content=b"head"), again={0: "b.txt"})
    assert waiting_ids(refused) == [1, 2]
    assert refused.rows("select is_discarded, reason from quarantined_input order by input_id") == [
        (False, "body.too_short"),
        (False, "too_short"),
    ]
    assert audit(refused.con) == []


def test_the_view_tells_an_input_in_quarantine(refused: Lake) -> None:
    assert refused.rows(
        "select input_id, path, reason, detail, reasons, format, feed, is_latest, has_bytes, size, is_discarded, "
        "run_id from quarantined_input order by 1"
    ) == [
        (
            1, "a.txt", "body.too_short", "a.txt has 2 words", ["body.too_short", "title.missing"], "text", "(none)",
            True, True, 11, False, 1,
        ),
        (
            2, "b.txt", "no_body", "b.txt: nothing under its head; fetch it again", ["no_body"], None, "(none)",
            True, True, 4, False, 1,
        ),
    ]  # fmt: skip
