"""Opening a listed input: its entry in the listing goes in, a stream of its bytes comes out.

This is the one place where newslake reads what lies in an inbox. What can't be opened is an OSError, whatever the
inbox lies on: FileNotFoundError where it is gone since the listing, :class:`StillWritten` where it is another than was
listed or becomes one while it is read, any other where it could not be read.
"""

from __future__ import annotations

import errno
import io
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from flows.listing import Listed, mtime_of
from flows.places import Access, UnknownPlace, file_system, is_url, is_web, refusal, scheme_of, shown
from flows.stores import tag_of
from transforms.hints import SIDECAR_BYTES, SIDECAR_SUFFIX

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 2**20  # the least that is asked of a store at a time


class StillWritten(OSError):
    """The input changed between its listing and the end of its reading: what was read of it may be half of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An input that is open for reading, and its modification time in ns as it was when it was opened.

    ``content_type`` is what a server said of a page. The streams of files and of objects can be moved in, a page's not.
    """

    stream: BinaryIO
    mtime_ns: int | None
    content_type: str | None = None


@contextmanager
def open_input(file: Listed, access: Access | None = None) -> Iterator[Opened]:
    """The bytes of a listed input as a stream from their beginning.

    Raises OSError at the beginning, and within and at the end of the block too.
    """
    if is_url(file.path):
        with _open_url(file, access or Access()) as opened:
            yield opened
        return
    with _open_file(file.path) as opened:
        _refuse_changed(file, opened)
        yield opened
        _refuse_changed(file, opened)


def read_sidecar_of(file: Listed, access: Access | None = None, content_type: str | None = None) -> bytes | None:
    """The bytes of the sidecar beside a listed input, up to SIDECAR_BYTES; None where there is none to be read, and
    where it is a link: that may lead out of the inbox.

    A page has none; its address and what its server said (``content_type``) are made one.
    """
    if is_web(file.path):
        return _said_of_page(file.path, content_type)
    if file.has_sidecar is False:
        return None
    beside = Listed(file.file_key, file.path + SIDECAR_SUFFIX, SIDECAR_BYTES, None)
    try:
        is_away = is_url(file.path)
        with _open_url(beside, access or Access()) if is_away else _open_file(beside.path, os.O_NOFOLLOW) as opened:
            # One question, since nobody knows how long it is: behind its end there is nothing to ask for.
            return cast(io.BufferedReader, opened.stream).read1(SIDECAR_BYTES)
    except OSError:
        return None


def _refuse_changed(file: Listed, opened: Opened) -> None:
    facts = os.fstat(opened.stream.fileno())
    if file.mtime_ns is not None and (facts.st_size, mtime_of(facts)) != (file.size, file.mtime_ns):
        raise StillWritten(errno.EBUSY, "it changed since it was listed")


@contextmanager
def _open_file(path: str, flags: int = 0) -> Iterator[Opened]:
    # Not blocking: a pipe that took a file's place would be waited for until somebody wrote to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "is no longer a regular file")
        yield Opened(stream, mtime_of(facts))


@contextmanager
def _open_url(file: Listed, access: Access) -> Iterator[Opened]:
    try:
        system, path = file_system(file.path, access)
    except UnknownPlace as error:
        raise OSError(errno.EPROTONOSUPPORT, str(error)) from None
    if is_web(file.path):
        page = _Page(system, path)
        with page, io.BufferedReader(page, _BUFFER_BYTES) as stream:
            yield Opened(cast(BinaryIO, stream), file.mtime_ns, page.content_type)
        return
    kind = _S3Object if scheme_of(file.path) in ("s3", "s3a") else _Object
    with io.BufferedReader(kind(system, path, file), _BUFFER_BYTES) as stream:
        yield Opened(cast(BinaryIO, stream), file.mtime_ns)
    if kind is _Object and file.etag is not None:
        _refuse_replaced(system, path, file.etag)


def _refuse_replaced(system: Any, path: str, etag: str) -> None:
    """A store that cannot be asked for the object that was listed, and no other, is asked which one it has now."""
    try:
        found = tag_of(system.info(path))
    except Exception as error:
        raise refusal(error) from None
    if found != etag:
        raise StillWritten(errno.EBUSY, "it changed since it was listed")


def _said_of_page(address: str, content_type: str | None) -> bytes:
    url = shown(address)
    said: dict[str, object] = {}
    # An address that something was taken out of is no address any more.
    if urlsplit(url).query == urlsplit(address).query:
        said["url"] = url.replace("***@", "", 1)
    if content_type:
        said["headers"] = {"content-type": content_type}
    return json.dumps(said).encode()


class _Object(io.RawIOBase):
    """An object of a store, read by ranges, each a question to the store: a small one is a single question."""

    def __init__(self, system: Any, path: str, file: Listed) -> None:
        self._system = system
        self._path = path
        self._size = file.size
        self._etag = file.etag
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._at + len(view), self._size)
        if self._at >= end:
            return 0
        try:
            found = self._range(self._at, end)
        except StillWritten:
            raise
        except Exception as error:
            raise refusal(error) from None
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _range(self, start: int, end: int) -> bytes:
        return bytes(self._system.cat_file(self._path, start=start, end=end))


class _S3Object(_Object):
    """An object of S3, which says when it is not the one that was listed any more."""

    def _range(self, start: int, end: int) -> bytes:
        from fsspec.asyn import sync

        bucket, _, key = self._path.partition("/")
        unchanged = {"IfMatch": f'"{self._etag}"'} if self._etag else {}

        async def ask() -> bytes:
            answer = await self._system._call_s3(
                "get_object", Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}", **unchanged
            )
            async with answer["Body"] as body:
                return bytes(await body.read())

        try:
            return cast(bytes, sync(self._system.loop, ask))
        except Exception as error:
            said = getattr(error.__cause__ or error, "response", {}).get("Error", {}).get("Code")
            if said in ("PreconditionFailed", "412", "InvalidRange", "416"):
                raise StillWritten(errno.EBUSY, "it changed since it was listed") from error
            raise


class _Page(io.RawIOBase):
    """A page of the web as its server sends it: once, from its beginning."""

    def __init__(self, system: Any, address: str) -> None:
        try:
            # A size, whatever it is, spares a question; it is the block size of 0 that makes it a stream.
            self._sent = system.open(address, "rb", block_size=0, size=1)
            self.content_type: str | None = self._sent.r.headers.get("Content-Type")
        except Exception as error:
            raise refusal(error) from None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            found = self._sent.read(min(len(view), _BUFFER_BYTES))
        except Exception as error:
            raise refusal(error) from None
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._sent.close()
        super().close()
