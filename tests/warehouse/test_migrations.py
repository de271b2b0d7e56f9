"""Migrations go forward only, from every earlier schema with data in it, and whole: killed or not.

`data/schemas/NNNN.sql` holds what a lake had that was used at schema N, beyond what earlier schemas gave it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from lake_builder import Inbox, Lake, an_article

from transforms.article import Article
from transforms.select.characters import word_count
from transforms.staged import digest
from warehouse.audit import audit
from warehouse.errors import WarehouseNewer
from warehouse.lake import Layout, attach, connect, transaction
from warehouse.ledger import begin_run
from warehouse.migrate import migrations, prepare
from warehouse.views import models

DATA = Path(__file__).parent / "data" / "schemas"
VERSIONS = [migration.version for migration in migrations()]
# Seconds each: one in three of them is brought up to date, one in six goes on, and the newest; `make test-migrations`
# has all.
EACH = os.environ.get("MIGRATIONS") == "all"
BROUGHT_UP = VERSIONS if EACH else sorted({*VERSIONS[::3], VERSIONS[-1]})
GOING_ON = VERSIONS if EACH else sorted({*VERSIONS[::6], VERSIONS[-1]})


def tables(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of every table but the migrations' own books, by name."""
    found: dict[str, list[str]] = {}
    for schema, table, column in con.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'lake' "
        "and table_name not in ('migration', 'model') and table_name in (select table_name from duckdb_tables()) "
        "and table_name <> 'dim_date' order by all"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", []).append(column)
    return found


def rows(con: DuckDBPyConnection, columns: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: con.execute(f"select {', '.join(names)} from {table} order by all").fetchall()
        for table, names in columns.items()
    }


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A lake of every schema there was, each with the data of its time: grown one migration at a time, and copied."""
    folder = tmp_path_factory.mktemp("schemas")
    growing = folder / "growing"
    layout = Layout(growing)
    layout.data.mkdir(parents=True)
    con = attach(layout)
    con.execute("set threads = 1")
    con.execute("call lake.set_option('data_inlining_row_limit', 0)")
    con.execute("call lake.set_option('parquet_compression', 'zstd')")
    found = {}
    for migration in migrations():
        with transaction(con, f"migration {migration.name}"):
            con.execute(migration.sql)
            con.execute(
                "insert into ops.migration values (?, ?, ?, ?)",
                [migration.version, migration.name, digest(migration.sql), datetime.now(UTC)],
            )
        data = DATA / f"{migration.version:04}.sql"
        if data.exists():
            with transaction(con, f"used at schema {migration.version}"):
                con.execute(data.read_text(encoding="utf-8"))
        con.execute("use memory")
        con.execute("detach lake")
        found[migration.version] = folder / f"schema-{migration.version}"
        shutil.copytree(growing, found[migration.version])
        con.close()
        con = attach(layout)
        con.execute("set threads = 1")
    con.close()
    return found


@pytest.fixture(scope="module")
def up_to_date(lakes: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A lake of a schema, brought up to date: the first who asks for it has that done."""
    folder = tmp_path_factory.mktemp("up-to-date")

    @cache
    def migrated(version: int) -> Path:
        lake = folder / f"schema-{version}"
        shutil.copytree(lakes[version], lake)
        prepare(lake).close()
        return lake

    return migrated


@pytest.mark.parametrize("version", BROUGHT_UP)
def test_a_lake_of_an_earlier_schema_comes_up_to_date_with_every_row(
    lakes: dict[int, Path], up_to_date: Callable[[int], Path], version: int
) -> None:
    old = attach(Layout(lakes[version]), read_only=True)
    columns = tables(old)
    before = rows(old, columns)
    old.close()
    assert len(before["main.fact_article"]) == 2

    con = connect(up_to_date(version), read_only=True)
    assert [v for (v,) in con.execute("select version from ops.migration order by version").fetchall()] == VERSIONS
    assert rows(con, columns) == before
    con.close()


