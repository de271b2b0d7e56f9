"""Picking up: what lies in an inbox, under printable keys, without reading a byte of it.

An inbox is read and never changed. Nothing outside it is read: a link that leads out, like anything else that is no
file, is listed as unreadable with its reason, so that it is accounted for and the run goes on.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from transforms.keys import printable

SIDECAR_SUFFIX = ".meta.json"

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("file_key", pa.string()),
    ("path", pa.binary()),  # the file system's own bytes: a name need not be UTF-8
    ("size", pa.int64()),
    ("mtime_ns", pa.int64()),
]
LISTING = pa.schema(_COLUMNS)


class NoInbox(Exception):
    """The inbox is missing or cannot be listed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of an inbox. ``path`` opens it, surrogate escapes included; ``problem`` is (reason, detail).

    ``known_hash`` is what the key's content hashed to when it was last settled: the same again needs no reading.
    """

    file_key: str
    path: str
    size: int
    mtime_ns: int | None
    problem: tuple[str, str] | None = None
    known_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a listing found: readable files, unreadable entries, and how many names the settings say to ignore."""

    files: tuple[Listed, ...]
    problems: tuple[Listed, ...]
    ignored: int

    def table(self) -> pa.Table:
        """The readable files as Arrow: file_key, path, size in bytes, mtime_ns."""
        columns: dict[str, list[str] | list[bytes] | list[int] | list[int | None]] = {
            "file_key": [f.file_key for f in self.files],
            "path": [os.fsencode(f.path) for f in self.files],
            "size": [f.size for f in self.files],
            "mtime_ns": [f.mtime_ns for f in self.files],
        }
        return pa.table(columns, schema=LISTING)


def check_inbox(folder: Path) -> None:
    """Raise :class:`NoInbox` where ``folder`` is neither a folder that can be listed nor a file."""
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        raise NoInbox(f"{folder}: {error.strerror}; name an existing folder of article files") from error
    if stat.S_ISREG(mode):
        return
    if not stat.S_ISDIR(mode):
        raise NoInbox(f"{folder}: neither a folder nor a file; name a folder of article files")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise NoInbox(f"{folder}: permission denied; make the folder readable to this account")


def list_inbox(folder: Path, ignore: Sequence[str] = ()) -> Inbox:
    """Everything below ``folder`` (or the one file that it names), ordered by key.

    A sidecar is listed only where the file that it describes is absent. Raises :class:`NoInbox`.
    """
    check_inbox(folder)
    if folder.is_file():
        return Inbox((_inspect(str(folder), folder.name, os.path.realpath(folder.parent)),), (), 0)
    root, boundary = str(folder), os.path.realpath(folder)
    listed: list[Listed] = []
    ignored = 0
    for path, name in _walk(root):
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in ignore):
            ignored += 1
        else:
            listed.append(_inspect(path, path[len(root) :].lstrip("/"), boundary))
    listed.sort(key=lambda entry: entry.file_key)
    described = {entry.path + SIDECAR_SUFFIX for entry in listed}
    files = tuple(e for e in listed if e.problem is None and e.path not in described)
    return Inbox(files, tuple(e for e in listed if e.problem is not None), ignored)


def _walk(root: str) -> Iterator[tuple[str, str]]:
    """Every entry below ``root`` that is no plain folder, as (path, name); a folder that can't be listed is one too."""
    pending = [(root, Path(root).name)]
    while pending:
        folder, folder_name = pending.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            yield folder, folder_name
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                pending.append((entry.path, entry.name))
            else:
                yield entry.path, entry.name


def _inspect(path: str, relative: str, boundary: str) -> Listed:
    key = printable(relative)
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            target = os.path.realpath(path)
            if not target.startswith(boundary.rstrip("/") + "/"):
                detail = f"{key}: links out of the inbox; not followed. Copy the file into the inbox"
                return Listed(key, path, 0, None, ("link_out_of_inbox", detail))
            facts = Path(target).stat()
    except FileNotFoundError:
        detail = f"{key}: links to nothing; remove the link or mend its target"
        return Listed(key, path, 0, None, ("broken_link", detail))
    except OSError as error:
        detail = f"{key}: {error.strerror}; mend it, the next run tries again"
        return Listed(key, path, 0, None, ("unreadable", detail))
    if stat.S_ISREG(facts.st_mode):
        return Listed(key, path, facts.st_size, facts.st_mtime_ns)
    if stat.S_ISDIR(facts.st_mode):
        detail = f"{key}: a folder that is a link or can't be listed; give a readable folder that lies in the inbox"
        return Listed(key, path, 0, None, ("unreadable_folder", detail))
    detail = f"{key}: a pipe, socket or device, no file; not opened. Remove it from the inbox"
    return Listed(key, path, 0, None, ("not_a_file", detail))
