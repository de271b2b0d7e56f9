"""Blocks that recur over a site's articles: learned at the end of a run, in force from the next run on.

What is learned is a function of the committed facts and the set before, and of nothing else: a run reads the set once,
at its start, and adds to it in one commit of its own after its last batch. A run that was killed has learned nothing,
so the run after it goes on with the same set; one that was killed between its last batch and that commit leaves it to
the next. ``ops.block_learning`` says up to which batch was learned, so a run with nothing new pays for two look-ups.

A site is looked at when its fifth, tenth, … article has come, a large one's every tenth or twentieth, and of it only
the last 100; the queries of ``site_blocks/`` say what is asked of a line and why.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.staged import digest
from transforms.strip.site_blocks import Place, SiteBlocks
from warehouse.lake import one_look, register, transaction, unregister
from warehouse.statements import one_row, statement
from warehouse.undisturbed import undisturbed

AGED_AFTER = 50  # articles of the site in a row without it; a block that ages in error is learned again

# Of the bodies of sites that are looked at together. Each look reads all parts of the lake that may hold one of them,
# so few looks are wanted: three took twice the time of one over a million articles. In lines it is some 200 MB.
_CHARACTERS_AT_ONCE = 64_000_000
_STAMP = pa.timestamp("us", tz="UTC")
_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("change", pa.string()),  # learned, aged or seen
    ("source_id", pa.int64()),
    ("text_hash", pa.string()),
    ("text", pa.string()),
    ("place", pa.string()),
    ("articles", pa.int32()),
    ("recent_articles", pa.int32()),
    ("first_seen_at", _STAMP),
    ("last_seen_at", _STAMP),
]
_CHANGED = pa.schema(_COLUMNS)
_WORK_TABLES = ["site_readings", "recent", "recent_lines", "originals", "site_sizes", "found_lines", "seen_blocks"]


@dataclass(frozen=True, slots=True)
class Learning:
    """What became of the set at the end of a run: its version, and how many blocks came and went."""

    version: int
    sites: int = 0
    learned: int = 0
    aged: int = 0


def blocks_in_force(con: DuckDBPyConnection) -> SiteBlocks:
    """The set that a run which begins now strips by."""
    return _blocks(con, "site_blocks/in_force")


def blocks_ever_learned(con: DuckDBPyConnection) -> SiteBlocks:
    """The set that what was picked up earlier is stripped by when it is read again: the blocks that aged, too."""
    return _blocks(con, "site_blocks/ever_learned")


def _blocks(con: DuckDBPyConnection, query: str) -> SiteBlocks:
    version, _, _ = undisturbed(con, lambda: one_row(con, statement("site_blocks/standing")))
    rows = undisturbed(con, lambda: con.execute(statement(query)).fetchall()) if version else []
    return SiteBlocks(
        version,
        {
            domain: {int(text_hash, 16): Place(place) for _, text_hash, place in blocks}
            for domain, blocks in itertools.groupby(rows, key=lambda row: row[0])
        },
    )


def learn_blocks(con: DuckDBPyConnection, *, run_id: int, now: datetime) -> Learning:
    """Learn from what was loaded since the last learning, and record how each site's pages came out.

    The caller holds the run lock and has committed the run's last batch. Raises what a transaction raises.
    """
    version, learned_up_to, last_batch = undisturbed(con, lambda: one_row(con, statement("site_blocks/standing")))
    if learned_up_to == last_batch:
        return Learning(version)
    try:
        changed, templates = undisturbed(con, lambda: _look(con, learned_up_to))
        return _record(con, changed, templates, version, last_batch, run_id, now)
    finally:
        for name in _WORK_TABLES:
            con.execute(f"drop table if exists temp.main.{name}")


def _look(con: DuckDBPyConnection, learned_up_to: int) -> tuple[list[dict[str, object]], pa.Table]:
    """What is found on the sites with new inputs: blocks with what is to be done about each, and a row a site.

    A group of sites is one look at the lake: within a transaction DuckDB keeps what it has replaced, so that the lines
    of all groups would stand beside one another, some 100 MB each.
    """
    with one_look(con):
        con.execute("set variable learned_up_to = ?", [learned_up_to])
        sites = con.execute(statement("site_blocks/touched")).fetchall()
        con.execute(statement("site_blocks/tidy"))
        con.execute("set variable sites = ?::bigint[]", [[source_id for (source_id,) in sites]])
        con.execute(statement("site_blocks/00_readings"))
        due = con.execute(statement("site_blocks/due")).fetchall()
    changed: list[dict[str, object]] = []
    for group in _in_groups(due):
        with one_look(con):
            con.execute("set variable site_group = ?", [group])
            for step in ("01_recent", "02_originals", "03_found"):
                con.execute(statement(f"site_blocks/{step}"))
            changed += map(_change, con.execute(statement("site_blocks/04_seen")).to_arrow_table().to_pylist())
    return changed, con.execute(statement("site_blocks/05_templates")).to_arrow_table()


def _in_groups(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Sites, each with its characters, in groups that are looked at together."""
    group: list[int] = []
    characters = 0
    for source_id, size in sizes:
        if group and characters + size > _CHARACTERS_AT_ONCE:
            yield group
            group, characters = [], 0
        group.append(source_id)
        characters += size
    if group:
        yield group


def _change(block: dict[str, object]) -> dict[str, object]:
    """A row of ``seen_blocks`` with what is to be done about it."""
    recent, age = block["recent_articles"], block.pop("age")
    if block["text_hash"] is None:
        return block | {"change": "learned", "text_hash": digest(str(block["text"]))}
    is_gone = isinstance(recent, int) and recent >= AGED_AFTER and (not isinstance(age, int) or age > AGED_AFTER)
    return block | {"change": "aged" if is_gone else "seen"}


def _record(
    con: DuckDBPyConnection,
    changed: list[dict[str, object]],
    templates: pa.Table,
    version: int,
    last_batch: int,
    run_id: int,
    now: datetime,
) -> Learning:
    learned = sum(block["change"] == "learned" for block in changed)
    aged = sum(block["change"] == "aged" for block in changed)
    learning = Learning(version + (1 if learned or aged else 0), templates.num_rows, learned, aged)
    register(con, {"changed": pa.Table.from_pylist(changed, schema=_CHANGED), "templates": templates})
    variables = {
        "version": learning.version,
        "last_batch": last_batch,
        "sites_seen": learning.sites,
        "run_id": run_id,
        "now": now,
    }
    try:
        with transaction(con, f"blocks learned by run {run_id}: {learned} new, {aged} aged"):
            for name, value in variables.items():
                con.execute(f"set variable {name} = ?", [value])
            if learned:
                con.execute(statement("site_blocks/record_learned"))
            if len(changed) > learned:
                con.execute(statement("site_blocks/record_seen"))
            con.execute(statement("site_blocks/record"))
    finally:
        unregister(con, ("changed", "templates"))
    return learning
