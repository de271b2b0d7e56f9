"""Whether all adds up, over the whole lake: the checks of `audit/`, one file each, whose rows are the differences.

Loading checks each batch within its transaction; the audit looks at everything, at any time, and reads only. DuckLake
itself holds neither keys nor references, nor does it look for nulls where a Parquet file is registered as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from duckdb import DuckDBPyConnection

from warehouse.statements import one_row, statement, statements

_ROWS_A_CHECK = 100  # of a broken lake the first differences tell as much as a million


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not add up: the check that found it, what it holds, and the row that differs."""

    check: str
    holds: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: {self.found}. It should hold: {self.holds}"


def audit(con: DuckDBPyConnection) -> list[Difference]:
    """Every difference of every check, at most a hundred a check; empty where the lake is sound."""
    differences: list[Difference] = []
    for name, sql in statements("audit"):
        result = con.execute(sql)
        columns = [column[0] for column in result.description or []]
        for row in result.fetchmany(_ROWS_A_CHECK):
            told = ", ".join(f"{column} {value}" for column, value in zip(columns, row, strict=True))
            differences.append(Difference(name, _meaning(sql), told))
    return differences + _nulls(con)


def _meaning(sql: str) -> str:
    head = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        head.append(line.removeprefix("--").strip())
    return " ".join(head)


def _nulls(con: DuckDBPyConnection) -> list[Difference]:
    found = []
    required = con.execute(statement("audit_columns")).fetchall()
    for table, columns in groupby(required, key=lambda row: row[0]):
        names = [name for _, name in columns]
        counts = one_row(con, f"select {', '.join(f'count(*) - count({name})' for name in names)} from {table}")
        found += [
            Difference("not_null", "A column that is not null holds no null.", f"{table}.{name} holds {count} nulls")
            for name, count in zip(names, counts, strict=True)
            if count
        ]
    return found
