"""The benchmark of loading: what it inserts bare, and what it makes of the batches' times."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.synthetic import staged
from benchmarks.warehouse import Batch, Side, bare_side, told
from warehouse.lake import connect


def test_the_bare_side_inserts_each_row_once(tmp_path: Path) -> None:
    for number, batch in enumerate(staged(60, rows=40)):
        pq.write_table(batch, tmp_path / f"{number}.parquet")
    side = bare_side(tmp_path / "lake", sorted(tmp_path.glob("*.parquet")))
    assert [batch.rows for batch in side.batches] == [40, 20]
    con = connect(tmp_path / "lake", read_only=True)
    assert con.execute(
        "select count(*), count(distinct url), min(length(body)) > 500 from fact_article"
    ).fetchall() == [(60, 60, True)]


def test_the_line_through_the_batches_leaves_out_the_first_and_the_short_last() -> None:
    costs = [9.0, 1.0, 1.1, 1.2, 1.3, 1.4, 0.1]
    rows = [50, 50, 50, 50, 50, 50, 5]
    side = Side(tuple(Batch(n, 2 * cost, cost) for n, cost in zip(rows, costs, strict=True)), 900, 200)
    assert side.line() == (pytest.approx(0.9), pytest.approx(1.4))
    assert Side(side.batches[:3], 900, 200).line() is None


def test_the_result_tells_the_ratio_of_the_rates() -> None:
    lake = Side((Batch(1_000, 4.0, 5.0, 1.5),), 1_200, 300)
    text = told({"newslake": lake, "bare": Side((Batch(1_000, 2.0, 1.0),), 800, 200)})
    assert "0.50 by the wall, 0.20 by the processor" in text
    assert "1,200 MB" in text
