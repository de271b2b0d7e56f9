"""Which revision each record of a batch makes: candidates come from SQL, the pure rules of :mod:`warehouse.revisions`
decide, and their decisions go back as a table.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from warehouse.revisions import Candidate, Decision, History, Identity, Reading, Version, decide, needs_body
from warehouse.statements import one_row, statement

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),
    ("identity_kind", pa.string()),
    ("identity_key", pa.string()),
    ("cause", pa.string()),
    ("observed_at", pa.timestamp("us", tz="UTC")),
    ("observed_origin", pa.string()),
    ("seen_at", pa.timestamp("us", tz="UTC")),
    ("article_id", pa.int64()),
    ("revision", pa.int32()),
    ("extraction", pa.int32()),
    ("is_current", pa.bool_()),
    ("is_earlier", pa.bool_()),
    ("is_reading", pa.bool_()),
    ("detail", pa.string()),
]
_DECISIONS = pa.schema(_COLUMNS)
_SETTLED = "refused_as_before"


def decided(con: DuckDBPyConnection, staged: pa.Table, *, is_replay: bool) -> pa.Table:
    """The decision about each row of ``staged`` that was placed, in the columns of `temp.decisions`.

    A quarantined record that is refused again as before is settled in `arrivals` and `placed` on the way.
    """
    con.execute(statement("load/04_known"))
    found = con.execute(statement("load/04_candidates")).to_arrow_table()
    (last_id,) = one_row(con, statement("load/last_article_id"))
    # Nearly all of a batch is new and alone under its identity: nothing is to be decided there, row by row.
    alone = _new_articles(found.filter(found["is_alone"]), last_id)
    last_id += alone.num_rows
    candidates = [_candidate(row) for row in found.filter(pc.invert(found["is_alone"])).to_pylist()]
    known = _histories(con)
    bodies = _current_bodies(con, needs_body(candidates, known))
    body = staged.column("body")
    decisions = decide(
        candidates, known, last_article_id=last_id, body_of_row=lambda row: body[row].as_py() or "", body_of=bodies
    )
    _settle_refused_again(con, decisions)
    made = pa.Table.from_pylist([_decision_row(d) for d in decisions if d.cause != _SETTLED], schema=_DECISIONS)
    if not is_replay:
        return pa.concat_tables([alone, made])
    again = con.execute(statement("load/04_re_extracted")).to_arrow_table()
    return pa.concat_tables([alone, made, _in_order(again)])


def _settle_refused_again(con: DuckDBPyConnection, decisions: list[Decision]) -> None:
    """A quarantined record that was read again and is refused for the same conflict stays as it is."""
    refused = [decision for decision in decisions if decision.cause == "identity_conflict"]
    if not refused:
        return
    reasons = {d.row: [{"reason": d.cause, "detail": d.detail}] for d in refused}
    known = con.execute("select row, reasons from replays where row in (select unnest(?))", [list(reasons)]).fetchall()
    for row, before in known:
        if before == reasons[row]:
            con.execute("update arrivals set standing = 'unchanged' where row = ?", [row])
            con.execute("delete from placed where row = ?", [row])
            next(decision for decision in refused if decision.row == row).cause = _SETTLED


def _new_articles(candidates: pa.Table, last_id: int) -> pa.Table:
    """The decisions about candidates that each make an article, in order: what :func:`decide` would say of them."""
    count = candidates.num_rows
    ones = pa.repeat(pa.scalar(1, pa.int32()), count)
    made = candidates.select(["row", "identity_kind", "identity_key", "observed_at", "observed_origin"])
    made = made.append_column("seen_at", candidates["observed_at"])
    given: dict[str, pa.Array[Any]] = {
        "cause": pa.repeat("new", count),
        "article_id": pa.array(range(last_id + 1, last_id + 1 + count), pa.int64()),
        "revision": ones,
        "extraction": ones,
        "is_current": pa.repeat(True, count),
        "is_earlier": pa.repeat(False, count),
        "is_reading": pa.repeat(True, count),
        "detail": pa.nulls(count, pa.string()),
    }
    for name, values in given.items():
        made = made.append_column(name, values)
    return _in_order(made)


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        row=row["row"],
        input_key=row["input_key"],
        identity=(row["identity_kind"], row["identity_key"]),
        title=row["title"],
        reading_hash=row["reading_hash"],
        observed_at=row["observed_at"],
        observed_origin=row["observed_origin"],
        content_hash=row["content_hash"],
        reader=row["reader"],
        said=row["said"],
        is_former=row["is_former"],
        is_copy=row["is_copy"],
        is_timed=row["is_timed"],
        held=frozenset((held["article_id"], held["revision"]) for held in row["held"]),
        is_numbered=row["is_numbered"],
    )


def _histories(con: DuckDBPyConnection) -> dict[Identity, History]:
    """The articles of the lake that records of the batch may be versions of; most batches have none."""
    known: dict[Identity, History] = {}
    if one_row(con, "select count(*) from known_articles") == (0,):
        return known
    for row in con.execute(statement("load/04_readings")).to_arrow_table().to_pylist():
        history = known.setdefault((row["identity_kind"], row["identity_key"]), History(row["article_id"], []))
        if not history.versions or history.current.revision != row["revision"]:
            history.versions.append(
                Version(row["revision"], row["observed_at"], row["observed_origin"], None, "", [], set())
            )
        version = history.current
        version.title, version.input_key = row["title"], row["input_key"]
        version.contents.add(row["content_hash"])
        version.readings.append(Reading(row["extraction"], row["reader"], row["reading_hash"], row["said"]))
    return known


def _decision_row(decision: Decision) -> dict[str, object]:
    kind, key = decision.identity
    return {
        "row": decision.row,
        "identity_kind": kind,
        "identity_key": key,
        "cause": decision.cause,
        "observed_at": decision.observed_at,
        "observed_origin": decision.observed_origin,
        "seen_at": decision.seen_at,
        "article_id": decision.article_id,
        "revision": decision.revision,
        "extraction": decision.extraction,
        "is_current": decision.is_current,
        "is_earlier": decision.is_earlier,
        "is_reading": decision.is_reading,
        "detail": decision.detail,
    }


def _current_bodies(con: DuckDBPyConnection, article_ids: set[int]) -> dict[int, str]:
    if not article_ids:
        return {}
    return dict(con.execute(statement("load/current_bodies"), {"article_ids": sorted(article_ids)}).fetchall())


def _in_order(table: pa.Table) -> pa.Table:
    return table.select(_DECISIONS.names).cast(_DECISIONS)
