"""Backups of a warehouse: a folder of them, each a whole warehouse of its own, made while runs go on.

    BACKUPS/2026-11-23T22-45-09Z/
        manifest.json    what is in it: counts, and of every file its bytes and checksum
        catalog.sqlite   the catalog as of one moment, whatever kind of catalog it was copied from
        data/            every Parquet file that a snapshot of that catalog reads
        raw/             the kept bytes

The catalog is copied first, at one moment; the files that it names are never changed, so they can be copied after it.
Where upkeep deletes one of them meanwhile, the catalog is copied anew. A file that an earlier backup of the folder
holds is linked, not copied. A backup is made under a name that is none and gets its own when it is whole, so a killed
one leaves nothing that :mod:`warehouse.restore` would take.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import xxhash

from warehouse.catalog_copy import copy_catalog, referenced_files
from warehouse.data_files import DataFiles, data_files
from warehouse.errors import BackupRefused
from warehouse.lake import Layout, applied_version, connect
from warehouse.locks import one_at_a_time
from warehouse.statements import one_row, statement

MANIFEST = "manifest.json"
CATALOG = "catalog.sqlite"
_FORMAT = 1
_ATTEMPTS = 5  # upkeep deletes what a retention setting says once a day or so; twice in a row would be chance enough


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup: its path within it, its bytes, their xxh3-128."""

    path: str
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the schema version, the newest snapshot, rows by table, and every file."""

    format: int
    newslake: str
    schema: int
    snapshot: int
    made_at: str
    counts: dict[str, int]
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup: its folder, its manifest, and how many of its files were linked to an earlier one."""

    folder: Path
    manifest: Manifest
    linked: int = 0


def back_up(folder: Path, backups: Path, *, now: datetime, version: str) -> Backup:
    """Back the warehouse in ``folder`` up into a new folder within ``backups``, named for ``now`` (UTC).

    Raises what :func:`warehouse.lake.connect` raises, and :class:`BackupRefused` where ``backups`` lies within the
    warehouse, the name is taken or a file can't be copied.
    """
    layout = Layout(Path(folder).absolute())
    backups = Path(backups).absolute()
    if backups.is_relative_to(layout.folder) or backups.is_relative_to(layout.data):
        raise BackupRefused(
            f"{backups} lies within the warehouse itself; a backup lies elsewhere, best on another disk."
        )
    connect(layout.folder, read_only=True).close()
    whole = backups / now.strftime("%Y-%m-%dT%H-%M-%SZ")
    try:
        backups.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(backups / ".lock", "is making a backup in"):
            for left in backups.glob(".making-*"):
                shutil.rmtree(left)
            if whole.exists():
                raise BackupRefused(f"{whole} is there already; nothing was done. Try again in a second.")
            partial = backups / f".making-{whole.name}"
            earlier = _newest_readable(backups)
            manifest, linked = _make(layout, partial, earlier, now, version)
            partial.rename(whole)
            _sync(backups)
    except OSError as error:
        raise BackupRefused(
            f"The backup into {backups} failed: {error.strerror or error} ({error.filename or 'no file named'}); "
            "nothing of it counts as a backup. Free some space or mend the permissions, and try again."
        ) from error
    return Backup(whole, manifest, linked)


def _newest_readable(backups: Path) -> Backup | None:
    """What a new backup may link to: one that is damaged is passed over, or no more could be made beside it."""
    for folder in _whole(backups):
        try:
            return read_backup(folder)
        except BackupRefused:
            continue
    return None


def _whole(backups: Path) -> list[Path]:
    folders = sorted((path for path in backups.glob("[0-9]*Z") if path.is_dir()), reverse=True)
    return [folder for folder in folders if (folder / MANIFEST).is_file()]


def newest_backup(backups: Path) -> Backup | None:
    """The newest whole backup in a folder of them."""
    return next(map(read_backup, _whole(backups)), None)


