"""The audit finds what is broken: each check is shown a lake that breaks it."""

from __future__ import annotations

import pytest
from duckdb import DuckDBPyConnection
from lake_builder import Inbox, Lake, an_article

from transforms.article import Rejection
from warehouse.audit import audit

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


def test_a_sound_lake_has_no_differences(loaded: DuckDBPyConnection) -> None:
    assert audit(loaded) == []
