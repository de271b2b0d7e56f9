"""Extraction in killable children: files in, rows of the staged schema out, and no file can cost more than itself.

Files go to the children in groups, because a call to a child costs about as much as reading a small file. A group that
passes its deadline, its memory limit or takes its child down is read again file by file, so the hostile file
alone is refused and its neighbours are unharmed. The children are forked from a server process that has imported the
readers once: a killed child is replaced in milliseconds.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as DeadlinePassed
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from multiprocessing.context import BaseContext
from pathlib import Path
from types import TracebackType
from typing import ParamSpec

import pyarrow as pa
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from flows.chunks import staged_rows
from flows.forked import children_of_server
from flows.listing import Listed
from flows.places import Access, is_url
from flows.reading import Job, Rows, end_of_container, outside_of, pick_out, pick_up, refused, rows_of
from flows.staging import written
from flows.unpacking import LOST, Begun, Ended, Message, Slice, Unpacking, Unread, entries_of
from transforms.article import RawFile, Reading, Rejection
from transforms.staged import InputFacts, Outcome, failed_row, same_row, to_table
from transforms.strip.site_blocks import SiteBlocks

# What is read together costs less the more it is: 15.5 ms a page in groups of 1 MB, 13.0 in groups of 3 MB.
GROUP_BYTES = 3 * 1024 * 1024
GROUP_FILES = 32
_LOOK_UP_SECONDS = 0.5
_MOST_RENEWALS = 3  # of a run; children that end as soon as they begin are no accident
_ALONE_SECONDS = 10  # beyond a deadline, after which a child ends itself
_Asked = ParamSpec("_Asked")


class ChildrenEnded(Exception):
    """The run ended while files were being read."""


class Extractor:
    """A pool of children that turn listed files into staged rows. A context manager: leaving it ends the children."""

    def __init__(self, job: Job, workers: int = 0, children: Callable[[str], BaseContext] = children_of_server) -> None:
        self._job = job
        self._ended = threading.Event()
        self.workers = workers or available_cores()
        self._children = children
        self._renewing = threading.Lock()
        self._renewals = 0
        self._numbers = itertools.count()
        self._pool = self._started()

    def __enter__(self) -> Extractor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._close()
            return
        self._ended.set()
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _started(self) -> ProcessPool:
        context = self._children(self._job.engine)
        return ProcessPool(max_workers=self.workers, initializer=_start_child, initargs=(self._job,), context=context)

    def _close(self) -> None:
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def know(self, blocks: SiteBlocks) -> None:
        """Hand the blocks that are in force to the children, none of which has started yet.

        The set before anything was learned is what they begin with.
        """
        if blocks.version:
            self._close()
            self._job = replace(self._job, site_blocks=blocks)
            self._pool = self._started()

    def warm_up(self) -> None:
        """Start the children now, so that their imports run while something else is waited for."""
        for _ in range(self.workers):
            self._pool.schedule(_idle)

    def read(
        self, files: Sequence[Listed], advance: Callable[[int, int], None], spool: Path | None = None
    ) -> Iterator[pa.Table]:
        """The rows of ``files``, in their order, a table a group of files or a slice of a container. Safe to call from
        several threads.

        ``advance`` is told the files and bytes of each group that was read. The folder ``spool`` takes the rows that
        children leave and what containers unpack to, some MB at a time; without one it is the system's for temporary
        files. Raises OSError where nothing can be written there.
        """
        # Who leaves early leaves children behind that may still write here: that its cleaning then fails is no news.
        with tempfile.TemporaryDirectory(prefix="newslake-read-", dir=spool, ignore_cleanup_errors=True) as name:
            room = Path(name)
            groups = list(group(files))
            futures = [self._schedule(members, room) for members in groups]
            for members, future in zip(groups, futures, strict=True):
                yield from self._with_members(members, self._result(members, future, room), room)
                advance(len(members), sum(file.size for file in members))

    def _with_members(self, files: Sequence[Listed], table: pa.Table, room: Path) -> Iterator[pa.Table]:
        """A group's rows, with the members of its containers in the place of the rows that call them packed."""
        begun = 0
        for at, outcome in enumerate(table["outcome"].to_pylist()):
            if outcome == Outcome.PACKED.value:
                if at > begun:
                    yield table.slice(begun, at - begun)
                key = table["file_key"][at].as_py()
                file = next(file for file in files if file.file_key == key)
                with tempfile.TemporaryDirectory(prefix="unpacked-", dir=room) as folder:
                    yield from self._unpacked(file, Path(folder), room)
                begun = at + 1
        if begun < table.num_rows:
            yield table.slice(begun)

    def _unpacked(self, file: Listed, folder: Path, room: Path) -> Iterator[pa.Table]:
        """The rows of a container, which unpacks to ``folder``: its members', a table a slice, and its own at last."""
        outside = outside_of(file, self._job)
        own = InputFacts(file.file_key, outside.feed, file.size, file.mtime_ns, None, file.etag)
        columns = next((feed.columns for feed in self._job.feeds if feed.name == outside.feed), ())
        form, count = "", 0
        end: Unread | Ended | None = None
        waiting: deque[tuple[Slice, ProcessFuture[str]]] = deque()
        with Unpacking(file, self._job.unpacker, folder, columns) as unpacking:
            while end is None or waiting:
                while end is None and (not waiting or unpacking.ready()):
                    match self._message(unpacking):
                        case Slice() as part:
                            count += part.members
                            members = range(part.members)
                            waiting.append((part, self._schedule_slice(part.path, members, outside, own, room)))
                        case Begun(size, mtime_ns, content_hash, form):
                            own = replace(own, size=size, mtime_ns=mtime_ns, content_hash=content_hash)
                            if content_hash == file.known_hash:
                                yield to_table([same_row(own)])
                                return
                        case Unread() | Ended() as last:
                            end = last
                if waiting:
                    part, future = waiting.popleft()
                    yield self._slice_result(part.path, range(part.members), outside, own, future, room)
                    unpacking.release(part)
        yield to_table(end_of_container(file, own, form, end, self._job, is_empty=count == 0))

    def _message(self, unpacking: Unpacking) -> Message:
        """What the unpacking child says next; an end where it dies or says nothing for as long as a page may take."""
        seconds = self._job.limits.seconds
        try:
            message = unpacking.next(seconds, self._ended.is_set)
        except TimeoutError:
            return Ended(("deadline_exceeded", f"nothing of it was unpacked for {seconds:g} s{LOST}"))
        return message or Ended(("reader_crashed", f"it ended the process that unpacked it{LOST}"))

    def _schedule_slice(
        self, path: str, members: Sequence[int], outside: RawFile, own: InputFacts, room: Path
    ) -> ProcessFuture[str]:
        return self._asked(_read_slice, self._place_in(room), path, tuple(members), outside, own)

    def _slice_result(
        self,
        path: str,
        members: Sequence[int],
        outside: RawFile,
        own: InputFacts,
        future: ProcessFuture[str],
        room: Path,
    ) -> pa.Table:
        """A slice's rows; where it costs too much, its members are read one by one."""
        self._wait(future)
        try:
            place = future.result()
        except BrokenProcessPool:
            again = self._schedule_slice(path, members, outside, own, room)
            return self._slice_result(path, members, outside, own, again, room)
        except (DeadlinePassed, ProcessExpired, MemoryError) as error:
            if len(members) == 1:
                entry = entries_of(path)[members[0]]
                reason, detail = self._words(f"{own.file_key}#{entry.record}", error)
                found = pick_out(entry, outside, own, self._job)
                return to_table(refused(found, Rejection(reason, detail), self._job))
        else:
            return staged_rows(place)
        singly = [([at], self._schedule_slice(path, [at], outside, own, room)) for at in members]
        return pa.concat_tables([self._slice_result(path, at, outside, own, each, room) for at, each in singly])

    def _schedule(self, members: Sequence[Listed], room: Path) -> ProcessFuture[str]:
        return self._asked(_read_group, self._place_in(room), tuple(members))

    def _place_in(self, room: Path) -> str:
        """Where a child is to leave rows: a place that no other one has."""
        return str(room / f"rows-{next(self._numbers):06d}.arrows")

    def _asked(self, read: Callable[..., str], *work: object) -> ProcessFuture[str]:
        """``work`` given to the children; to others where these ended.

        pebble gives a pool up when a child dies that has nothing in hand, as one may while a batch is loaded: that is
        when memory is short and the system looks for what it can kill.
        """
        seconds = self._job.limits.seconds
        with self._renewing:
            try:
                return self._pool.schedule(read, args=work, timeout=seconds)
            except RuntimeError:
                if self._ended.is_set() or self._renewals == _MOST_RENEWALS:
                    raise
                self._renewals += 1
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()
                self._pool = self._started()
                return self._pool.schedule(read, args=work, timeout=seconds)

    def _result(self, members: Sequence[Listed], future: ProcessFuture[str], room: Path) -> pa.Table:
        self._wait(future)
        try:
            place = future.result()
        except BrokenProcessPool:
            return self._result(members, self._schedule(members, room), room)
        except (DeadlinePassed, ProcessExpired, MemoryError) as error:
            if len(members) == 1:
                return to_table(self._refused(members[0], error))
        else:
            return staged_rows(place)
        return pa.concat_tables([self._result([member], self._schedule([member], room), room) for member in members])

    def _wait(self, future: ProcessFuture[str]) -> None:
        # A stopped pool leaves what its children had in hand pending for ever, so nobody waits without looking up.
        while not wait([future], timeout=_LOOK_UP_SECONDS).done:
            if self._ended.is_set():
                raise ChildrenEnded("the children were ended while files were read; the next run reads them")

    def _refused(self, file: Listed, error: BaseException) -> Rows:
        reason, detail = self._words(file.input_key, error)
        if is_url(file.path):
            # It may have been the server. The process of the flow does not wait for it to look at the bytes.
            what = detail.partition(";")[0]
            unread = InputFacts(file.file_key, None, file.size, file.mtime_ns, None, file.etag)
            return [failed_row(unread, reason, f"{what}; the next run tries again")]
        return refused(pick_up(file, self._job, opens=False), Rejection(reason, detail), self._job)

    def _words(self, key: str, error: BaseException) -> tuple[str, str]:
        """Why the input ``key`` is refused, and how that reads."""
        limits = self._job.limits
        match error:
            case MemoryError():
                reason, what = "memory_exceeded", f"needs more than {limits.memory_mb} MB to be read"
            case DeadlinePassed():
                reason, what = "deadline_exceeded", f"was not read within {limits.seconds:g} s"
            case _:
                reason, what = "reader_crashed", "ended the process that read it"
        return reason, (
            f"{key}: {what}; quarantined with its bytes. If it is a real article, raise "
            "extraction.page_seconds or extraction.page_memory_mb and replay it"
        )


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def group(files: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Cut ``files``, in order, into groups of at most GROUP_FILES files and GROUP_BYTES bytes (or one larger file)."""
    members: list[Listed] = []
    size = 0
    for file in files:
        if members and (size + file.size > GROUP_BYTES or len(members) == GROUP_FILES):
            yield members
            members, size = [], 0
        members.append(file)
        size += file.size
    if members:
        yield members


_job: Job


def _start_child(job: Job) -> None:
    global _job  # noqa: PLW0603 - a child serves one run, and pebble hands its initializer's argument over once
    _job = job
    job.access.settle()
    limit_memory(job.limits.memory_mb)


def limit_memory(memory_mb: int) -> None:
    """Bound this process's memory to so many MB above what it has now."""
    if hasattr(resource, "RLIMIT_AS") and Path("/proc/self/statm").exists():
        own = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        allowed = own + memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _idle() -> None:
    return


def _bounded(read: Callable[_Asked, str]) -> Callable[_Asked, str]:
    """``read``, that ends its child where nobody else does and leaves nothing in its memory.

    It is the parent that keeps the deadline. Where that was killed, a page that takes hours would go on taking them.

    A MemoryError is one anew: pebble keeps an error until the child's next task has ended, and the first one holds by
    its traceback all that there was no room for. That task would have none either.
    """

    @wraps(read)
    def wrapped(*args: _Asked.args, **kwargs: _Asked.kwargs) -> str:
        signal.setitimer(signal.ITIMER_REAL, _job.limits.seconds + _ALONE_SECONDS)  # what ends it also within C
        try:
            with suppress(MemoryError):
                return read(*args, **kwargs)
            raise MemoryError
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    return wrapped


@_bounded
def _read_group(place: str, files: Sequence[Listed]) -> str:
    """In a child: leave the staged rows of ``files`` at ``place``, from where the parent maps them without a copy."""
    return _left(place, rows_of((pick_up(file, _job) for file in files), _job, _extract))


@_bounded
def _read_slice(place: str, path: str, members: Sequence[int], outside: RawFile, own: InputFacts) -> str:
    """In a child: leave the staged rows of some members of a slice at ``place``."""
    entries = entries_of(path)
    return _left(place, rows_of((pick_out(entries[at], outside, own, _job) for at in members), _job, _extract))


def _left(place: str, found: Rows) -> str:
    written(place, [to_table(found)], Access())
    return place


def _extract(files: Sequence[RawFile]) -> list[list[Reading]]:
    from transforms.extract import extract_group

    job = _job
    return extract_group(
        files, as_of=job.as_of, engine=job.engine, site_rules=job.site_rules, site_blocks=job.site_blocks
    )
