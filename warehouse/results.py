"""What the rules said of a run's batches, as it was recorded: a run's number in, rows out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError
from warehouse.statements import one_row, statement


class NothingJudged(LakeError):
    """No rule has been put to anything in this run, or in any."""


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run, the time by which its rules judged, and ``results`` as results/of_run.sql has them."""

    run_id: int
    inbox: str | None
    as_of: datetime
    results: pa.Table


def judged_run(con: DuckDBPyConnection, run_id: int | None) -> JudgedRun:
    """A run and its results; the last one that has any where no number is given. Raises :class:`NothingJudged`."""
    (last,) = one_row(con, "select max(run_id) from ops.expectation_result")
    wanted = last if run_id is None else run_id
    found = con.execute("select run_id, inbox, started_at from ops.run where run_id = ?", [wanted]).fetchone()
    if found is None:
        asked = "any run" if run_id is None else f"run {run_id}; there is no such run"
        raise NothingJudged(f"nothing was judged in {asked}; newslake status lists the runs")
    results = con.execute(statement("results/of_run"), {"run_id": wanted}).to_arrow_table()
    if results.num_rows == 0:
        raise NothingJudged(
            f"run {wanted} loaded no batch, so that no rule was put to anything; the last was run {last}"
        )
    number, inbox, as_of = found
    return JudgedRun(number, inbox, as_of, results)
