"""Read-only SQL for people: a statement in, its result out; nothing outside the lake is read, nothing is written.

Three fences, each of which would let something through alone. The statement is parsed by DuckDB itself and refused
unless it is one query over the lake's own tables and views and a short list of table functions. The connection is
attached read-only. And it is shut off from files (but the lake's Parquet), the network and its own settings before
the statement runs: with the file fence only, `copy … to` a file in the data folder goes through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import NoWarehouse, QueryRefused, QueryStopped
from warehouse.lake import Layout, attach_lake, connect, folder_of, quoted
from warehouse.undisturbed import undisturbed

# What a query may call to make rows. Everything else that makes rows reads files, settings or other databases.
_TABLE_FUNCTIONS = frozenset(
    [
        *["unnest", "range", "generate_series", "repeat", "json_each", "json_tree", "histogram", "histogram_values"],
        *["duckdb_columns", "duckdb_tables", "duckdb_views", "duckdb_functions", "duckdb_types", "duckdb_keywords"],
        *["ducklake_snapshots", "ducklake_table_info", "ducklake_table_changes"],
        *["ducklake_table_insertions", "ducklake_table_deletions"],
    ]
)
# The same as macros of the attached catalog, which are written lake.snapshots() and so on.
_LAKE_FUNCTIONS = frozenset(["snapshots", "table_info", "table_changes", "table_insertions", "table_deletions"])
# Functions of one row that reach outside of it: the environment, the settings, the log, the clock's patience.
_REFUSED_FUNCTIONS = frozenset(
    [
        *["getenv", "current_setting", "getvariable", "write_log", "nextval", "currval", "sleep_ms", "pg_sleep"],
        *["json_deserialize_sql", "json_serialize_plan", "pg_get_viewdef", "which_secret"],
        *["txid_current", "current_transaction_id"],  # of a lake they are an internal error of DuckDB
    ]
)
_SCHEMAS = frozenset(["main", "ops"])
_METADATA_SCHEMAS = frozenset(["information_schema"])
_LISTINGS = frozenset(["", '"tables"', "__show_tables_expanded"])  # show tables, show all tables
_COMMENTS = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*+"
_EXPLAIN = re.compile(
    rf"{_COMMENTS}explain(?P<how>\s+analyze\b|\s*\([\w\s,]*\))?(?P<query>.*)", re.IGNORECASE | re.DOTALL
)
_WRITTEN = "newslake sql runs one SELECT, WITH, VALUES, FROM, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN over the lake"


def open_read_only(folder: Path, *, at: str | None = None, memory_limit: str | None = None) -> DuckDBPyConnection:
    """A connection that reads the lake in ``folder`` and nothing else, and whose settings cannot be changed.

    ``at`` is the number of a snapshot, or a time (ISO 8601), as of which everything is read; ``memory_limit`` such as
    ``"2GB"``. Raises what :func:`warehouse.lake.connect` raises, and :class:`QueryRefused` where ``at`` or
    ``memory_limit`` cannot be used.
    """
    layout = Layout(Path(folder).absolute())
    con = connect(layout.folder, read_only=True)
    if at is not None:
        _step_back(con, layout, at)
    try:
        if memory_limit is not None:
            con.execute(f"set memory_limit = {quoted(memory_limit)}")
    except duckdb.Error as error:
        con.close()
        raise QueryRefused(f"The memory limit {memory_limit!r} is not one: {error}. Write it such as 2GB.") from error
    con.execute(f"set allowed_directories = [{quoted(layout.data_url)}]")
    con.execute("set enable_external_access = false")
    con.execute("set python_enable_replacements = false")
    con.execute("set lock_configuration = true")
    return con


def holds_articles(con: DuckDBPyConnection) -> bool:
    """Whether anything was ever loaded into the lake of :func:`open_read_only`; told from the catalog in 3 ms."""
    (readings,) = con.execute(
        "select sum(record_count) from __ducklake_metadata_lake.ducklake_table_stats "
        "join __ducklake_metadata_lake.ducklake_table using (table_id) where table_name = 'fact_article'"
    ).fetchall()[0]
    return bool(readings)


@contextmanager
def query(con: DuckDBPyConnection, sql: str, *, timeout_seconds: float | None = None) -> Iterator[DuckDBPyConnection]:
    """Run one statement that :func:`refuse_unsafe` lets through; its result is fetched from what is yielded.

    The limit covers the fetching too. Raises :class:`QueryRefused` where the statement is not run or is wrong,
    :class:`QueryStopped` where it passes its time or its connection's memory limit, and KeyboardInterrupt where
    somebody else interrupts the connection.
    """
    statement = refuse_unsafe(con, sql)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        con.interrupt()

    timer = Timer(timeout_seconds, stop) if timeout_seconds is not None else None
    try:
        if timer is not None:
            timer.daemon = True
            timer.start()
        yield undisturbed(con, lambda: con.execute(statement))
    except duckdb.InterruptException as error:
        if not stopped:
            raise KeyboardInterrupt from error  # somebody else interrupted the connection
        raise QueryStopped(
            f"The query was stopped after {timeout_seconds:g} s. Narrow it, or give it more time."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryStopped(f"The query needed more memory than it may have: {error}. Narrow it.") from error
    except duckdb.Error as error:
        raise QueryRefused(_hidden(con, str(error))) from error
    finally:
        if timer is not None:
            timer.cancel()


def refuse_unsafe(con: DuckDBPyConnection, sql: str) -> str:
    """The statement to run for ``sql``; :class:`QueryRefused` where it is anything but one query over the lake."""
    try:
        sql.encode()  # DuckDB's client would fail on what is half a character, such as an argument that is not UTF-8
        parsed = con.extract_statements(sql)
    except UnicodeEncodeError as error:
        place = f"character {error.start + 1}"
        raise QueryRefused(f"The SQL holds bytes that are not UTF-8 ({place}); write it in UTF-8.") from error
    except duckdb.Error as error:
        raise QueryRefused(f"The SQL cannot be read: {error}") from error
    if not parsed:
        raise QueryRefused(f"There is no statement to run: {_WRITTEN}.")
    kind = parsed[0].type
    if len(parsed) > 1:
        raise QueryRefused(
            f"There are {len(parsed)} statements: {_WRITTEN}, and one at a time. "
            "(A PIVOT counts as several; name its values with IN.)"
        )
    prefix, body = "", sql
    if kind == duckdb.StatementType.EXPLAIN:
        explained = _EXPLAIN.fullmatch(sql)
        if explained is None:
            raise QueryRefused("This EXPLAIN is written in a way that is not run: leave out its comments.")
        prefix, body = f"explain{explained['how'] or ''} ", explained["query"]
    elif kind != duckdb.StatementType.SELECT:
        raise QueryRefused(f"{kind.name} statements are not run: {_WRITTEN}.")
    _refuse_outside(con, _tree(con, body))
    return prefix + body


def _tree(con: DuckDBPyConnection, sql: str) -> dict[str, Any]:
    try:
        row = con.execute(f"select json_serialize_sql({quoted(sql)})").fetchone()
    except duckdb.Error as error:
        raise QueryRefused(f"The SQL cannot be read: {error}") from error
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree.get("error") or len(tree["statements"]) != 1:
        raise QueryRefused(f"This statement is not a query ({tree.get('error_message', 'no text')}): {_WRITTEN}.")
    return tree


def _refuse_outside(con: DuckDBPyConnection, tree: dict[str, Any]) -> None:
    nodes = list(_nodes(tree))
    names = {key.lower() for node in nodes for key in _common_tables(node)}
    odd = sorted(name for name in names if not name.isidentifier())
    if odd:
        # A name such as a path would be read as a file wherever the WITH does not reach.
        raise QueryRefused(f"The WITH name {odd[0]!r} is not a plain word; use letters, digits and underscores.")
    shadowing = sorted(names & _built_in(con)) if names else []
    if shadowing:
        # Outside of its WITH the name would be the built-in relation, which tells of paths and settings.
        raise QueryRefused(f"The WITH name {shadowing[0]!r} is one of DuckDB's own relations; use another.")
    relations = _relations(con) if any(node.get("type") == "BASE_TABLE" for node in nodes) else set()
    rows_of = {id(node["function"]) for node in nodes if node.get("type") == "TABLE_FUNCTION"}
    for node in nodes:
        if node.get("type") == "BASE_TABLE":
            _refuse_relation(node, relations, names)
        elif node.get("type") == "SHOW_REF":
            if node["table_name"] not in _LISTINGS or (node["catalog_name"] or node["schema_name"]) not in ("", "lake"):
                raise QueryRefused("SHOW lists the lake's tables and nothing else: write `show tables`.")
        elif "function_name" in node:
            _refuse_function(node, makes_rows=id(node) in rows_of)


def _refuse_relation(node: dict[str, Any], relations: set[tuple[str, str]], common_tables: set[str]) -> None:
    catalog, schema, name = (node[key].lower() for key in ("catalog_name", "schema_name", "table_name"))
    if not catalog and not schema and name in common_tables:
        return
    if not catalog and schema == "lake":
        catalog, schema = "lake", "main"
    if catalog in ("", "lake") and (schema or "main", name) in relations:
        return
    if catalog in ("", "lake", "system") and schema in _METADATA_SCHEMAS:
        return
    written = ".".join(part for part in (node["catalog_name"], node["schema_name"], node["table_name"]) if part)
    raise QueryRefused(f"{written!r} is no table or view of the lake; `show all tables` lists them. No file is read.")


def _refuse_function(node: dict[str, Any], *, makes_rows: bool) -> None:
    name, schema = node["function_name"].lower(), node["schema"].lower()
    if makes_rows:
        if name in _TABLE_FUNCTIONS or (name in _LAKE_FUNCTIONS and schema == "lake"):
            return
        raise QueryRefused(f"The table function {name} is not run here: it may reach outside the lake.")
    if name in _REFUSED_FUNCTIONS:
        raise QueryRefused(f"The function {name} is not run here: it reaches outside the query.")


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [tree]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _common_tables(node: dict[str, Any]) -> list[str]:
    common = node.get("cte_map")
    return [entry["key"] for entry in common["map"]] if isinstance(common, dict) else []


def _relations(con: DuckDBPyConnection) -> set[tuple[str, str]]:
    found = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'lake' "
        "union all select schema_name, view_name from duckdb_views() where database_name = 'lake'"
    ).fetchall()
    return {(schema.lower(), name.lower()) for schema, name in found if schema in _SCHEMAS}


def _built_in(con: DuckDBPyConnection) -> set[str]:
    """Names that mean a relation outside of the lake wherever nothing of the lake has them."""
    found = con.execute(
        "select view_name from duckdb_views() where database_name <> 'lake' "
        "union select table_name from duckdb_tables() where database_name <> 'lake'"
    ).fetchall()
    return {name.lower() for (name,) in found}


def _step_back(con: DuckDBPyConnection, layout: Layout, at: str) -> None:
    option = f"snapshot_version {int(at)}" if at.isdecimal() else f"snapshot_time {quoted(at)}"
    con.execute("use memory")
    con.execute("detach lake")
    try:
        attach_lake(con, layout, read_only=True, at=option)
        known = con.execute("select 1 from duckdb_tables() where database_name = 'lake' limit 1").fetchone()
    except duckdb.Error as error:
        con.close()
        raise QueryRefused(
            f"The lake cannot be read as of {at!r}: {error}. `select * from ducklake_snapshots('lake')` lists what "
            "there is to go back to."
        ) from error
    if known is None:
        con.close()
        raise NoWarehouse(f"The warehouse in {layout.folder} had no tables as of {at}.")


def _hidden(con: DuckDBPyConnection, message: str) -> str:
    return message.partition("\n\nStack Trace")[0].replace(f"{folder_of(con)}/", "")
