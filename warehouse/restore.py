"""A backup back into a warehouse: every file verified first, the catalog put in place last, in one transaction.

Data files have names of their own, so those of the backup lie beside whatever is there until the catalog names them:
a restore that is killed leaves the warehouse as it was, or as the backup has it. Where catalog and data go is the
folder's own matter (:mod:`warehouse.storage`), so a backup of one kind of storage can be restored to another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from warehouse.backup import CATALOG, MANIFEST, Backup, checksum, newest_backup, read_backup, rows_by_table
from warehouse.catalog_copy import place_catalog, referenced_files
from warehouse.data_files import data_files
from warehouse.errors import BackupRefused, NoWarehouse, WarehouseBroken, WarehouseNewer
from warehouse.lake import Layout, connect, known_version
from warehouse.locks import commit_lock, run_lock


def restore(folder: Path, backups: Path, *, replace: bool = False) -> Backup:
    """Restore the backup in ``backups`` (or the newest in a folder of them) to the warehouse in ``folder``.

    ``replace`` allows a warehouse that is there to be replaced. Raises :class:`BackupRefused` where there is no whole
    backup, one of its files is not as its manifest says, or a warehouse is there that may not be replaced;
    :class:`WarehouseNewer` where a later newslake made it; :class:`warehouse.errors.WarehouseBusy` where a run goes on.
    """
    found = _chosen(Path(backups).absolute())
    if found.manifest.schema > known_version():
        raise WarehouseNewer(
            f"{found.folder} has schema version {found.manifest.schema}, and this newslake knows up to "
            f"{known_version()}; nothing was restored. Use the newslake that made it, or a later one."
        )
    layout = Layout(Path(folder).absolute())
    _refuse_another(layout, replace=replace)
    verify(found)
    with run_lock(layout.folder):
        _place(found, layout, replace=replace)
    return found


def verify(backup: Backup) -> None:
    """Read every file of a backup; :class:`BackupRefused` names the first that is not as the manifest says."""
    for file in backup.manifest.files:
        path = backup.folder / file.path
        if not path.is_file():
            raise BackupRefused(f"{path} is missing from the backup; nothing was restored. Take another backup.")
        if path.stat().st_size != file.size or checksum(path) != file.hash:
            raise BackupRefused(f"{path} is not as it was backed up; nothing was restored. Take another backup.")


def _chosen(backups: Path) -> Backup:
    if (backups / MANIFEST).is_file():
        return read_backup(backups)
    found = newest_backup(backups) if backups.is_dir() else None
    if found is None:
        raise BackupRefused(f"{backups} holds no backup; name the folder that `newslake backup` was given.")
    return found


def _refuse_another(layout: Layout, *, replace: bool) -> None:
    if replace or not layout.exists():
        return
    try:
        connect(layout.folder, read_only=True).close()
    except NoWarehouse:
        return
    except WarehouseBroken as error:
        raise BackupRefused(
            f"There is something in {layout.folder} that is no readable warehouse ({error}). "
            "Move it away, or restore with --replace."
        ) from error
    raise BackupRefused(
        f"There is a warehouse in {layout.folder}; restore elsewhere, or with --replace. Nothing was done."
    )


def _place(found: Backup, layout: Layout, *, replace: bool) -> None:
    target = data_files(layout)
    layout.staging.mkdir(exist_ok=True)
    for left in layout.staging.glob("restore-*"):
        shutil.rmtree(left, ignore_errors=True)  # a killed one's
    with tempfile.TemporaryDirectory(prefix="restore-", dir=layout.staging) as folder:
        # A copy, since opening a catalog writes beside it.
        copy = Path(folder) / CATALOG
        shutil.copyfile(found.folder / CATALOG, copy)
        referenced = {file.path for file in referenced_files(copy)}
        for file in found.manifest.files:
            if file.path.startswith("data/"):
                path = file.path.removeprefix("data/")
                if target.size(path) != file.size or not layout.storage.is_s3:
                    target.put(found.folder / file.path, path)
            elif file.path.startswith("raw/"):
                blob = layout.folder / file.path
                blob.parent.mkdir(parents=True, exist_ok=True)
                partial = blob.with_name(f".{blob.name}.restored")
                shutil.copyfile(found.folder / file.path, partial)
                partial.replace(blob)
        os.sync()  # the files are on the disk before the catalog that names them
        with commit_lock(layout.folder):
            _refuse_another(layout, replace=replace)  # somebody may have been faster
            place_catalog(copy, layout)
            _, snapshot, counts = rows_by_table(layout.folder)
            if (snapshot, counts) != (found.manifest.snapshot, found.manifest.counts):
                raise BackupRefused(
                    f"The restored warehouse in {layout.folder} does not count what the backup's manifest does. "
                    "Run `newslake audit`, and restore another backup."
                )
            # What the replaced warehouse had is nobody's now. A file that is left here by a kill is an orphan.
            target.remove([path for path in target.paths() if path not in referenced])
