"""`newslake sql` answers questions about the lake, and does nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from lake_builder import Inbox, Lake, an_article

from warehouse.errors import LakeError, NoWarehouse, QueryRefused, QueryStopped
from warehouse.read_only import open_read_only, query

BODY = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."

ANSWERED = {
    "select 1": [(1,)],
    "  /* a comment */ select title from article -- and another": [("Storm closes the harbour",)],
    "from article select path;": [("a.txt",)],
    "with a as (select title from article) select count(*) from a": [(1,)],
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select max(i) from n": [(3,)],
    "values (1), (2)": [(1,), (2,)],
    "select state, count(*) from ops.input group by all": [("loaded", 1)],
    "select count(*) from lake.main.article": [(1,)],
    "select count(*) from lake.article": [(1,)],
    "select count(*) from Article": [(1,)],
    "select sum(i) from range(4) as r(i)": [(6,)],
    "select unnest([1, 2])": [(1,), (2,)],
    "select (select count(*) from article)": [(1,)],
    "select title from article where title in (select title from fact_article)": [("Storm closes the harbour",)],
    "select count(*) > 0 from ducklake_snapshots('lake')": [(True,)],
    "select count(*) > 0 from lake.snapshots()": [(True,)],
    "select count(*) from fact_article at (version => 3)": [(0,)],
    "select comment from duckdb_columns() where table_name = 'dim_date' and column_name = 'day'": [("The day",)],
    "select count(*) > 9 from information_schema.tables": [(True,)],
    "from article pivot (count(*) for kind in ('article'))": None,
    "describe article": None,
    "describe select 1": None,
    "summarize dim_source": None,
    "show tables": None,
    "show all tables": None,
    "show article": None,
    "explain select * from article": None,
    "explain analyze select count(*) from article": None,
    "EXPLAIN (format json) select 1": None,
    "select * from (describe article)": None,
}

REFUSED = [
    # files, by name
    "from '/etc/passwd'",
    "select * from '/etc/passwd'",
    'select * from "/etc/passwd"',
    "from 'x.csv'",
    "from 'x.parquet'",
    "from 's3://bucket/x.parquet'",
    "from 'https://example.org/x.csv'",
    "describe 'x.csv'",
    "summarize 'x.csv'",
    "show 'x.csv'",
    "select * from (summarize '/etc/passwd')",
    "explain from '/etc/passwd'",
    "explain analyze from '/etc/passwd'",
    "select (select count(*) from '/etc/passwd')",
    "select 1 where 1 in (from '/etc/passwd')",
    "select * from article, lateral (from '/etc/passwd')",
    "select * from article join '/etc/passwd' on true",
    "with a as (from '/etc/passwd') from a",
    "with a as materialized (from '/etc/passwd') from a",
    "with \"/etc/passwd\" as (select 1) from '/etc/passwd'",
    'select * from (with "x.csv" as (select 1) from "x.csv"), \'x.csv\'',
    "from article pivot (count(*) for kind in ((select any_value(c) from 'x.csv' t(c))))",
    "select 1 union all from '/etc/passwd'",
    "select 1 order by (select 1 from '/etc/passwd')",
    "/* select 1 */ from '/etc/passwd'",
    "select 1 -- '\n from '/etc/passwd'",
    # files, by function
    "from read_text('/etc/passwd')",
    "select content from read_text('/etc/passwd')",
    "select * from READ_TEXT('/etc/passwd')",
    "from system.main.read_text('/etc/passwd')",
    "from read_blob('/etc/passwd')",
    "from read_csv('/etc/passwd', header = false)",
    "from read_csv_auto('/etc/passwd')",
    "from read_json('/etc/passwd')",
    "from read_json_auto('/etc/passwd')",
    "from read_ndjson_objects('/etc/passwd')",
    "from read_parquet('{data}/**/*.parquet')",
    "from parquet_scan('{data}/**/*.parquet')",
    "from parquet_metadata('{data}/**/*.parquet')",
    "from parquet_schema('x.parquet')",
    "from parquet_kv_metadata('x.parquet')",
    "from parquet_full_metadata('x.parquet')",
    "from read_duckdb('x.db')",
    "from sniff_csv('/etc/passwd')",
    "from glob('/*')",
    "from sqlite_scan('{folder}/catalog.sqlite', 'ducklake_table')",
    "from sqlite_query('lake', 'select 1')",
    "select * from article, read_text('/etc/passwd')",
    "select (from read_text('/etc/passwd') select content)",
    "select * from range(1) t(a), lateral (select * from read_text('/etc/passwd'))",
    # SQL within SQL
    "from query('select 1')",
    "from query_table('x.csv')",
    "from query_table(['article'])",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "pragma json_execute_serialized_sql('{{}}')",
    "from from_substrait('x'::blob)",
    "execute a",
    "prepare a as select 1",
    # the environment, settings, secrets, other databases
    "select getenv('HOME')",
    "select GETENV('HOME')",
    "select main.getenv('HOME')",
    "select current_setting('temp_directory')",
    "from duckdb_settings()",
    "from duckdb_secrets()",
    "from which_secret('s3://x', 's3')",
    "from duckdb_databases()",
    "from pragma_database_list",
    "from duckdb_logs()",
    "from duckdb_temporary_files()",
    "select write_log('x')",
    "from __ducklake_metadata_lake.ducklake_table",
    "from __ducklake_metadata_lake.main.ducklake_table",
    "from memory.main.x",
    "from temp.main.x",
    "show databases",
    "show tables from memory",
    "from pg_catalog.pg_class",
    "from sqlite_master",
    "from con",
    "from ducklake_options('lake')",
    # writing, and what changes the session
    "copy article to '{out}'",
    "copy (select 1) to '{out}' (format csv)",
    "copy (select 1) to '{data}/x.parquet'",
    "explain analyze copy (select 1) to '{out}'",
    "explain copy (select 1) to '{out}'",
    "explain analyze insert into dim_feed (feed_id, name) values (9, 'x')",
    "explain (analyze) copy (select 1) to '{out}'",
    "export database '{out}'",
    "import database '{out}'",
    "attach '{out}' as x",
    "attach '{folder}/catalog.sqlite' as x (type sqlite)",
    'attach "{out}"',
    "detach lake",
    "install httpfs",
    "force install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset enable_external_access",
    "set variable a = 1",
    "use memory",
    "pragma database_list",
    "pragma version",
    "pragma enable_logging",
    "call pragma_version()",
    "call lake.set_option('parquet_compression', 'snappy')",
    "call ducklake_expire_snapshots('lake', older_than => now())",
    "from ducklake_expire_snapshots('lake', older_than => now())",
    "from ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "from ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    "from ducklake_add_data_files('lake', 'fact_article', 'x.parquet')",
    "from ducklake_set_option('lake', 'x', 'y')",
    "from ducklake_merge_adjacent_files('lake')",
    "checkpoint",
    "from force_checkpoint()",
    "vacuum",
    "insert into dim_feed (feed_id, name) values (9, 'x')",
    "insert into dim_feed (feed_id, name) values (9, 'x') returning 1",
    "update dim_feed set name = 'x'",
    "delete from dim_feed",
    "truncate dim_feed",
    "merge into dim_feed using article on true when matched then delete",
    "create table x as select 1",
    "create temp table x as select 1",
    "create view x as select 1",
    "create macro f() as table from read_text('/etc/passwd')",
    "create or replace secret s (type s3)",
    "drop view article",
    "alter table dim_feed add column x int",
    "comment on table dim_feed is 'x'",
    "begin",
    "commit",
    "select 1; select 2",
    "select 1; copy (select 1) to '{out}'",
    "select 1;;copy (select 1) to '{out}'",
    "select 1 /* ; */ ; drop view article",
    "with x as (delete from dim_feed returning 1) from x",
    "select 1 into x",
    "pivot article on kind",
    "",
    ";",
    "-- nothing",
    "select",
    "selec 1",
]


@pytest.fixture(scope="module")
def loaded(shared_lake: Lake) -> Lake:
    shared_lake.load(Inbox().add("a.txt", an_article(BODY)))
    return shared_lake


@pytest.fixture(scope="module")
def asked(loaded: Lake) -> DuckDBPyConnection:
    return open_read_only(loaded.folder)


def _files(folder: Path) -> set[tuple[str, int]]:
    shared_memory = {"catalog.sqlite-shm", "catalog.sqlite-wal"}  # SQLite's own, touched by every reader
    return {
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in shared_memory
    }


def test_questions_about_the_lake_are_answered(asked: DuckDBPyConnection) -> None:
    for sql, answer in ANSWERED.items():
        with query(asked, sql) as result:
            rows = result.fetchall()
        assert rows, sql
        if answer is not None:
            assert rows == answer, sql


def test_every_attempt_to_leave_the_lake_is_refused_and_leaves_no_trace(
    loaded: Lake, asked: DuckDBPyConnection, tmp_path: Path
) -> None:
    places = {"out": str(tmp_path / "out"), "data": str(loaded.folder / "data"), "folder": str(loaded.folder)}
    before = _files(loaded.folder), _files(tmp_path)
    here = set(Path.cwd().iterdir())
    for attempt in REFUSED:
        with pytest.raises(QueryRefused) as refusal, query(asked, attempt.format(**places)) as result:
            pytest.fail(f"{attempt} gave {result.fetchall()}")
        assert str(refusal.value), attempt
    assert (_files(loaded.folder), _files(tmp_path)) == before
    assert set(Path.cwd().iterdir()) == here
    with query(asked, "select count(*) from article") as result:
        assert result.fetchall() == [(1,)]


def test_the_connection_itself_refuses_what_the_parser_might_miss(asked: DuckDBPyConnection, tmp_path: Path) -> None:
    for statement in [
        "from read_text('/etc/passwd')",
        f"copy (select 1) to '{tmp_path}/out'",
        f"attach '{tmp_path}/x.db'",
        "install httpfs",
        "set enable_external_access = true",
        "insert into dim_feed (feed_id, name) values (9, 'x')",
    ]:
        with pytest.raises(Exception, match=r"(?i)disabled|locked|read-only|permission|cannot"):
            asked.execute(statement)
    assert not (tmp_path / "out").exists()


def test_a_refusal_says_what_is_run_instead(asked: DuckDBPyConnection) -> None:
    for sql, message in {
        "drop view article": "DROP statements are not run: newslake sql runs one SELECT",
        "from 'x.csv'": "'x.csv' is no table or view of the lake; `show all tables` lists them. No file is read.",
        "from artcle": "'artcle' is no table or view of the lake",
        "select 1; select 2": "There are 2 statements",
        "from glob('*')": "The table function glob is not run here",
        "select nonsense from article": "Binder Error",
    }.items():
        with pytest.raises(QueryRefused) as refusal, query(asked, sql):
            pass
        assert message in str(refusal.value)


def test_no_function_of_this_duckdb_that_reaches_outside_has_been_overlooked(asked: DuckDBPyConnection) -> None:
    # A further release may bring further ones: then this list is looked through anew.
    suspicious = asked.execute(
        "select distinct function_name from duckdb_functions() "
        "where function_type in ('scalar', 'macro', 'aggregate') "
        "and regexp_matches(function_name, 'file|env|read|write|exec|secret|http|attach|glob|setting|sleep|sql|seq') "
        "order by all"
    ).fetchall()
    assert [name for (name,) in suspicious] == [
        "current_setting",
        "has_sequence_privilege",
        "json_deserialize_sql",
        "json_serialize_sql",
        "parse_filename",
        "pg_sleep",
        "sleep_ms",
        "write_log",
    ]


def test_a_query_that_runs_too_long_is_stopped_and_the_connection_lives_on(asked: DuckDBPyConnection) -> None:
    endless = "select count(*) from range(10000000) a, range(10000000) b where (a.range * b.range) % 7 = 1"
    began = time.monotonic()
    with (
        pytest.raises(QueryStopped, match=r"stopped after 0\.3 s"),
        query(asked, endless, timeout_seconds=0.3) as result,
    ):
        result.fetchall()
    assert time.monotonic() - began < 10
    with query(asked, "select 1") as result:
        assert result.fetchall() == [(1,)]


def test_a_query_that_needs_too_much_memory_is_stopped(loaded: Lake) -> None:
    con = open_read_only(loaded.folder, memory_limit="64MB")
    with (
        pytest.raises(QueryStopped, match="needed more memory"),
        query(con, "select length(list(repeat('x', 1000) || range)::varchar) from range(1000000)") as result,
    ):
        result.fetchall()


def test_the_lake_can_be_asked_as_it_was(loaded: Lake) -> None:
    (newest,) = loaded.rows("select max(snapshot_id) from ducklake_snapshots('lake')")[0]
    with query(open_read_only(loaded.folder, at=str(int(str(newest)) - 1)), "select count(*) from article") as result:
        assert result.fetchall() == [(0,)]
    with query(open_read_only(loaded.folder, at="2999-01-01T00:00:00Z"), "select count(*) from article") as result:
        assert result.fetchall() == [(1,)]


def test_a_time_before_the_lake_and_nonsense_are_refused_with_the_reason(loaded: Lake) -> None:
    for at in ("1999-01-01", "yesterday", "9999999", "1' or '1"):
        with pytest.raises(LakeError, match="as of"):
            open_read_only(loaded.folder, at=at)


def test_an_empty_folder_says_how_to_load_one(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match=r"There is no warehouse in .*`newslake run INBOX` makes one"):
        open_read_only(tmp_path)