def read_backup(folder: Path) -> Backup:
    """The backup in ``folder``, its files not looked at. Raises :class:`BackupRefused` where it is none."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] != _FORMAT:
            raise BackupRefused(f"{folder} is a backup in format {said['format']}; use the newslake that made it.")
        files = tuple(Kept(**file) for file in said.pop("files"))
        return Backup(folder, Manifest(files=files, **said))
    except FileNotFoundError as error:
        raise BackupRefused(f"{folder} holds no backup: there is no {MANIFEST} in it.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(f"{folder / MANIFEST} cannot be read ({error}); take another backup.") from error


def checksum(file: Path) -> str:
    """xxh3-128 of a file, read in pieces."""
    hashed = xxhash.xxh3_128()
    with file.open("rb") as content:
        while piece := content.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


def rows_by_table(folder: Path) -> tuple[int, int, dict[str, int]]:
    """Schema version, newest snapshot, and the rows of every table, as the files of the warehouse give them."""
    with closing(connect(folder, read_only=True)) as con:
        (snapshot,) = one_row(con, "select max(snapshot_id) from ducklake_snapshots('lake')")
        tables = [name for (name,) in con.execute(statement("backup/tables")).fetchall()]
        counts = {name: int(one_row(con, f"select count(*) from {name}")[0]) for name in tables}
        return applied_version(con) or 0, int(snapshot), counts


def _make(layout: Layout, partial: Path, earlier: Backup | None, now: datetime, version: str) -> tuple[Manifest, int]:
    known = {file.path: file for file in earlier.manifest.files} if earlier else {}
    kept: dict[str, Kept] = {}
    source = data_files(layout)
    for attempt in range(_ATTEMPTS):
        partial.mkdir(exist_ok=True)
        (partial / CATALOG).unlink(missing_ok=True)
        copy_catalog(layout, partial / CATALOG)
        needed = {f"data/{file.path}": file.size for file in referenced_files(partial / CATALOG)}
        for path in kept.keys() - needed.keys():
            (partial / kept.pop(path).path).unlink()
        try:
            for path in sorted(needed.keys() - kept.keys()):
                if earlier and path in known and _link(earlier.folder / path, partial / path, known[path]):
                    kept[path] = known[path]
                else:
                    kept[path] = _copy(source, path, partial, needed[path])
            break
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise
    for blob in sorted(layout.raw.glob("??/*.zst")):
        path = f"raw/{blob.parent.name}/{blob.name}"
        if earlier and path in known and _link(earlier.folder / path, partial / path, known[path]):
            kept[path] = known[path]
        else:
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(blob, partial / path)
            except FileNotFoundError:
                continue  # upkeep, or forget, took it away
            kept[path] = Kept(path, (partial / path).stat().st_size, checksum(partial / path))
    # The copy is read as the warehouse that it is, before it counts as a backup.
    schema, snapshot, counts = rows_by_table(partial)
    for beside in (f"{CATALOG}-wal", f"{CATALOG}-shm"):
        (partial / beside).unlink(missing_ok=True)
    shutil.rmtree(partial / "staging", ignore_errors=True)
    catalog = Kept(CATALOG, (partial / CATALOG).stat().st_size, checksum(partial / CATALOG))
    files = (catalog, *(kept[path] for path in sorted(kept)))
    manifest = Manifest(_FORMAT, version, schema, snapshot, now.isoformat(timespec="seconds"), counts, files)
    os.sync()  # what the manifest vouches for is on the disk before it
    with (partial / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return manifest, sum(file is known.get(path) for path, file in kept.items())


def _copy(source: DataFiles, path: str, partial: Path, size: int) -> Kept:
    source.get(path.removeprefix("data/"), partial / path)
    found = (partial / path).stat().st_size
    if found != size:
        raise BackupRefused(f"{path} has {found:,} bytes, its catalog says {size:,}; run `newslake audit`.")
    return Kept(path, size, checksum(partial / path))


def _link(earlier: Path, target: Path, known: Kept) -> bool:
    """Whether the earlier backup's file could be linked. It is read for that: one that has been damaged since would be
    damaged in every backup from now on."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if earlier.stat().st_size != known.size or checksum(earlier) != known.hash:
            return False
        target.hardlink_to(earlier)
    except OSError:
        return False
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
