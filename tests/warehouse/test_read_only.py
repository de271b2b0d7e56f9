"""`newslake sql` answers questions about the lake, and does nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from lake_builder import Inbox, Lake, an_article

from warehouse.errors import LakeError, NoWarehouse, QueryRefused, QueryStopped
from warehouse.read_only import open_read_only, query, refuse_unsafe

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
    "-- why\nexplain select * from article": None,
    "/* why */ -- and\n explain analyze select 1": None,
    "-- how many?\nselect count(*) from article": [(1,)],
    "--\n--\nselect 1": [(1,)],
    "/* a /* nested */ comment */ select 1": [(1,)],
    "\ufeffselect 1": [(1,)],
    "select\u00a01": [(1,)],
    "select 'from ''/etc/passwd''; drop view article'": [("from '/etc/passwd'; drop view article",)],
    "select $$x.csv$$": [("x.csv",)],
    'select title as "/etc/passwd" from article': [("Storm closes the harbour",)],
    "with passwd as (select 1 as a) from passwd": [(1,)],
    "select count(*) from article semi join ops.input on path = input_key": [(1,)],
    "select list_transform([1, 2], lambda x: x + 1)": [([2, 3],)],
    "select count(*) from article positional join range(1)": [(1,)],
    "from article select columns('titl.*')": [("Storm closes the harbour",)],
    "select sum(n) over () from (values (1), (2)) as t(n) qualify n = 1": None,
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
    # a name that is a WITH in one place and a relation of DuckDB's own in another
    "select * from (with pragma_database_list as (select 1) from pragma_database_list), pragma_database_list",
    "select * from (with duckdb_databases as (select 1) from duckdb_databases) a, duckdb_databases b",
    "with PRAGMA_database_list as (select 1) select (select count(*) from pragma_database_list)",
    "select * from (with sqlite_master as (select 1) select 1) union all select sql from sqlite_master",
    "with recursive duckdb_logs as (select 1) from duckdb_logs",
    "with duckdb_views as (from '/etc/passwd') from duckdb_views",
    # files in places where an expression or a relation may stand
    "select * exclude (content) from read_text('/etc/passwd')",
    "select columns(*) from 'x.parquet'",
    "from article limit (select count(*) from 'x.csv')",
    "from article offset (select size from read_blob('/etc/passwd'))",
    "from article tablesample reservoir((select count(*)::int from 'x.csv') rows)",
    "select count(*) filter (where title in (from 'x.csv')) from article",
    "select title from article qualify row_number() over (order by (select 1 from 'x.csv')) = 1",
    "select sum(1) over (partition by (select 1 from 'x.csv')) from article",
    "select case when exists (from 'x.csv') then 1 end",
    "select list_transform([1], lambda x: (select x from 'x.csv'))",
    "select [c for c in (select list(content) from read_text('/etc/passwd'))]",
    "select {{'a': (select content from read_text('/etc/passwd'))}}",
    "select map([1], [(select content from read_text('/etc/passwd'))])",
    "select array(select content from read_text('/etc/passwd'))",
    "select count(distinct (select content from read_text('/etc/passwd')))",
    "values ((select content from read_text('/etc/passwd')))",
    "from (values ((from 'x.csv')))",
    "from article at (version => (select count(*) from 'x.csv'))",
    "from article at (timestamp => (select max(last_modified) from read_blob('/etc/passwd')))",
    "from article natural join 'x.csv'",
    "from article asof join 'x.csv' x on article.article_id >= x.a",
    "from article positional join 'x.csv'",
    "from article semi join 'x.csv' on true",
    "from article anti join read_csv('x.csv') on true",
    "from article cross join lateral (select * from glob('*'))",
    "from article, lateral (with a as (from 'x.csv') from a)",
    "with a as (with b as (with c as (from 'x.csv') from c) from b) from a",
    "with a as not materialized (select * from parquet_scan('x.parquet')) select 1",
    "with recursive a(i) as (select 1 union all select i + 1 from a, 'x.csv' where i < 3) from a",
    "with recursive a(i) using key (i) as (select 1 union all select i + 1 from a, 'x.csv') from a",
    "select 1 except from 'x.csv'",
    "select 1 intersect all (from 'x.csv')",
    "select 1 union by name from 'x.csv'",
    "(from 'x.csv')",
    "((select 1) union (from 'x.csv'))",
    "from (from (from (from 'x.csv')))",
    "unpivot (from 'x.csv') on columns(*)",
    "from article unpivot (a for b in (title)) natural join 'x.csv'",
    "pivot (from 'x.csv') on a in (1) using count(*)",
    "from (pivot 'x.csv' on a in (1) using count(*))",
    "describe (from 'x.csv')",
    "describe select * from 'x.csv'",
    "describe from read_text('/etc/passwd')",
    "summarize (select * from 'x.csv')",
    "from (describe 'x.csv')",
    "from (summarize read_csv('x.csv'))",
    "from (show 'x.csv')",
    "select * from (show databases)",
    "from (show tables from memory)",
    "explain (format json) from 'x.csv'",
    "explain (analyze, format json) select * from glob('*')",
    "-- explain\nexplain from 'x.csv'",
    "/* explain */ explain analyze copy (select 1) to '{out}'",
    "explain -- x\n analyze copy (select 1) to '{out}'",
    "explain explain select 1",
    "table 'x.csv'",
    'table "x.csv"',
    # the names of files in every spelling
    "from x.csv",
    "from data.x.parquet",
    "from lake.main.'x.csv'",
    'from lake."x.csv"',
    'from lake.main."/etc/passwd"',
    'from main."x.parquet"',
    'from "{data}"."x.parquet"',
    "from e'/etc/passwd'",
    "from $$x.csv$$",
    "from $x$/etc/passwd$x$",
    "from U&'\\0041.csv'",
    "from x'2f6574632f706173737764'",
    "from 'x' || '.csv'",
    "from ['x.csv']",
    "from ('x.csv')",
    "from '{data}/main/fact_article/*.parquet'",
    "from '{folder}/catalog.sqlite'",
    'from "{folder}/catalog.sqlite".ducklake_table',
    "from 'file:///etc/passwd'",
    "from 'hf://datasets/x/y.parquet'",
    "from 'gs://bucket/x.parquet'",
    "from 'x.json'",
    "from 'x.ndjson.gz'",
    "from 'x.db'",
    "from 'x.arrow'",
    "from '../x.csv'",
    "from '~/x.csv'",
    "from ''",
    "from '/dev/stdin'",
    "from '/proc/self/environ'",
    "select * from read_text('/proc/self/environ')",
    "select * from read_csv('/dev/fd/0')",
    # the same functions in every spelling
    "from \"read_text\"('/etc/passwd')",
    "from read_text ( '/etc/passwd' )",
    "from read_text/* */('/etc/passwd')",
    "from read_text\u00a0('/etc/passwd')",
    "from Read_Text(['/etc/passwd', '/etc/group'])",
    "from read_text(getvariable('f'))",
    "from read_text((select path from article))",
    "from system.read_text('/etc/passwd')",
    "from main.read_text('/etc/passwd')",
    "from lake.read_text('/etc/passwd')",
    "from lake.main.glob('*')",
    "select read_text('/etc/passwd')",
    "select read_text.content from read_text('/etc/passwd')",
    "select ('/etc/passwd').read_text()",
    "from ('/etc/passwd').read_text()",
    "from read_text('/etc/passwd') with ordinality",
    "from \uff52\uff45\uff41\uff44_text('/etc/passwd')",
    "from read\u200b_text('/etc/passwd')",
    "fr\u043em 'x.csv'",
    "select 1 --\r\n union all from 'x.csv'",
    "select 1 /* /* */ */ union all from 'x.csv'",
    "select '\\' union all from 'x.csv' --'",
    "select 1\x00 from 'x.csv'",
    "\ufefffrom 'x.csv'",
    "select 1;\u00a0copy (select 1) to '{out}'",
    "-- \u2028 x\ncopy (select 1) to '{out}'",
    # memory that is not the query's
    "from arrow_scan(1, 2, 3)",
    "from arrow_scan_dumb(1, 2, 3)",
    "from pandas_scan(1)",
    "from python_map_function(1, 2)",
    "from seq_scan('article')",
    "from asked",
    "from places",
    # statements as text, and prepared ones
    "select json_serialize_plan('from read_text(''/etc/passwd'')')",
    "select json_deserialize_sql(json_serialize_sql('select 1'))",
    "from query('from read_text(''/etc/passwd'')')",
    "from query_table('read_text')",
    "with a as (from query('from x')) from a",
    "prepare a as from 'x.csv'",
    "execute a('x.csv')",
    "execute immediate 'select 1'",
    "deallocate a",
    "select * from article where title = ?",
    "select * from article where title = $1",
    "create macro f(a) as (select content from read_text(a))",
    "create temporary macro main.f() as 1",
    "drop macro f",
    "create function f(a) as a",
    "create or replace temp view x as from 'x.csv'",
    "create schema x",
    "create sequence x",
    "create type x as enum ('a')",
    "create index x on dim_feed (feed_id)",
    "alter view article rename to x",
    "alter table fact_article set partitioned by (kind)",
    "alter table fact_article set sorted by (title)",
    "comment on column article.title is 'x'",
    # settings in every spelling
    "set threads = 1",
    "set session memory_limit = '1GB'",
    "set global allowed_directories = ['/']",
    "set schema 'main'",
    "set search_path = 'memory'",
    "set timezone = 'UTC'",
    "set variable x = (select content from read_text('/etc/passwd'))",
    "reset all",
    "reset allowed_directories",
    "pragma threads = 4",
    "pragma temp_directory = '/tmp'",
    "pragma table_info('article')",
    "pragma show_tables",
    "pragma database_size",
    "pragma enable_profiling",
    "pragma profiling_output = '{out}'",
    "pragma import_database('{out}')",
    "pragma create_fts_index('article', 'article_id', 'body')",
    "pragma drop_fts_index('article')",
    "call create_fts_index('article', 'article_id', 'body')",
    "select fts_main_article.match_bm25(1, 'storm') from article",
    "call enable_logging(storage => 'file', storage_path => '{out}')",
    "call enable_profiling(save_location => '{out}')",
    "call truncate_duckdb_logs()",
    "call disable_logging()",
    "from enable_logging()",
    "from duckdb_variables()",
    "from duckdb_prepared_statements()",
    "from duckdb_external_file_cache()",
    "from duckdb_extensions()",
    "from duckdb_memory()",
    "from duckdb_secret_types()",
    "from duckdb_profiling_settings()",
    "from duckdb_logs_parsed('FileSystem')",
    "from pg_settings",
    "from pg_catalog.pg_settings",
    "from system.main.duckdb_databases",
    "from system.pg_catalog.pg_database",
    "select current_setting('s3_secret_access_key')",
    "select pg_catalog.current_setting('home_directory')",
    "select system.main.current_setting('home_directory')",
    "select getvariable('x')",
    "select txid_current()",
    "select sleep_ms(100)",
    # secrets, extensions, other databases
    "create secret (type http, bearer_token 'x')",
    "create persistent secret s in local_file (type s3)",
    "drop secret s",
    "drop persistent secret if exists s",
    "install '{out}/x.duckdb_extension'",
    "install httpfs from community",
    "install httpfs from 'http://127.0.0.1:1'",
    "load '{out}/x.duckdb_extension'",
    "load fts",
    "update extensions",
    "attach ':memory:' as x",
    "attach if not exists '{out}' as x (read_only)",
    "attach or replace '{out}' as lake",
    "attach 'ducklake:sqlite:{folder}/catalog.sqlite' as x",
    "attach 'https://example.org/x.db'",
    "attach 'postgres:host=127.0.0.1' as x (type postgres)",
    "call sqlite_attach('{folder}/catalog.sqlite')",
    "from sqlite_query('{folder}/catalog.sqlite', 'delete from ducklake_table')",
    "from sqlite_scan('{folder}/catalog.sqlite', 'ducklake_data_file')",
    "from postgres_query('x', 'select 1')",
    "from ducklake_list_files('lake', 'fact_article')",
    "from ducklake_scan('lake')",
    "from ducklake_settings('lake')",
    "from ducklake_commit('lake')",
    "from ducklake_rewrite_data_files('lake')",
    "from ducklake_flush_inlined_data('lake')",
    "from lake.options()",
    "from lake.settings()",
    "from lake.merge_adjacent_files()",
    "call lake.expire_snapshots(older_than => now())",
    "call ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "from __ducklake_metadata_lake.main.ducklake_metadata",
    'from "__ducklake_metadata_lake"."ducklake_snapshot"',
    # writing in every spelling
    "copy article to '/dev/stdout'",
    "copy article to '{out}' (format parquet, partition_by (kind))",
    "copy dim_feed from 'x.csv'",
    "copy from database lake to memory",
    "copy (with a as (select 1) from a) to '{out}'",
    "export database '{out}' (format parquet)",
    "insert into ops.run select * from ops.run",
    "insert or replace into dim_feed (feed_id, name) values (0, 'x')",
    "insert into dim_feed by name select 9 as feed_id, 'x' as name",
    "update dim_article set current_revision = 1 returning article_id",
    "delete from dim_feed using article",
    "truncate table dim_feed",
    "drop table dim_feed",
    "drop schema ops cascade",
    "drop table if exists lake.main.fact_article",
    "rollback",
    "abort",
    "begin transaction read only",
    "analyze",
    "vacuum analyze",
    "force checkpoint lake",
    "checkpoint lake",
    "with x as (insert into dim_feed (feed_id, name) values (9, 'x') returning 1) from x",
    "with x as (update dim_feed set name = 'x' returning 1) select 1",
    "select * from (delete from dim_feed returning 1)",
    "select nextval('x')",
    # snapshots that are not there, or no longer
    "from article at (version => 99999)",
    "from article at (version => -1)",
    "from fact_article at (timestamp => timestamp '1999-01-01')",
    "from lake.table_changes('fact_article', 99998, 99999)",
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
        "and regexp_matches(function_name, "
        "'file|env|read|write|exec|secret|http|attach|glob|setting|sleep|sql|seq|plan|txid|transaction_id|variable') "
        "order by all"
    ).fetchall()
    assert [name for (name,) in suspicious] == [
        "current_setting",
        "current_transaction_id",
        "getvariable",
        "has_sequence_privilege",
        "json_deserialize_sql",
        "json_serialize_plan",
        "json_serialize_sql",
        "parse_filename",
        "pg_sleep",
        "sleep_ms",
        "txid_current",
        "write_log",
    ]


def test_every_table_function_of_this_duckdb_is_refused_but_those_that_read_the_lake(asked: DuckDBPyConnection) -> None:
    let_through = set()
    for (name,) in asked.execute(
        "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
    ).fetchall():
        for written in (
            f"from {name}()",
            f'select * from article, "{name.upper()}"(1)',
            f"select (select count(*) from system.main.{name}('x'))",
        ):
            try:
                refuse_unsafe(asked, written)
                let_through.add(name)
            except QueryRefused:
                pass
    assert sorted(let_through) == [
        *["duckdb_columns", "duckdb_functions", "duckdb_keywords", "duckdb_tables", "duckdb_types", "duckdb_views"],
        *["ducklake_snapshots", "ducklake_table_changes", "ducklake_table_deletions", "ducklake_table_info"],
        *["ducklake_table_insertions", "generate_series", "histogram", "histogram_values", "json_each", "json_tree"],
        *["range", "repeat", "unnest"],
    ]


def test_a_refused_query_says_nothing_of_the_machine(loaded: Lake, asked: DuckDBPyConnection) -> None:
    for sql in ("select txid_current()", "select error('x')", "from article at (version => 99999)", "from nowhere"):
        with pytest.raises(QueryRefused) as refusal, query(asked, sql) as result:
            result.fetchall()
        assert not any(part in str(refusal.value) for part in (str(loaded.folder), "site-packages", "Stack Trace"))


def test_a_query_that_runs_too_long_is_stopped_and_the_connection_lives_on(asked: DuckDBPyConnection) -> None:
    endless = "select count(*) from range(10000000) a, range(10000000) b where (a.range * b.range) % 7 = 1"
    began = time.monotonic()
    with (
        pytest.raises(QueryStopped, match=r"stopped after 0\.3 s"),
        query(asked, endless, timeout_seconds=0.3) as result,
    ):
        result.fetchall()
    assert time.monotonic() - began < 60  # it would take days
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
