"""The full-text index of a warehouse: which reading says which word, in Parquet files beside the lake.

`search/` in the warehouse folder holds segments (term, reading, how often its title and its body say it; sorted by
term, so that a word costs a few row groups) and `manifest.json`, which names those that count and the last batch that
they hold. A segment is written whole before the manifest that names it takes the old one's place, so a reader has the
old index or the new one, a build that is killed leaves the old one, and the next build goes on behind it. Readings are
added batch by batch; what a newer reading replaced is passed over in questions. What does not belong to the lake as it
stands (another format, a lake restored to an earlier day, something forgotten since, on this host or another) is built
anew.

Why not DuckDB's own fts extension: its index is made whole each time, it lives in a database file that a writer closes
to readers, and its words are those of languages with spaces. This one grows with what is new, is read while it grows,
and finds Chinese and Japanese.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError
from warehouse.lake import folder_of, quoted
from warehouse.locks import one_at_a_time
from warehouse.statements import one_row, statement

FORMAT = 1
READINGS_AT_ONCE = 20_000  # of 2 KB of text: some 4 million postings, sorted within the memory below
_MEMORY = "1GB"
_MOST_SEGMENTS = 12
_MERGED_AT_ONCE = 8
_LARGE = 50_000_000  # postings; a segment of more is never merged again, so that a merge stays bounded


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of postings."""

    file: str
    postings: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What counts: the segments, and the last batch they hold with the moment when it was committed.

    ``forgotten`` is the last forgetting before the first segment was begun: of a later one they may hold the words.
    """

    format: int
    forgotten: int
    last_batch: int
    committed_at: str | None
    readings: int
    segments: tuple[Segment, ...]
    retired: tuple[str, ...]  # replaced by the last build; kept for questions that had begun, removed by the next one


@dataclass(frozen=True, slots=True)
class Standing:
    """How the index stands: readings that it holds and lacks, and its size."""

    readings: int
    behind: int
    segments: int
    bytes: int


_EMPTY = Manifest(FORMAT, 0, 0, None, 0, (), ())


def index_folder(con: DuckDBPyConnection) -> Path:
    """Where the index of the lake that ``con`` reads lies."""
    return folder_of(con) / "search"


def manifest_of(con: DuckDBPyConnection) -> Manifest:
    """The manifest in force; an empty one where there is none, or none that belongs to this lake."""
    try:
        said = json.loads((index_folder(con) / "manifest.json").read_text(encoding="utf-8"))
        segments = tuple(Segment(**segment) for segment in said.pop("segments"))
        manifest = Manifest(**said | {"segments": segments, "retired": tuple(said["retired"])})
    except (OSError, ValueError, TypeError, KeyError):
        return _EMPTY
    if manifest.format != FORMAT or _committed_at(con, manifest.last_batch) != manifest.committed_at:
        return _EMPTY
    if manifest.forgotten != _last_forgetting(con):
        return _EMPTY
    folder = index_folder(con)
    return manifest if all((folder / segment.file).exists() for segment in manifest.segments) else _EMPTY


def standing(con: DuckDBPyConnection, manifest: Manifest | None = None) -> Standing:
    """How the index of the lake that ``con`` reads stands."""
    manifest = manifest or manifest_of(con)
    behind = sum(readings for _, readings in _behind(con, manifest.last_batch))
    return Standing(manifest.readings, behind, len(manifest.segments), sum(s.bytes for s in manifest.segments))


def update(con: DuckDBPyConnection, told: Callable[[int, int], None] | None = None) -> Standing:
    """Bring the index up to the last batch; ``told`` hears, after each step, the readings done and those to do.

    Raises :class:`LakeError` where the folder cannot be written, :class:`warehouse.errors.WarehouseBusy` where another
    process is building. Killed anywhere, it leaves the index as it was after its last step.
    """
    folder = index_folder(con)
    try:
        folder.mkdir(exist_ok=True)
        with building(folder.parent):
            _build(con, folder, told)
    except OSError as error:
        raise LakeError(
            f"The search index in {folder} cannot be written ({error.strerror}); what stands there is still read. "
            "Let an account that may write there run `newslake search --update`."
        ) from error
    return standing(con)


def building(folder: Path) -> AbstractContextManager[None]:
    """Be the only builder of the index in the warehouse ``folder``; questions and loads go on beside it."""
    return one_at_a_time(folder / "search.lock", "is building the search index of the warehouse in")


def discard(folder: Path) -> None:
    """Remove the index of the warehouse in ``folder``: the next search builds it from what the lake holds then."""
    with building(folder):
        shutil.rmtree(folder / "search", ignore_errors=True)


def discard_foreign(con: DuckDBPyConnection) -> bool:
    """Remove an index that does not belong to the lake as it stands, and say whether there was one.

    Raises :class:`warehouse.errors.WarehouseBusy` where another process is building.
    """
    if not (index_folder(con) / "manifest.json").exists() or manifest_of(con) is not _EMPTY:
        return False
    discard(folder_of(con))
    return True


def prepare_words(con: DuckDBPyConnection) -> None:
    """Give ``con`` the macros that say what a word is."""
    con.execute(statement("search/words"))


def _build(con: DuckDBPyConnection, folder: Path, told: Callable[[int, int], None] | None) -> None:
    con.execute(f"set memory_limit = '{_MEMORY}'")
    prepare_words(con)
    manifest = manifest_of(con)
    if manifest is _EMPTY:
        manifest = replace(manifest, forgotten=_last_forgetting(con))
    _sweep(folder, manifest)
    steps = _steps(_behind(con, manifest.last_batch))
    to_do = sum(readings for _, readings in steps)
    done = 0
    for last_batch, readings in steps:
        con.execute(f"set variable after = {manifest.last_batch}")
        con.execute(f"set variable up_to = {last_batch}")
        added = _write(con, folder, statement("search/postings"))
        manifest = replace(
            manifest,
            last_batch=last_batch,
            committed_at=_committed_at(con, last_batch),
            readings=manifest.readings + readings,
            segments=(*manifest.segments, added),
        )
        manifest = _merged(con, folder, manifest)
        _put(folder, manifest)
        done += readings
        if told is not None:
            told(done, to_do)


def _behind(con: DuckDBPyConnection, after: int) -> list[tuple[int, int]]:
    con.execute(f"set variable after = {after}")
    return con.execute(statement("search/behind")).fetchall()


def _steps(batches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring batches joined up to READINGS_AT_ONCE: the last batch of each step and its readings."""
    steps: list[tuple[int, int]] = []
    for batch_id, readings in batches:
        if steps and steps[-1][1] + readings <= READINGS_AT_ONCE:
            steps[-1] = (batch_id, steps[-1][1] + readings)
        else:
            steps.append((batch_id, readings))
    return steps


