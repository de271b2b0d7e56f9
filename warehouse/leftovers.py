"""What killed processes leave in a warehouse's folder beside the lake: rows in staging, bytes that no input has.

The lake's own files are not among them: of those its catalog knows which are in use (:mod:`warehouse.upkeep`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.statements import statement
from warehouse.stored import StoredFile
from warehouse.undisturbed import undisturbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Files that were removed (or would be): how many, and their bytes."""

    files: int = 0
    bytes: int = 0


def left_in_staging(staging: Path, unused_since: datetime) -> list[StoredFile]:
    """Files in staging that nobody has written to for a while: a killed run's chunks, a killed query's spill."""
    return [file for file in _files_below(staging) if file.modified_at < unused_since]


def unknown_blobs(con: DuckDBPyConnection, raw: Path, unused_since: datetime) -> list[StoredFile]:
    """Kept bytes of contents that no input and no reading has, and halves of such files.

    A batch's blobs are written before it commits, hence the age; a blob that a batch finds there already is touched.
    """
    aged = [file for file in _files_below(raw) if file.modified_at < unused_since]
    if not aged:
        return []
    contents = undisturbed(con, lambda: con.execute(statement("upkeep/known_contents")).fetchall())
    known = {content_hash for (content_hash,) in contents}
    return [file for file in aged if not (file.path.endswith(".zst") and Path(file.path).stem in known)]


def _files_below(folder: Path) -> Iterator[StoredFile]:
    for path in folder.rglob("*"):
        try:
            stat = path.lstat()
        except FileNotFoundError:
            continue
        if not path.is_dir() or path.is_symlink():
            yield StoredFile(str(path), stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def sweep(found: list[StoredFile], *, dry_run: bool) -> Removed:
    """Remove ``found``; how much that was, or with ``dry_run`` would be."""
    if not dry_run:
        found = [file for file in found if _swept(file)]
    return sum_of(found)


def _swept(file: StoredFile) -> bool:
    """Whether it is gone. A run that begins meanwhile may clear the same folder, or count on kept bytes that it finds:
    it touches them, and what is younger than it was listed is put back."""
    path = Path(file.path)
    aside = path.with_name(f".swept-{os.getpid()}-{path.name}")
    try:
        path.rename(aside)
        if datetime.fromtimestamp(aside.stat().st_mtime, UTC) > file.modified_at:
            aside.rename(path)
            return False
        aside.unlink()
        if path.parent.name.startswith("run-") and not any(path.parent.iterdir()):
            path.parent.rmdir()
    except FileNotFoundError:
        return False
    return True


def sum_of(found: list[StoredFile]) -> Removed:
    """How many files, and their bytes."""
    return Removed(files=len(found), bytes=sum(file.bytes for file in found))
