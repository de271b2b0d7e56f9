"""The audit finds what is broken: each check is shown a lake that breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import Rejection
from warehouse.audit import audit, audit_run
from warehouse.errors import LakeError
from warehouse.ledger import begin_run, end_run

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."


@pytest.fixture(scope="module")
def loaded(shared_lake: Lake) -> DuckDBPyConnection:
    inbox = Inbox().add("a.txt", an_article(STORM)).add("b.txt", an_article(STORM))
    shared_lake.load(inbox.add("c.txt", Rejection("empty", "nothing")))
    return shared_lake.con


@pytest.mark.parametrize(
    ("damage", "check", "found"),
    [
        ("delete from ops.input where input_key = 'a.txt'", "references", "fact_article.input_id"),
        ("delete from ops.quarantine", "references", "ops.input (its quarantine)"),
        ("delete from removed_block", "references", "fact_removed_text.block_id"),
        ("delete from dim_article", "references", "fact_article.article_id"),
        ("update dim_article set current_revision = 7", "references", "dim_article.current_revision"),
        ("update ops.input set duplicate_of = 99 where state = 'duplicate'", "references", "ops.input.duplicate_of"),
        ("insert into dim_article from dim_article", "unique_keys", "dim_article (article_id)"),
        (
            "insert into fact_article from fact_article",
            "unique_keys",
            "fact_article (article_id, revision, extraction)",
        ),
        (
            "insert into removed_block select 9, text_hash, text, char_count from removed_block",
            "unique_keys",
            "text_hash",
        ),
        ("update ops.input set is_latest = false where input_key = 'a.txt'", "latest_inputs", "input_key a.txt"),
        ("update ops.input set state = 'lost' where input_key = 'a.txt'", "states", "state lost"),
        ("update ops.batch set loaded = loaded + 1", "batches", "batch_id 1"),
        ("delete from ops.batch", "batches", "batch_id"),
        ("update ops.run set state = 'completed', picked_up = 9, loaded = 1", "runs", "picked_up 9"),
        ("update dim_article set revisions = 2", "revisions", "said 2"),
        ("update fact_article set is_current = false", "references", "dim_article.current_revision"),
        (
            "insert into fact_article select * replace (2 as revision) from fact_article",
            "unique_keys",
            "fact_article (article_id of current readings)",
        ),
        ("update dim_source set identity_name = 'another'", "shown_sources", "said_name another"),
    ],
)
def test_damage_is_found_and_named(loaded: DuckDBPyConnection, damage: str, check: str, found: str) -> None:
    loaded.execute("begin")
    loaded.execute(damage)
    told = [str(difference) for difference in audit(loaded) if difference.check == check]
    loaded.execute("rollback")
    assert any(found in text for text in told), told


def test_a_null_where_none_may_be_is_found(lake: Lake) -> None:
    file = lake.folder / "data" / "null.parquet"
    lake.con.execute(
        "copy (select 1::bigint as feed_id, null::varchar as name, null::varchar as pattern, null::varchar as source, "
        f"null::varchar as language, null::varchar as rhythm) to '{file}'"
    )
    lake.con.execute(f"call ducklake_add_data_files('lake', 'dim_feed', '{file}')")
    assert "not_null: main.dim_feed.name holds 1 nulls. It should hold: A column that is not null holds no null." in [
        str(difference) for difference in audit(lake.con)
    ]


def test_a_file_that_is_gone_or_cut_short_is_found(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    (article,) = lake.rows("select data_file from ducklake_list_files('lake', 'fact_article')")[0]
    (block,) = lake.rows("select data_file from ducklake_list_files('lake', 'removed_block')")[0]
    Path(str(article)).rename(lake.folder / "away.parquet")
    whole = Path(str(block)).read_bytes()
    assert [str(d) for d in audit(lake.con)] == [
        f"files: {article} is gone; restore it from a copy of the warehouse. It should hold: "
        "Every file that a snapshot needs is in the data folder, as long as it was written."
    ]
    Path(str(block)).write_bytes(whole[:-1])
    assert [d.check for d in audit(lake.con)] == ["files", "files"]


def test_a_file_that_no_snapshot_knows_is_found_once_it_is_old_enough(lake: Lake) -> None:
    orphan = lake.folder / "data" / "main" / "left.parquet"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x")
    now = datetime.now(UTC)
    assert audit(lake.con, unused_since=now - timedelta(hours=1)) == []
    assert [str(d) for d in audit(lake.con, unused_since=now + timedelta(hours=1))] == [
        f"orphans: {orphan} belongs to no snapshot. It should hold: "
        "The data folder holds nothing but files of the lake; `newslake upkeep` removes what a killed process left."
    ]


def test_a_run_is_held_against_its_own_batches_alone(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM)))
    end_run(lake.con, 1, state="completed", now=NOW, listed=1, unchanged=0)
    begin_run(lake.con, inbox="/inbox", now=NOW, version="0.1.0")
    said, differences = audit_run(lake.con, 1)
    assert (said["picked_up"], said["loaded"], said["batches"], differences) == (1, 1, 1, [])
    lake.con.execute("update ops.run set loaded = 2, picked_up = 2 where run_id = 1")
    lake.con.execute("update ops.batch set quarantined = 1 where run_id = 1")
    assert [d.check for d in audit_run(lake.con, 1)[1]] == ["batches", "runs"]
    assert audit_run(lake.con, 2)[1] == []
    with pytest.raises(LakeError, match="There is no run 9 in this warehouse"):
        audit_run(lake.con, 9)


def test_a_sound_lake_has_no_differences(loaded: DuckDBPyConnection) -> None:
    assert audit(loaded) == []