def _merged(con: DuckDBPyConnection, folder: Path, manifest: Manifest) -> Manifest:
    """The manifest with its smallest segments as one, where there are too many."""
    small = sorted((s for s in manifest.segments if s.postings <= _LARGE), key=lambda s: s.postings)
    if len(small) <= _MOST_SEGMENTS:
        return manifest
    joined = small[:_MERGED_AT_ONCE]
    con.execute(f"set variable segments = [{', '.join(quoted(folder / s.file) for s in joined)}]")
    one = _write(con, folder, statement("search/merged"))
    kept = tuple(s for s in manifest.segments if s not in joined)
    return replace(manifest, segments=(*kept, one), retired=(*manifest.retired, *(s.file for s in joined)))


def _write(con: DuckDBPyConnection, folder: Path, select: str) -> Segment:
    name = f"postings-{uuid.uuid4().hex}.parquet"
    half = folder / f"{name}.half"
    options = "format parquet, compression zstd, parquet_version v2, row_group_size 65536"
    row = one_row(con, f"copy ({select}) to {quoted(half)} ({options})")
    with half.open("rb") as written:
        os.fsync(written.fileno())
    half.rename(folder / name)
    return Segment(name, int(row[0]), (folder / name).stat().st_size)


def _put(folder: Path, manifest: Manifest) -> None:
    half = folder / "manifest.json.half"
    with half.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / "manifest.json")


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what no manifest names: leavings of a killed build, segments that the build before this one replaced."""
    named = {"manifest.json", *(segment.file for segment in manifest.segments)}
    for file in folder.iterdir():
        if file.name not in named:
            file.unlink(missing_ok=True)


def _committed_at(con: DuckDBPyConnection, batch_id: int) -> str | None:
    if not batch_id:
        return None
    found = con.execute(f"select committed_at::varchar from ops.batch where batch_id = {batch_id}").fetchone()
    return None if found is None else str(found[0])


def _last_forgetting(con: DuckDBPyConnection) -> int:
    return int(one_row(con, "select coalesce(max(forgotten_id), 0) from ops.forgotten")[0])


def is_gone(error: duckdb.Error) -> bool:
    """Whether a question failed because a segment was replaced under it: then it is asked again."""
    return "postings-" in str(error) and ("No files found" in str(error) or "No such file" in str(error))