@pytest.mark.parametrize("version", GOING_ON)
def test_a_lake_of_an_earlier_schema_answers_and_goes_on(
    up_to_date: Callable[[int], Path], version: int, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    shutil.copytree(up_to_date(version), folder)
    con = connect(folder)
    assert audit(con) == []
    for model in models():
        con.execute(f"select * from {model.name}").fetchall()
    assert con.execute("select title, revision, authors from article").fetchall() == [
        ("Storm closes the harbour", 2, ["Ina Halvorsen"])
    ]
    run = begin_run(con, inbox="/inbox", now=datetime(2026, 3, 1, tzinfo=UTC), version="0.1.0")
    fresh = an_article("The harbour opens. It is calm.", url="https://port.example/calm", source="port.example")
    assert Lake(folder, con, run).load(Inbox().add("new.txt", fresh)).articles_new == 1
    assert audit(con) == []
    con.close()


def test_words_of_scripts_without_spaces_are_counted_anew(lakes: dict[int, Path], tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    shutil.copytree(lakes[19], folder)
    body = "港が閉鎖された。東京の港は台風。Storm"
    old = attach(Layout(folder))
    with transaction(old, "a test"):
        old.execute("update fact_article set body = ?, word_count = 3 where revision = 2", [body])
    old.close()
    con = prepare(folder)
    counts = con.execute("select revision, word_count from fact_article order by revision").fetchall()
    assert counts == [(1, 7), (2, 10)]
    assert word_count(body) == 10
    con.close()


def test_ids_without_a_feed_come_to_count_within_their_source_or_file(lake: Lake) -> None:
    def numbered(body: str, key: str, **fields: object) -> Article:
        return an_article(body, identity_kind="record", identity_key=key, content=key.encode(), **fields)

    lake.load(
        Inbox()
        .add("dump.jsonl", numbered("The harbour opens. It is calm.", "-:8", record="1"))
        .add("b.txt", numbered("The harbour closes. It is windy.", "-:9", source_name="Harbour Gazette"))
        .add("c.txt", numbered("The harbour sleeps. It is night.", "-:10", source="port.example"))
        .add("d.txt", numbered("The tower stands. It is tall.", "port.example:11", source="port.example"))
        .add("e.txt", numbered("The tower falls. It was tall.", "-:11", source="port.example"))
    )
    keys = "select list(identity_key order by article_id) from dim_article where identity_kind = 'record'"
    migration = next(migration for migration in migrations() if migration.version == 21)
    for _ in range(2):
        with transaction(lake.con, "again"):
            lake.con.execute(migration.sql)
        assert lake.rows(keys) == [
            (["harbour gazette:9", "port.example:10", "port.example:11", "dump.jsonl:8", "-:11"],)
        ]


def test_every_migration_only_adds(lakes: dict[int, Path]) -> None:
    """A column that was there keeps its name, its place and its type: widening one leaves corrupt statistics behind."""
    seen: dict[tuple[str, str, str], str] = {}
    for version in VERSIONS:
        con = attach(Layout(lakes[version]))
        now = {
            (schema, table, column): kind
            for schema, table, column, kind in con.execute(
                "select schema_name, table_name, column_name, data_type from duckdb_columns() "
                "where database_name = 'lake' and table_name in (select table_name from duckdb_tables())"
            ).fetchall()
        }
        con.close()
        assert {key: now.get(key) for key in seen} == seen
        seen = now


def test_a_lake_of_a_later_schema_is_left_as_it_is(lakes: dict[int, Path], tmp_path: Path) -> None:
    folder = tmp_path / "later"
    shutil.copytree(lakes[VERSIONS[-1]], folder)
    con = attach(Layout(folder))
    with transaction(con, "from the future"):
        con.execute("insert into ops.migration values (9999, '9999_later.sql', 'x', now())")
    before = rows(con, tables(con))
    con.close()
    with pytest.raises(WarehouseNewer, match="schema version 9999"):
        prepare(folder)
    con = attach(Layout(folder))
    assert rows(con, tables(con)) == before
    con.close()
