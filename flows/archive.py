"""Putting inputs away: what is in the lake whole is moved from the inbox to the archive, where the settings say so.

An input is moved after the batch that settled it is committed, under the name that it has in the inbox, its sidecar
before it. So whatever is killed in between leaves either a known file in the inbox, which the next run moves, or one in
the archive. What was refused stays, and so does a file that is not the one that was loaded any more. A file is moved
first and looked at then: were it the other way round, what is put in its place in between would be archived unread. No
store renames an object: it is looked at, copied, and removed where the copy is as long. Another file of the same name
takes the hash of its content into its name; nothing in the archive is overwritten but by the same bytes.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from flows.listing import Inbox, Listed, mtime_of, with_keys
from flows.places import Access, FileSystem, file_system, is_url, is_web, path_of, refusal, scheme_of, shown
from flows.settings import Loaded, SettingsError
from flows.stores import tag_of
from transforms.hints import SIDECAR_SUFFIX
from warehouse import ledger
from warehouse.lake import Connection

pc: Any = pyarrow.compute

_AT_ONCE = 16  # objects that a store is asked to copy side by side


class LeftInPlace(OSError):
    """The input is not the one that was loaded any more: the next run reads it."""


def archive_of(loaded: Loaded, inbox: str, access: Access) -> Archive | None:
    """The archive that the settings name for ``inbox``; None where they keep inputs in their place.

    Raises :class:`SettingsError` where they name none, or one that can't be this inbox's.
    """
    said = loaded.settings.pickup
    if said.after_load == "keep":
        return None
    if not said.archive:
        raise SettingsError("pickup.archive: empty; name the folder or prefix that loaded inputs are moved to")
    place = said.archive if is_url(said.archive) else str((loaded.base / path_of(said.archive)).resolve())
    if is_web(inbox):
        raise SettingsError(
            f"pickup.after_load: {shown(inbox)} can't be archived: pages stay where they are; keep them"
        )
    if scheme_of(place) != (scheme_of(inbox) if is_url(inbox) else ""):
        raise SettingsError(
            f"pickup.archive: {shown(place)} is no place of the same kind as the inbox {shown(inbox)}; name one that is"
        )
    source = inbox if is_url(inbox) else str(Path(path_of(inbox)).resolve())
    if _is_within(place, source) or _is_within(source, place):
        raise SettingsError(
            f"pickup.archive: {shown(place)} and the inbox {shown(source)} lie one in the other; name a place beside it"
        )
    return Archive(place, access)


class Archive:
    """Where loaded inputs go; counts what it took and what it could not."""

    def __init__(self, place: str, access: Access) -> None:
        self._place = place.rstrip("/")
        self._access = access
        self.archived = 0
        self.left = 0
        self.example = ""

    def take(self, con: Connection, inbox: Inbox, keys: pa.ChunkedArray[Any] | None = None) -> None:
        """Move every input of ``inbox`` (of those with ``keys``) that is in the lake whole, as it was listed."""
        entries = inbox.entries if keys is None else with_keys(inbox.entries, keys)
        settled = ledger.select_loaded(con, entries)
        if not settled.num_rows:
            return
        if is_url(self._place):
            self._take_objects(inbox, settled)
            return
        # Links first, while what they lead to is still there; a listing has the path of whatever is not plain.
        has_path = pc.is_valid(settled["path"])
        odd = sorted(inbox.read(settled.filter(has_path)), key=lambda file: not Path(file.path).is_symlink())
        plain = inbox.read(settled.filter(pc.invert(has_path)))
        self._take(chain(odd, plain), lambda file: _move_file(file, Path(inbox.root), Path(self._place)), 1)

    def _take_objects(self, inbox: Inbox, settled: pa.Table) -> None:
        system, source = file_system(inbox.root, self._access)
        _, target = file_system(self._place, self._access)
        within = len(inbox.root.rstrip("/")) + 1

        def move(file: Listed) -> None:
            name = file.path[within:]
            _move_object(system, f"{source.rstrip('/')}/{name}", f"{target.rstrip('/')}/{name}", file)

        self._take(inbox.read(settled), move, _AT_ONCE)

    def _take(self, files: Iterator[Listed], move: Callable[[Listed], None], at_once: int) -> None:
        def tried(file: Listed) -> tuple[Listed, OSError | None]:
            try:
                move(file)
            except OSError as error:
                return file, error
            return file, None

        with ThreadPoolExecutor(at_once) as pool:
            while some := list(islice(files, 1_000)):
                for file, error in pool.map(tried, some):
                    self.archived += error is None
                    # What is gone, another run that ended since the listing has moved.
                    if error is not None and not isinstance(error, (LeftInPlace, FileNotFoundError)):
                        self.left += 1
                        self.example = self.example or f"{file.file_key}: {error.strerror}"


def _move_file(file: Listed, root: Path, place: Path) -> None:
    source = Path(file.path)
    target = place / source.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        target = target.with_name(_with_hash(target.name, file))
    _refuse_other(source.stat(), file)
    sidecar, beside = _sidecar(source), _sidecar(target)
    has_sidecar = os.path.lexists(sidecar)
    if has_sidecar:
        _move(sidecar, beside)
    try:
        if source.is_symlink():  # to a file of the inbox, which may be moved before it or after
            shutil.copy2(source, target)
            source.unlink()
            return
        _move(source, target)
        _refuse_other(target.stat(), file)
    except OSError:
        is_there, is_away = os.path.lexists(source), os.path.lexists(target)
        if has_sidecar and is_there != is_away and not os.path.lexists(sidecar):
            _move(beside, sidecar)
        if is_away and not is_there:
            _move(target, source)
        raise


def _move(source: Path, target: Path) -> None:
    """Rename; between two file systems, copy under another name, rename and remove."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".{target.name[:200]}.part")
        before = source.stat()
        try:
            with source.open("rb") as read, partial.open("wb") as written:
                shutil.copyfileobj(read, written, 2**20)
                written.flush()
                os.fsync(written.fileno())
            os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
            partial.rename(target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        after = source.stat()
        if (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns):
            source.unlink()
        else:
            target.unlink()
            raise LeftInPlace(errno.EBUSY, "it changed while it was copied") from error


def _refuse_other(facts: os.stat_result, file: Listed) -> None:
    if (facts.st_size, mtime_of(facts)) != (file.size, file.mtime_ns):
        raise LeftInPlace(errno.EBUSY, "it changed since it was loaded")


def _move_object(system: FileSystem, source: str, target: str, file: Listed) -> None:
    """Copy and remove: no store renames. Raises OSError."""
    try:
        moved = _copied(system, source, target, file)
        if moved:
            system.rm_file(source)
    except Exception as error:
        raise refusal(error) from None
    if not moved:
        raise LeftInPlace(errno.EBUSY, "it changed since it was loaded")


def _copied(system: FileSystem, source: str, target: str, file: Listed) -> bool:
    if _size_and_tag(system, source) != (file.size, file.etag):
        return False
    if _size_and_tag(system, target) not in (None, (file.size, file.etag)):
        folder, slash, name = target.rpartition("/")
        target = f"{folder}{slash}{_with_hash(name, file)}"
    if file.has_sidecar and _size_and_tag(system, source + SIDECAR_SUFFIX) is not None:
        system.cp_file(source + SIDECAR_SUFFIX, target + SIDECAR_SUFFIX)
        system.rm_file(source + SIDECAR_SUFFIX)
    system.cp_file(source, target)
    copied = _size_and_tag(system, target)
    return copied is not None and copied[0] == file.size


def _size_and_tag(system: FileSystem, path: str) -> tuple[int, str | None] | None:
    try:
        found = system.info(path)
    except FileNotFoundError:
        return None
    return found["size"], tag_of(found)


def _with_hash(name: str, file: Listed) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem or suffix}.{file.known_hash}{dot if stem else ''}{suffix if stem else ''}"


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR_SUFFIX)


def _is_within(place: str, folder: str) -> bool:
    return f"{place.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")
