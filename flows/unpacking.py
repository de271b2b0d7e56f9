"""Unpacking in a process of its own: a container goes in, slices of its members come out, a file each.

A container of any size is opened in a child that can be killed and whose memory is limited, as pages are; it hashes the
file, then writes its members into the spool folder, a slice for as many as a reading child is given at once. A few
slices wait at a time, so neither memory nor the disk holds the whole. Where the container breaks off, its child dies or
is killed, what was written before counts, and the end says what was lost.
"""

from __future__ import annotations

import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeAlias

import pyarrow as pa
import xxhash

from flows.forked import children_of_server
from flows.listing import Listed, Names
from flows.opening import StillWritten, open_input
from flows.places import Access
from transforms.read.containers import HEAD, Columns, members, packing_of
from transforms.read.members import RECORD, Bounds, Broken, Budget, Found, Inner, Member, PassedOver

LOST = "; what came before was read, the rest was not. Run with --verify; where it ends so again, fetch the file anew"
SLICE_BYTES = 1024 * 1024
SLICE_PAGES = 32
SLICE_RECORDS = 256  # records of named fields cost a tenth of a page
SLICES_WAITING = 12
_PIECE = 4 * 2**20
_LOOK_UP_SECONDS = 0.5


Entry: TypeAlias = Member | Inner


@dataclass(frozen=True, slots=True)
class Unpacker:
    """What unpacking needs to know: the bounds of a container, what one member may cost, and names to pass over."""

    bounds: Bounds
    memory_mb: int
    ignore: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some members in their order, in the file ``path``; ``size`` is their bytes."""

    path: str
    members: int
    size: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A container that was opened: its bytes and their hash, before any slice. ``mtime_ns`` is None where unknown."""

    size: int
    mtime_ns: int | None
    content_hash: str
    format: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a container: why it broke off (reason, detail), and what was passed over: reason, records, example."""

    fault: tuple[str, str] | None
    passed_over: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A container that could not be read now: ``settling`` where it changed meanwhile."""

    reason: str
    detail: str
    settling: bool


Message: TypeAlias = Begun | Slice | Ended | Unread


class UnpackingEnded(Exception):
    """The run ended while a container was being unpacked."""


class Unpacking:
    """One container that is being unpacked. A context manager: leaving it ends the child and clears its folder."""

    def __init__(self, file: Listed, unpacker: Unpacker, folder: Path, columns: Columns) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="unpacked-", dir=folder))
        context = children_of_server()
        self._connection, theirs = context.Pipe()
        self._child = context.Process(
            target=_unpack, args=(theirs, file, unpacker, str(self._folder), columns), daemon=True
        )
        self._come: Message | EOFError | None = None
        self._child.start()
        theirs.close()

    def __enter__(self) -> Unpacking:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.join()
        self._child.close()
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ready(self) -> bool:
        """Whether :meth:`next` has an answer at once. A sign of life is none: the child may wait for room behind it."""
        while self._come is None and self._connection.poll():
            self._come = self._received()
        return self._come is not None

    def next(self, seconds: float, ended: Callable[[], bool]) -> Message | None:
        """The next message; None where the child has died. Signs of life are waited through.

        Raises TimeoutError where nothing comes for ``seconds``, :class:`UnpackingEnded` where ``ended`` says so.
        """
        until = time.monotonic() + seconds
        while not self.ready():
            if self._connection.poll(_LOOK_UP_SECONDS):
                until = time.monotonic() + seconds
            elif time.monotonic() > until:
                raise TimeoutError
            elif ended():
                raise UnpackingEnded("the children were ended while a container was read; the next run reads it")
        message, self._come = self._come, None
        return None if isinstance(message, EOFError) else message

    def _received(self) -> Message | EOFError | None:
        try:
            message: Message | None = self._connection.recv()
        except (EOFError, OSError):
            return EOFError()
        return message

    def release(self, part: Slice) -> None:
        """A slice was read: its file goes, and the child may write another."""
        Path(part.path).unlink(missing_ok=True)
        try:
            self._connection.send(None)
        except OSError:
            return  # the child has ended


def entries_of(path: str) -> tuple[Entry, ...]:
    """The members of a slice."""
    found: tuple[Entry, ...] = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by the run's own child
    return found


def _ignored(patterns: Sequence[str]) -> Callable[[str], bool]:
    names = Names(patterns)
    return lambda name: names.match(name.rpartition("/")[2]) or name.startswith("__MACOSX/")


