"""An article's path through newslake: its readings, what was cut from it by which rule, and what could not be used."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Explanation:
    """``readings`` oldest first, ``removed`` spans of the current reading in text order, ``faults`` of its inputs;
    ``changes`` from revision to revision and notes of ``corrections``, in the order of observation."""

    readings: pa.Table
    removed: pa.Table
    faults: pa.Table
    changes: pa.Table
    corrections: pa.Table


def explain(con: DuckDBPyConnection, article_id: int) -> Explanation:
    """Everything that the lake knows of how an article came to be. Raises :class:`LakeError` where there is none."""
    parameters = {"article_id": article_id}
    tables = [
        con.execute(statement(f"explain/{name}"), parameters).to_arrow_table()
        for name in ("readings", "removed", "faults", "changes", "corrections")
    ]
    if not tables[0].num_rows:
        raise LakeError(
            f"There is no article {article_id}. Its id stands in the view article: "
            "newslake sql \"select article_id, title from article where title ilike '%word%'\""
        )
    return Explanation(*tables)
