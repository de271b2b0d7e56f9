"""Listing what is no folder: object stores, and lists of addresses on the web.

An object's key is what follows the inbox's prefix; a page's is its address without credentials. Both are known by
size and version tag (ETag), so that what has not changed is not read. A page whose server tells neither is read each
time and compared by its bytes.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

from flows.listing import Entries, Inbox, Listed, Names, with_sidecars
from flows.places import Access, FileSystem, file_system, is_web, refusal, scheme_of, shown
from transforms.keys import printable

LIST_BYTES = 256 * 2**20  # of a list of addresses: some millions
PAGE_KEYS = 1_000  # the most that S3 and Google's store give at once
_LOOK_BYTES = 2**16
_AT_ONCE = 16  # servers of pages are asked side by side, no more than a browser does


class ListTooLong(OSError):
    """A list of addresses has no end, or none in sight."""


def list_objects(address: str, ignore: Sequence[str], access: Access) -> Inbox:
    """The objects below a prefix of a store (or the one that it names), in no order. Raises OSError.

    An object whose key would lead out of a folder (``..``, a leading ``/``) is listed as unreadable and never opened.
    Keys that end in ``/`` stand for folders and are passed over. What the settings ignore is the last part of a key.
    """
    root = address.rstrip("/")
    system, path = file_system(root, access)
    names = Names(ignore)
    entries = Entries()
    ignored = 0
    try:
        for found in _objects(system, scheme_of(address), path.rstrip("/")):
            if names.match(found.key.rpartition("/")[2]):
                ignored += 1
            else:
                _add(entries, root, found)
        if not ignored and not entries.count and (single := _single(system, path)) is not None:
            root, _, name = root.rpartition("/")
            entries.add_file(name, *single)
    except Exception as error:
        raise refusal(error) from None
    return Inbox(root, with_sidecars(entries.table()), ignored)


def list_pages(address: str, ignore: Sequence[str], access: Access) -> Inbox:
    """The pages of a list on the web, one address a line (``#`` begins a comment), or the one page that ``address`` is.

    A list is told by its first line. A line that is no address is listed as unreadable, an address that is there
    twice is one input. Raises OSError.
    """
    system, _ = file_system(address, access)
    names = Names(ignore)
    entries = Entries()
    pages: dict[str, str] = {}
    ignored = 0
    try:
        lines = _lines(system, address)
    except ListTooLong:
        raise
    except Exception as error:
        raise refusal(error) from None
    for number, line in lines or [(0, address)]:
        page = urldefrag(line).url
        key = printable(shown(page))
        if lines and (problem := _no_page(page)):
            detail = f"line {number}: {problem}; give the address of a page, as http:// or https://"
            entries.add(Listed(f"line {number}: {key[:200]}", page, 0, None, ("not_an_address", detail)))
        elif names.match(urlsplit(page).path.rpartition("/")[2]):
            ignored += 1
        elif pages.setdefault(key, page) != page:
            detail = f"line {number}: differs from another line in its credentials only; not read. Take one of them out"
            entries.add(Listed(f"line {number}: {key}", page, 0, None, ("same_address", detail)))
    for (key, page), facts in zip(pages.items(), _page_facts(system, list(pages.values())), strict=True):
        entries.add(Listed(key, page, facts.size or 0, facts.mtime_ns, etag=facts.etag, has_sidecar=False))
    return Inbox("", entries.table(), ignored)


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    size: int
    mtime_ns: int | None
    etag: str | None


def _add(entries: Entries, root: str, found: _Object) -> None:
    key = printable(found.key)
    if any(part in ("..", ".") for part in found.key.split("/")) or found.key.startswith("/"):
        detail = f"{key}: a key that leads out of the inbox; not opened. Copy the object to a plain key"
        entries.add(Listed(key, f"{root}/{found.key}", found.size, None, ("unsafe_key", detail)))
    elif key == found.key:
        entries.add_file(key, found.size, found.mtime_ns, found.etag)
    else:
        entries.add(Listed(key, f"{root}/{found.key}", found.size, found.mtime_ns, etag=found.etag))


def _objects(system: FileSystem, scheme: str, path: str) -> Iterator[_Object]:
    """Every object below ``path``, by pages where the store gives them: a million keys at once would take gigabytes."""
    if scheme in ("s3", "s3a"):
        bucket, _, prefix = path.partition("/")
        yield from _s3_objects(system, bucket, f"{prefix}/" if prefix else "")
        return
    if scheme in ("gs", "gcs"):
        bucket, _, prefix = path.partition("/")
        yield from _gcs_objects(system, bucket, f"{prefix}/" if prefix else "")
        return
    pending = [path]
    while pending:
        folder = pending.pop()
        # Not by walk(): to it a folder that can't be listed is an empty one, whatever it is told of errors.
        try:
            listed = system.ls(folder, detail=True)
        except FileNotFoundError:
            continue  # nothing has that prefix, or has it any more
        for found in listed:
            name = str(found["name"])
            if found["type"] == "directory":
                if name.rstrip("/") != folder.rstrip("/"):
                    pending.append(name)
            elif key := name[len(path) :].lstrip("/"):
                yield _Object(key, found["size"] or 0, _nanoseconds(found), tag_of(found))


def _s3_objects(system: Any, bucket: str, prefix: str) -> Iterator[_Object]:
    page: dict[str, str] = {}
    while True:
        found = system.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=PAGE_KEYS, **page)
        for entry in found.get("Contents", ()):
            key = entry["Key"].removeprefix(prefix)
            if key and not key.endswith("/"):
                yield _Object(key, entry["Size"], _nanoseconds(entry), tag_of(entry))
        if not found.get("IsTruncated"):
            return
        page = {"ContinuationToken": found["NextContinuationToken"]}


def _gcs_objects(system: Any, bucket: str, prefix: str) -> Iterator[_Object]:
    """Not by ls(), to which a bucket that is not there is an empty one."""
    page: dict[str, str] = {}
    while True:
        found = system.call("GET", "b/{}/o", bucket, prefix=prefix, maxResults=PAGE_KEYS, json_out=True, **page)
        for entry in found.get("items", ()):
            key = entry["name"].removeprefix(prefix)
            if key and not key.endswith("/"):
                yield _Object(key, int(entry["size"]), _nanoseconds(entry), tag_of(entry))
        if "nextPageToken" not in found:
            return
        page = {"pageToken": found["nextPageToken"]}


def _single(system: FileSystem, path: str) -> tuple[int, int | None, str | None] | None:
    """Size, time and tag of the object that ``path`` itself names; None where there is none."""
    try:
        found = system.info(path)
    except FileNotFoundError:
        return None
    if found["type"] != "file":
        return None
    return found["size"], _nanoseconds(found), tag_of(found)


def tag_of(found: Mapping[str, Any]) -> str | None:
    """An object's version tag as stores tell it, which write its name and its quotation marks one way or another."""
    return str(found.get("ETag") or found.get("etag") or "").strip('"') or None


def _nanoseconds(found: dict[str, Any]) -> int | None:
    """When an object was put there: stores call it by several names."""
    stamp = next((found[name] for name in ("LastModified", "mtime", "updated", "modified") if name in found), None)
    if isinstance(stamp, str):
        try:
            stamp = datetime.fromisoformat(stamp)
        except ValueError:
            return None
    if not isinstance(stamp, datetime):
        return None
    since = stamp.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000


def _lines(system: FileSystem, address: str) -> list[tuple[int, str]]:
    """The numbered lines of a list of addresses; empty where ``address`` is something else."""
    # A size, whatever it is, spares a question; it is the block size of 0 that makes it a stream.
    with system.open(address, "rb", block_size=0, size=1) as stream:
        text = bytearray()
        while piece := stream.read(_LOOK_BYTES):
            was_looked_at = len(text) >= _LOOK_BYTES
            text += piece
            if len(text) >= _LOOK_BYTES and not was_looked_at and not _numbered(text):
                return []
            if len(text) > LIST_BYTES:
                raise ListTooLong(errno.EFBIG, f"is a list of more than {LIST_BYTES >> 20} MB")
    return _numbered(text)


def _numbered(text: bytes | bytearray) -> list[tuple[int, str]]:
    """The lines of a text with their numbers, but for comments and empty ones; none where the first is no address."""
    lines = enumerate(map(str.strip, text.decode("utf-8-sig", "replace").splitlines()), 1)
    found = [(number, line) for number, line in lines if line and not line.startswith("#")]
    return found if found and is_web(found[0][1]) else []


def _no_page(line: str) -> str | None:
    try:
        parts = urlsplit(line)
        host = parts.hostname
    except ValueError:
        return "no address"
    return None if is_web(line) and host and " " not in line else "no address of a page"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a server says of a page before it is read; nothing, where it does not answer or does not say."""

    size: int | None = None
    mtime_ns: int | None = None
    etag: str | None = None


def _page_facts(system: Any, pages: Sequence[str]) -> list[_Facts]:
    import asyncio  # not above: 0.01 s of every short command

    from fsspec.asyn import sync

    async def ask(part: Sequence[str]) -> list[_Facts]:
        session = await system.set_session()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(page: str) -> _Facts:
            async with gate:
                return await _head(session, page)

        return await asyncio.gather(*(one(page) for page in part))

    found: list[_Facts] = []
    for start in range(0, len(pages), 1_000):  # a task a page: not a million of them at once
        found += sync(system.loop, ask, pages[start : start + 1_000])
    return found


async def _head(session: Any, page: str) -> _Facts:
    import aiohttp

    try:
        # The size is that of the page as it lies there, not of what is sent.
        async with session.head(page, allow_redirects=True, headers={"Accept-Encoding": "identity"}) as answer:
            if answer.status != 200:
                return _Facts()
            said = answer.headers
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return _Facts()  # reading it will say what is the matter
    length = said.get("Content-Length", "")
    encoded = said.get("Content-Encoding", "identity") != "identity"
    return _Facts(int(length) if length.isdigit() and not encoded else None, _web_time(said), said.get("ETag"))


def _web_time(said: Any) -> int | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(said["Last-Modified"])
    except (KeyError, ValueError):
        return None
    # "-0000" says that the zone is unknown, which in HTTP is Greenwich all the same.
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 10**9
