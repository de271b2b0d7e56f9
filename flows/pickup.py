"""Picking up: what lies in an inbox, under printable keys, without reading a byte of it.

An inbox is a folder, or one file; a prefix of an object store, or a list of addresses on the web (:mod:`flows.stores`).
It is read and never changed. Nothing outside it is read: a link that leads out, like
anything else that is no file, is listed as unreadable with its reason, so that it is accounted for and the run goes on.
A listing is columns, not objects: a million files take some hundred MB less so, and a second less to compare.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path

from flows.listing import Entries, Inbox, Listed, Names, mtime_of
from flows.places import Access, UnknownPlace, file_system, is_url, is_web, path_of, shown
from transforms.hints import SIDECAR_SUFFIX
from transforms.keys import printable

_AT_ONCE = 1_000  # entries of a folder, which may have a million


class NoInbox(Exception):
    """The inbox is missing or cannot be listed."""


def check_inbox(address: str) -> None:
    """Raise :class:`NoInbox` where ``address`` is neither a folder that can be listed nor a file.

    Of a URL only that newslake can open its kind is looked at: its server is asked when it is listed.
    """
    if is_url(address):
        try:
            file_system(address, Access())
        except UnknownPlace as error:
            raise NoInbox(str(error)) from None
        return
    folder = Path(path_of(address))
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


def list_inbox(
    address: str | Path, ignore: Sequence[str] = (), access: Access | None = None, warehouse: Path | None = None
) -> Inbox:
    """Everything below the inbox (or the one file that it is), in no order, but the folder ``warehouse``: what lies
    there has been loaded.

    A sidecar is listed only where the file that it describes is absent. Raises :class:`NoInbox`.
    """
    check_inbox(str(address))
    if is_url(str(address)):
        return _list_place(str(address), ignore, access or Access())
    folder = Path(path_of(str(address)))
    entries = Entries()
    if folder.is_file():
        root = str(folder.parent)
        entries.add(_inspect(str(folder), printable(folder.name), os.path.realpath(root)))
        return Inbox(root, entries.table())
    root = str(folder)
    own = os.path.realpath(warehouse) if warehouse is not None else None
    if own == os.path.realpath(root):
        raise NoInbox(f"{folder}: it is the warehouse itself; name the folder of article files")
    ignored = _walk(root, Names(ignore), entries, own)
    return Inbox(root, entries.table(), ignored)


def settled(inbox: Inbox, settle_seconds: float) -> Inbox:
    """The inbox without files that changed within the last ``settle_seconds``, which are counted."""
    now_ns = time.time_ns()
    return inbox.without_younger(now_ns - round(settle_seconds * 1e9), now_ns) if settle_seconds else inbox


def _list_place(address: str, ignore: Sequence[str], access: Access) -> Inbox:
    try:
        from flows.stores import list_objects, list_pages

        return (list_pages if is_web(address) else list_objects)(address, ignore, access)
    except FileNotFoundError:
        raise NoInbox(f"{shown(address)}: nothing is there; name an existing place of article files") from None
    except OSError as error:
        raise NoInbox(f"{shown(address)}: {error.strerror}; nothing was read, the next run tries again") from None


def _walk(root: str, ignored_names: Names, entries: Entries, warehouse: str | None) -> int:
    """Add everything below ``root`` to ``entries``, without the folder ``warehouse``; how many names were passed over.

    What is plain (a file, under a name that is its own key) is added in columns: a million of them pass here.
    """
    boundary = os.path.realpath(root)
    ignored = 0
    pending: list[tuple[str, str]] = [(root, "")]
    while pending:
        folder, prefix = pending.pop()
        sidecars: list[os.DirEntry[str]] = []
        others: list[os.DirEntry[str]] = []
        try:
            with os.scandir(folder) as found:
                for entry in found:
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if warehouse is not None and f"{boundary.rstrip('/')}/{prefix}{name}" == warehouse:
                            continue
                        pending.append((entry.path, f"{prefix}{name}/"))
                    elif ignored_names.match(name):
                        ignored += 1
                    elif name.endswith(SIDECAR_SUFFIX):
                        sidecars.append(entry)
                    else:
                        others.append(entry)
                        if len(others) == _AT_ONCE:
                            _add_all(others, prefix, boundary, entries)
                            others.clear()
        except FileNotFoundError:
            pass  # it went away since its parent was listed
        except OSError as error:
            if ignored_names.match(Path(folder).name):
                ignored += 1
            else:
                entries.add(_bad_folder(folder, printable(prefix.rstrip("/")) or ".", error))
        _add_all(others, prefix, boundary, entries)
        for entry in sidecars:
            if not _describes_a_neighbour(entry, ignored_names):
                _add(entry, prefix, boundary, entries)
    return ignored


def _add_all(found: Sequence[os.DirEntry[str]], prefix: str, boundary: str, entries: Entries) -> None:
    """Add entries of one folder: told at once that all names are their own keys, as nearly all are, in columns."""
    together = prefix + "".join([entry.name for entry in found])
    if printable(together) is not together:
        for entry in found:
            _add(entry, prefix, boundary, entries)
        return
    keys: list[str] = []
    sizes: list[int] = []
    mtimes: list[int] = []
    for entry in found:
        try:
            facts = entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
        except OSError:
            facts = None
        if facts is None:
            _add(entry, prefix, boundary, entries)
        else:
            keys.append(prefix + entry.name)
            sizes.append(facts.st_size)
            mtimes.append(mtime_of(facts))
    entries.add_files(keys, sizes, mtimes)


def _add(entry: os.DirEntry[str], prefix: str, boundary: str, entries: Entries) -> None:
    relative = prefix + entry.name
    if entry.is_file(follow_symlinks=False) and printable(relative) is relative:
        try:
            facts = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return  # it went away since its folder was listed
        except OSError:
            entries.add(_inspect(entry.path, relative, boundary))
        else:
            entries.add_file(relative, facts.st_size, mtime_of(facts))
    elif os.path.lexists(entry.path):
        entries.add(_inspect(entry.path, printable(relative), boundary))


def _describes_a_neighbour(entry: os.DirEntry[str], ignored_names: Names) -> bool:
    described = entry.path.removesuffix(SIDECAR_SUFFIX)
    name = entry.name.removesuffix(SIDECAR_SUFFIX)
    if not name or ignored_names.match(name):
        return False
    try:
        return not stat.S_ISDIR(os.lstat(described).st_mode)
    except OSError:
        return False


def _bad_folder(path: str, key: str, error: OSError) -> Listed:
    detail = f"{key}: {error.strerror}; make the folder readable, the next run tries again"
    return Listed(key, path, 0, None, ("unreadable_folder", detail))


def _inspect(path: str, key: str, boundary: str) -> Listed:
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
        return Listed(key, path, facts.st_size, mtime_of(facts))
    if stat.S_ISDIR(facts.st_mode):
        detail = f"{key}: a link to a folder; not followed. Give the folder itself"
        return Listed(key, path, 0, None, ("unreadable_folder", detail))
    detail = f"{key}: a pipe, socket or device, no file; not opened. Remove it from the inbox"
    return Listed(key, path, 0, None, ("not_a_file", detail))