def _unpack(connection: Connection, file: Listed, unpacker: Unpacker, folder: str, columns: Columns) -> None:
    """In the child: the container's messages, in order."""
    from flows.extraction import limit_memory

    # Arrow reserves a GB of addresses with its first byte, which a limit that is set before would count as memory.
    pa.allocate_buffer(64)
    limit_memory(unpacker.memory_mb)
    unpacker.access.settle()
    spool = _Spool(connection, Path(folder))
    try:
        with (
            open_input(file, unpacker.access) as opened,
            _on_disk(opened.stream, folder, spool.beat) as stream,
        ):
            content_hash, size = _hashed(stream, spool.beat)
            stream.seek(0)
            packing = packing_of(stream.read(HEAD), file.file_key)
            connection.send(Begun(size, opened.mtime_ns, content_hash, packing.name))
            if content_hash == file.known_hash:
                return
            budget = Budget(unpacker.bounds, size, spool.beat)
            fault = None
            try:
                for found in members(stream, packing, budget, _ignored(unpacker.ignore), columns):
                    spool.add(found)
            except Broken as error:
                fault = (error.reason, error.detail)
            except MemoryError:
                what = f"needs more than {unpacker.memory_mb} MB to be unpacked; what came before was read. Split it"
                fault = ("memory_exceeded", what)
            spool.flush()
        connection.send(Ended(fault, spool.passed_over()))
    except StillWritten as error:
        what = f"{error.strerror}; left for the next run, which reads it when it has settled"
        connection.send(Unread("changed_while_read", what, settling=True))
    except OSError as error:
        reason = "vanished" if isinstance(error, FileNotFoundError) else "unreadable"
        connection.send(Unread(reason, f"{error.strerror or error}; the next run tries again", settling=False))


class _Spool:
    """Members on their way into slices."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._entries: list[Entry] = []
        self._size = self._weight = self._slices = 0
        self._free = SLICES_WAITING
        self._passed: dict[str, list[int | str]] = {}
        self._seen: set[str] = set()

    def beat(self) -> None:
        """Say that there is life."""
        self._connection.send(None)

    def add(self, found: Found) -> None:
        """Put one thing that was found where it belongs."""
        if isinstance(found, PassedOver):
            entry = self._passed.setdefault(found.reason, [0, found.record])
            entry[0] = int(entry[0]) + 1
            return
        is_record = isinstance(found, Member) and found.form == RECORD
        self._put(found, len(found.content), SLICE_PAGES if is_record else SLICE_RECORDS)

    def _put(self, entry: Entry, size: int, weight: int) -> None:
        full = self._size + size > SLICE_BYTES or self._weight + weight > SLICE_PAGES * SLICE_RECORDS
        if self._entries and (full or len(self._entries) == 4096):
            self.flush()
        self._entries.append(entry)
        self._size += size
        self._weight += weight

    def flush(self) -> None:
        """Write what waits as one slice, when there is room for one."""
        if not self._entries:
            return
        while self._free == 0:
            self._connection.recv()
            self._free += 1
        path = self._folder / f"{self._slices:08d}"
        path.write_bytes(pickle.dumps(tuple(self._entries), protocol=5))
        self._connection.send(Slice(str(path), len(self._entries), self._size))
        self._slices += 1
        self._free -= 1
        self._entries, self._size, self._weight = [], 0, 0

    def passed_over(self) -> tuple[tuple[str, int, str], ...]:
        """What was passed over, by reason: how many records, and the first."""
        return tuple((reason, int(count), str(example)) for reason, (count, example) in sorted(self._passed.items()))


def _hashed(stream: BinaryIO, beat: Callable[[], None]) -> tuple[str, int]:
    """Hash and number of the bytes of an open file."""
    seen = xxhash.xxh3_128()
    size = 0
    while data := stream.read(_PIECE):
        seen.update(data)
        size += len(data)
        if size % (16 * _PIECE) == 0:
            beat()
    return seen.hexdigest(), size


@contextmanager
def _on_disk(stream: BinaryIO, folder: str, beat: Callable[[], None]) -> Iterator[BinaryIO]:
    """The stream where it is a file, else a copy of it that goes with the block: an object is not fetched twice."""
    try:
        stream.fileno()
    except OSError:
        with tempfile.TemporaryFile(dir=folder) as copy:
            while data := stream.read(_PIECE):
                copy.write(data)
                beat()
            copy.seek(0)
            yield copy
    else:
        yield stream
