"""Each file of models/ here is a view's cases: rows that are given to tables, and the rows that the view then has.

A case begins with a line `# what it shows`. `given TABLE` and `expect VIEW` stand above a table of cells between `|`;
an empty cell is null. Columns that are not given are null, or 0, '' or 1970 where they may not be. Rows are compared as
text, in any order; a float as DuckDB writes it. Which readings are current and how sources are shown follows from
what is given. Every case runs in a transaction that is rolled back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lake_builder import Lake

from warehouse.sources import show_anew

FOLDER = Path(__file__).parent / "models"
MODELS = Path(__file__).parents[2] / "warehouse" / "models"
# What the view `article` needs, as dim_article says it: a case gives the current reading in one place.
CURRENT = """
    update fact_article
    set is_current = (article_id, revision, extraction) in (
        select (article_id, current_revision, current_extraction) from dim_article
    )
"""
_ZEROS = {"VARCHAR": "''", "BOOLEAN": "false", "DATE": "date '1970-01-01'"}


@dataclass
class Case:
    """One case: what it shows, tables with their rows, the view with its rows; the first row holds the columns."""

    shows: str
    given: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    expect: tuple[str, list[list[str]]] = ("", [])


def cases(file: Path) -> list[Case]:
    found: list[Case] = []
    rows: list[list[str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            found.append(Case(line[2:]))
        elif block := re.fullmatch(r"(given|expect) ([\w.]+)", line):
            rows = []
            if block[1] == "given":
                found[-1].given.append((block[2], rows))
            else:
                found[-1].expect = (block[2], rows)
        elif line:
            rows.append([cell.strip() for cell in line.split("|")])
    return found


ALL = [(file.stem, case) for file in sorted(FOLDER.glob("*.txt")) for case in cases(file)]


def give(lake: Lake, table: str, rows: list[list[str]]) -> None:
    """Insert rows of text; what is not given and may not be null is a zero of its type, or empty."""
    schema, _, name = table.rpartition(".")
    columns = lake.rows(
        "select column_name, data_type, is_nullable from duckdb_columns() where database_name = 'lake' "
        "and schema_name = ? and table_name = ?",
        schema or "main",
        name,
    )
    header, *body = rows
    assert set(header) <= {str(column) for column, _, _ in columns}, table
    for row in body:
        cells = dict(zip(header, row, strict=True))
        values = []
        for column, kind, nullable in columns:
            if cells.get(str(column)):
                values.append(f"'{cells[str(column)]}'::{kind}")
            elif nullable:
                values.append("null")
            else:
                zero = "map {}" if str(kind).startswith("MAP") else _ZEROS.get(str(kind), "0")
                values.append("timestamptz '1970-01-01 00:00:00+00'" if "TIMESTAMP" in str(kind) else zero)
        lake.con.execute(f"insert into {table} values ({', '.join(values)})")


@pytest.mark.parametrize(("view", "case"), ALL, ids=[f"{view}: {case.shows}" for view, case in ALL])
def test_a_view_gives_the_rows_that_its_case_expects(shared_lake: Lake, view: str, case: Case) -> None:
    shared_lake.con.execute("begin")
    try:
        for table, rows in case.given:
            give(shared_lake, table, rows)
        show_anew(shared_lake.con)
        shared_lake.con.execute(CURRENT)
        assert case.expect[0] == view
        found = shared_lake.con.execute(f"select columns(*)::varchar from {view}")
        header = [column[0] for column in found.description]
        rows = [["" if cell is None else cell for cell in row] for row in found.fetchall()]
    finally:
        shared_lake.con.execute("rollback")
    assert header == case.expect[1][0]
    assert sorted(rows) == sorted(case.expect[1][1:])


def test_every_view_has_cases_but_the_one_that_every_load_is_tested_by() -> None:
    assert {path.stem for path in MODELS.glob("*.sql")} - {view for view, _ in ALL} == {"article"}
