"""Tables into which no row was ever put: their statistics are begun as DuckLake would begin them itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from duckdb import DuckDBPyConnection
from lake_builder import Inbox, Lake, an_article

from warehouse.audit import audit
from warehouse.lake import connect
from warehouse.migrate import prepare

BODY = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TABLES = "__ducklake_metadata_lake.ducklake_table_stats"
COLUMNS = "__ducklake_metadata_lake.ducklake_table_column_stats"


def _forget_of_empty_tables(con: DuckDBPyConnection) -> None:
    """As DuckLake leaves them: of a table into which no row was put it knows nothing."""
    con.execute(f"delete from {COLUMNS} where table_id in (select table_id from {TABLES} where record_count = 0)")
    con.execute(f"delete from {TABLES} where record_count = 0")


def _fill(lake: Lake) -> None:
    """First rows of tables, with columns that are null and a fraction."""
    lake.load(
        Inbox()
        .add("a.txt", an_article(BODY, source="harbour.example", source_name="Harbour", language="en"))
        .add("b.txt", an_article(BODY + " More.", confidence=0.5))
        .fail("c.txt"),
        rejected=[(1, "empty", "it holds nothing")],
    )


def _statistics(lake: Lake) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    filled = f"select table_id from {TABLES} where record_count > 0"
    tables = lake.rows(f"select table_id, record_count, next_row_id from {TABLES} where record_count > 0 order by all")
    return tables, lake.rows(f"from {COLUMNS} where table_id in ({filled}) order by all")


def test_every_table_of_a_new_lake_has_statistics_and_an_empty_one_says_so(lake: Lake) -> None:
    name = "__ducklake_metadata_lake.ducklake_table"
    found = lake.rows(f"select record_count from {name} join {TABLES} using (table_id) where table_name = 'alert'")
    assert found == [(0,)]
    assert lake.rows(f"select count(*), count(record_count) from {name} left join {TABLES} using (table_id)") == [
        (41, 41)
    ]


def test_a_filled_table_has_the_statistics_that_ducklake_gives_one_of_which_it_knew_nothing(
    lake: Lake, empty_warehouse: Path, tmp_path: Path
) -> None:
    shutil.copytree(empty_warehouse, tmp_path / "unknown")
    unknown = Lake(tmp_path / "unknown", connect(tmp_path / "unknown"), 1)
    _forget_of_empty_tables(unknown.con)
    _fill(unknown)
    _fill(lake)
    tables, columns = _statistics(lake)
    assert len(tables) == 17
    assert (tables, columns) == _statistics(unknown)
    unknown.con.close()


def test_an_earlier_lake_is_told_of_its_empty_tables_and_is_sound_when_they_fill(lake: Lake) -> None:
    _forget_of_empty_tables(lake.con)
    lake.con.close()
    con = prepare(lake.folder)
    known = "select count(*), count(*) filter (where record_count = 0) from"
    assert con.execute(f"{known} {TABLES}").fetchall() == [(41, 33)]
    _fill(Lake(lake.folder, con, 1))
    assert audit(con) == []
    assert con.execute("select source, count(*) from article group by all order by all").fetchall() == [
        ("harbour.example", 1),
    ]
    con.close()


def test_nulls_and_values_of_first_rows_are_found_before_and_after_their_commit(lake: Lake) -> None:
    con = lake.con
    put = (
        "insert into ops.source_expectation by name select 'volume' as monitor, 'source' as subject_kind, subject, "
        "cause, 'articles' as measure, now() as made_at, now() as starts, now() as ends, 'articles' as unit, "
        "0.5 as chance, 'past' as basis, source_id, low from "
        "(values ('a', 'too_few', null, null), ('b', 'too_few', 7, 'nan')) as given (subject, cause, source_id, low)"
    )
    asked = (
        "select subject from ops.source_expectation where source_id is null",
        "select subject from ops.source_expectation where source_id > 6",
        "select subject from ops.source_expectation where isnan(low)",
        "select count(source_id), max(source_id), max(subject) from ops.source_expectation",
    )
    answers = [[("a",)], [("b",)], [("b",)], [(1, 7, "b")]]
    con.execute("begin")
    con.execute(put)
    assert [con.execute(sql).fetchall() for sql in asked] == answers
    con.execute("commit")
    assert [con.execute(sql).fetchall() for sql in asked] == answers
