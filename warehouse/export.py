"""Copies of views as files for programs that do not read a lake: Parquet or CSV, whole or not at all.

    FOLDER/current            link to the newest export; the only name that a reader needs
    FOLDER/export-…/article/published_month=2026-03/….parquet
    FOLDER/export-…/source_day/….parquet
    FOLDER/export-…/dictionary.md, manifest.json, sources.yml (dbt)

An export is written beside the old one and becomes `current` by one rename of the link, so that a reader sees the old
files or the new ones. The export before it stays for readers that are still at it, until the next one; files have names
of their own export, so a reader that is caught between two misses a file and says so, and never mixes them. All views
are of one snapshot.
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.dictionary import Relation, dictionary, to_markdown
from warehouse.errors import LakeError
from warehouse.lake import quoted
from warehouse.locks import one_at_a_time
from warehouse.statements import one_row

CURRENT = "current"
_OWN = re.compile(r"export-\d{8}T\d{12}Z(\.half)?")
_MEMORY = "1GB"
_LONGEST_ROW = 200_000_000  # bytes of a row of CSV; DuckDB stops at 2 MB unless it is told more
# Views whose rows hold whole texts: a file a month of publication, which a reader of some months passes the others by.
_BY_MONTH = frozenset(["article", "article_revision"])
# What `since` compares, the first of them that a view has.
_DAYS = ("published_date", "day", "valid_from", "rejected_at")
# What a spreadsheet takes for a formula where a cell begins with it (OWASP, CSV injection), also in its wide forms.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


@dataclass(frozen=True, slots=True)
class ExportedView:
    """A view as it was written: its rows and files, the column that ``since`` was compared with, and undated rows.

    ``since_column`` is null where the view has no day and was written whole; ``undated`` rows have none and were left
    out.
    """

    name: str
    rows: int
    files: int
    bytes: int
    since_column: str | None
    undated: int


@dataclass(frozen=True, slots=True)
class Export:
    """What one export holds: written to ``folder``, of the lake's ``snapshot``."""

    folder: str
    exported_at: str
    snapshot: int
    format: str
    since: str | None
    views: tuple[ExportedView, ...]


def export(
    con: DuckDBPyConnection,
    folder: Path,
    *,
    now: datetime,
    views: tuple[str, ...] = (),
    file_format: str = "parquet",
    since: date | None = None,
    dbt: bool = False,
) -> Export:
    """Write ``views`` (all where none is named) of the lake that ``con`` reads into ``folder``, and make it current.

    ``file_format`` is parquet or csv; in CSV a text that a spreadsheet would run as a formula has an apostrophe before
    it, and lists are JSON. ``since`` is the first day of publication, or of whatever day the view has. ``dbt`` writes a
    sources.yml beside it. Raises :class:`LakeError` where a view is unknown, the folder holds other things, cannot be
    written or is named as a pattern, or the disk is full; then the export that was there stays. Raises
    :class:`warehouse.errors.WarehouseBusy` where another process exports into it.
    """
    relations = {relation.name: relation for relation in dictionary(con) if relation.is_view}
    unknown = [name for name in views if name not in relations]
    if unknown:
        raise LakeError(f"There is no view {unknown[0]!r} to export; these are there: {', '.join(relations)}.")
    chosen = [relation for name, relation in relations.items() if not views or name in views]
    folder = folder.absolute()
    try:
        _refuse_patterns(folder, dbt=dbt)
        _refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with exporting(folder):
            return _export(con, folder, chosen, now, file_format, since, dbt=dbt)
    except (OSError, duckdb.IOException) as error:
        raise LakeError(
            f"The export into {folder} failed: {error}. What was exported there before is as it was; mend the cause "
            "and export again."
        ) from error


def exporting(folder: Path) -> AbstractContextManager[None]:
    """Be the only one who exports into ``folder``."""
    return one_at_a_time(folder / ".export.lock", "is exporting into")


def _export(
    con: DuckDBPyConnection,
    folder: Path,
    chosen: list[Relation],
    now: datetime,
    file_format: str,
    since: date | None,
    *,
    dbt: bool,
) -> Export:
    name = f"export-{now:%Y%m%dT%H%M%S%f}Z"
    half = folder / f"{name}.half"
    _sweep(folder)
    half.mkdir()
    con.execute(f"set memory_limit = '{_MEMORY}'")
    con.execute("set preserve_insertion_order = false")
    con.execute("begin")  # one snapshot for all views
    try:
        (snapshot,) = one_row(con, "select max(snapshot_id) from ducklake_snapshots('lake')")
        written = tuple(_write(con, half, relation, name, file_format, since) for relation in chosen)
    finally:
        con.execute("rollback")
    done = Export(
        str(folder / name), now.isoformat(), int(snapshot), file_format, since.isoformat() if since else None, written
    )
    (half / "dictionary.md").write_text(f"# What these files hold\n\n{to_markdown(chosen)}", encoding="utf-8")
    (half / "manifest.json").write_text(json.dumps(asdict(done), indent=1) + "\n", encoding="utf-8")
    if dbt:
        (half / "sources.yml").write_text(dbt_sources(chosen, folder / CURRENT, file_format), encoding="utf-8")
    half.rename(folder / name)
    link = folder / f".{CURRENT}.half"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(folder / CURRENT)
    return done


