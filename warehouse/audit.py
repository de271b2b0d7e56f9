"""Whether all adds up, over the whole lake: the checks of `audit/`, one file each, whose rows are the differences.

Loading checks each batch within its transaction; the audit looks at everything, at any time, and reads only. DuckLake
itself holds neither keys nor references, nor does it look for nulls where a Parquet file is registered as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError
from warehouse.statements import statement, statements
from warehouse.stored import stored_files
from warehouse.undisturbed import undisturbed

_ROWS_A_CHECK = 100  # of a broken lake the first differences tell as much as a million


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not add up: the check that found it, what it holds, and the row that differs."""

    check: str
    holds: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: {self.found}. It should hold: {self.holds}"


def audit(con: DuckDBPyConnection, *, unused_since: datetime | None = None) -> list[Difference]:
    """Every difference of every check, at most a hundred a check; empty where the lake is sound.

    Files of the data folder that no snapshot knows count where they are older than ``unused_since``: a load under way
    has written files that it has not committed yet, and upkeep removes what a killed one left.
    """
    files = undisturbed(con, lambda: differing_files(con, unused_since))
    if any(difference.check == "files" for difference in files):
        return files  # no other check can be asked of a lake that cannot be read
    differences = [found for name, sql in statements("audit") for found in _differences(con, name, sql, sql)]
    return differences + undisturbed(con, lambda: _nulls(con)) + files


def audit_run(con: DuckDBPyConnection, run_id: int) -> tuple[dict[str, object], list[Difference]]:
    """What one run says of itself (its row of `ops.run`, with the counts that N1 is about), and what contradicts it.

    The run's counts are held against its batches, and each batch against its inputs and readings. Raises
    :class:`LakeError` where there is no such run.
    """
    said = undisturbed(
        con, lambda: con.execute(statement("audit_run"), {"run_id": run_id}).to_arrow_table().to_pylist()
    )
    if not said:
        raise LakeError(f"There is no run {run_id} in this warehouse; `newslake status` lists the last ones.")
    of_run = {
        "runs": f"run_id = {int(run_id)}",
        "batches": f"batch_id in (select batch_id from ops.batch where run_id = {int(run_id)})",
    }
    checks = [(name, sql) for name, sql in statements("audit") if name in of_run]
    return said[0], [
        found
        for name, sql in checks
        for found in _differences(con, name, sql, f"from ({sql}) as differences where {of_run[name]}")
    ]


def _differences(con: DuckDBPyConnection, name: str, sql: str, query: str) -> list[Difference]:
    """The rows of ``query``, which asks for what the check ``sql`` asks for or for some of it."""

    def read() -> list[Difference]:
        result = con.execute(query)
        columns = [column[0] for column in result.description or []]
        return [
            Difference(
                name, _meaning(sql), ", ".join(f"{column} {value}" for column, value in zip(columns, row, strict=True))
            )
            for row in result.fetchmany(_ROWS_A_CHECK)
        ]

    return undisturbed(con, read)


def differing_files(con: DuckDBPyConnection, unused_since: datetime | None) -> list[Difference]:
    """Files that the catalog names and that are gone, or of another size; files that it does not name."""
    stored = {file.path: file for file in stored_files(con)}
    known = {path: (size, kind) for path, size, kind in con.execute(statement("catalog_files")).fetchall()}
    holds = "Every file that a snapshot needs is in the data folder, as long as it was written."
    found = []
    for path, (size, kind) in sorted(known.items()):
        if kind == "old":
            continue  # no snapshot needs it: it waits to be removed
        if path not in stored:
            found.append(Difference("files", holds, f"{path} is gone; restore it from a copy of the warehouse"))
        elif stored[path].bytes != size:
            found.append(
                Difference("files", holds, f"{path} has {stored[path].bytes} bytes and was written with {size}")
            )
    holds = "The data folder holds nothing but files of the lake; `newslake upkeep` removes what a killed process left."
    if unused_since is not None:
        found += [
            Difference("orphans", holds, f"{path} belongs to no snapshot")
            for path, file in sorted(stored.items())
            if path not in known and file.modified_at < unused_since
        ]
    return found[:_ROWS_A_CHECK]


def _meaning(sql: str) -> str:
    head = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        head.append(line.removeprefix("--").strip())
    return " ".join(head)


def _nulls(con: DuckDBPyConnection) -> list[Difference]:
    required = con.execute(statement("audit_columns")).fetchall()
    counts = []
    for table, columns in groupby(required, key=lambda row: row[0]):
        names = [name for _, name in columns]
        told = ", ".join(f"'{table}.{name}'" for name in names)
        nulls = ", ".join(f"count(*) - count({name})" for name in names)
        counts.append(f"select unnest([{told}]) as name, unnest([{nulls}]) as nulls from {table}")
    found = con.execute(f"from ({' union all '.join(counts)}) where nulls > 0 order by name").fetchall()
    return [
        Difference("not_null", "A column that is not null holds no null.", f"{name} holds {nulls} nulls")
        for name, nulls in found
    ]