def _write(
    con: DuckDBPyConnection, half: Path, relation: Relation, name: str, file_format: str, since: date | None
) -> ExportedView:
    names = [column.name for column in relation.columns]
    day = next((column for column in _DAYS if column in names), None) if since else None
    where = f" where {day} >= date {quoted(str(since))}" if day else ""
    undated = int(one_row(con, f"select count(*) from {relation.name} where {day} is null")[0]) if day else 0
    target = half / relation.name
    if file_format == "csv":
        target.mkdir()
        columns = ", ".join(_as_csv(column.name, column.type) for column in relation.columns)
        select = f"select {columns} from {relation.name}{where}"
        copied = f"copy ({select}) to {quoted(target / f'{relation.name}-{name}.csv')} (format csv, header)"
    elif relation.name in _BY_MONTH:
        month = "coalesce(strftime(published_date, '%Y-%m'), 'unknown') as published_month"
        copied = (
            f"copy (select *, {month} from {relation.name}{where}) to {quoted(target)} (format parquet, "
            f"compression zstd, partition_by (published_month), filename_pattern '{name}-{{i}}')"
        )
    else:
        target.mkdir()
        file = target / f"{relation.name}-{name}.parquet"
        copied = f"copy (from {relation.name}{where}) to {quoted(file)} (format parquet, compression zstd)"
    (rows,) = one_row(con, copied)
    target.mkdir(exist_ok=True)  # of a view without rows nothing is partitioned
    files = [file for file in target.rglob("*") if file.is_file()]
    if not files:
        unknown = target / "published_month=unknown"  # so that its readers find the column there is otherwise
        unknown.mkdir()
        empty = unknown / f"{relation.name}-{name}.parquet"
        con.execute(f"copy (from {relation.name} limit 0) to {quoted(empty)} (format parquet)")
        files = [empty]
    return ExportedView(relation.name, int(rows), len(files), sum(f.stat().st_size for f in files), day, undated)


def _as_csv(name: str, kind: str) -> str:
    if kind == "varchar":
        return f"case when regexp_matches({name}, '{_FORMULA}') then '''' || {name} else {name} end as {name}"
    return f"to_json({name})::varchar as {name}" if _is_nested(kind) else name


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("map", "struct"))


def dbt_sources(relations: list[Relation], current: Path, file_format: str) -> str:
    """A dbt ``sources.yml`` that reads an export through dbt-duckdb, with the texts of the dictionary."""
    import yaml

    tables = [
        {
            "name": relation.name,
            "description": relation.grain,
            "meta": {"external_location": _read(relation, current, file_format)},
            "columns": [{"name": c.name, "description": c.text, "data_type": c.type} for c in relation.columns],
        }
        for relation in relations
    ]
    source = {"name": "newslake", "description": "News articles, as exported by newslake.", "tables": tables}
    return str(yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False, allow_unicode=True, width=120))


def _read(relation: Relation, current: Path, file_format: str) -> str:
    """What DuckDB reads a view of an export by: CSV with the types of the view, which it would guess otherwise.

    dbt-duckdb takes braces for the names of its own: so a struct is written as a function.
    """
    pattern = f"{current}/{relation.name}/**/*.{file_format}".replace("'", "''")
    if file_format != "csv":
        return f"read_parquet('{pattern}', hive_partitioning = {str(relation.name in _BY_MONTH).lower()})"
    nested = [column for column in relation.columns if _is_nested(column.type)]
    types = ", ".join(f"\"{c.name}\" := '{'json' if c in nested else c.type}'" for c in relation.columns)
    read = (
        f"read_csv('{pattern}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"allow_quoted_nulls = false, max_line_size = {_LONGEST_ROW}, columns = struct_pack({types}))"
    )
    typed = ", ".join(f"{column.name}::{column.type} as {column.name}" for column in nested)
    return f"(select * replace ({typed}) from {read})" if typed else read


def _refuse_patterns(folder: Path, *, dbt: bool) -> None:
    """Refuse a folder whose name readers would take for a pattern and find nothing by."""
    signs = r"[*?\[{}]" if dbt else r"[*?\[]"
    if found := re.search(signs, str(folder)):
        raise LakeError(
            f"{folder}: {'dbt' if found[0] in '{}' else 'DuckDB'} takes {found[0]} in a folder's name for a part of a "
            "pattern, and who reads the export by its name finds no file; nothing was exported. Name another folder."
        )


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds what no export put there, such as a warehouse."""
    if not folder.exists():
        return
    own = {CURRENT, f".{CURRENT}.half", ".export.lock"}
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in own and not _is_export(entry))
    if foreign:
        raise LakeError(
            f"{folder} holds other things ({foreign[0]}), and nothing was exported; name a folder for exports alone."
        )


def _sweep(folder: Path) -> None:
    """Remove what a killed export left, and exports older than the current one."""
    link = folder / CURRENT
    current = link.resolve().name if link.is_symlink() else None
    for entry in folder.iterdir():
        if _is_export(entry) and entry.name != current:
            shutil.rmtree(entry)


def _is_export(entry: Path) -> bool:
    return _OWN.fullmatch(entry.name) is not None and entry.is_dir() and not entry.is_symlink()
