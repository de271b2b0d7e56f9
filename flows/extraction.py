"""Extraction in killable children: files in, rows of the staged schema out, and no file can cost more than itself.

Files go to the children in groups, because a call to a child costs about as much as reading a small file. A group that
passes its deadline, its memory limit or takes its child down is read again file by file, so the hostile file
alone is refused and its neighbours are unharmed. The children are forked from a server process that has imported the
readers once: a killed child is replaced in milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as DeadlinePassed
from concurrent.futures import wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType

import pyarrow as pa
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from flows.listing import Listed
from flows.opening import StillWritten, open_input, read_sidecar_of
from flows.places import Access, is_url
from flows.settings import Settings
from transforms.article import RawFile, Reading, Rejection
from transforms.hints import Feed, raw_file, with_fault
from transforms.read.page_body import Engine
from transforms.read.site_rules import SiteRules
from transforms.staged import SCHEMA, InputFacts, digest, failed_row, rows, same_row, settling_row, to_table
from transforms.strip.site_blocks import SiteBlocks

GROUP_BYTES = 1024 * 1024
GROUP_FILES = 32
_LOOK_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds of a child's time, MB of memory above an idle child's, MB of content."""

    seconds: float
    memory_mb: int
    file_mb: int


@dataclass(frozen=True, slots=True)
class Job:
    """What every child of a run needs to know; sent to each once."""

    as_of: datetime
    feeds: tuple[Feed, ...]
    limits: Limits
    keep_raw: bool
    engine: Engine = "accurate"
    site_rules: SiteRules | None = None
    site_blocks: SiteBlocks | None = None
    access: Access = field(default_factory=Access)


def prepare_children(engine: Engine) -> None:
    """Start the process that children are forked from, which imports the readers once; where it runs, do nothing."""
    engines = [] if engine == "fast" else ["trafilatura"]
    readers = ["transforms.extract", "transforms.read.html", "transforms.read.text", "transforms.staged"]
    multiprocessing.get_context("forkserver").set_forkserver_preload([*readers, *engines])
    forkserver.ensure_running()


class ChildrenEnded(Exception):
    """The run ended while files were being read."""


class Extractor:
    """A pool of children that turn listed files into staged rows. A context manager: leaving it ends the children."""

    def __init__(self, job: Job, workers: int = 0) -> None:
        self._job = job
        self._ended = threading.Event()
        self.workers = workers or available_cores()
        self._pool = _children(job, self.workers)

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
            self._pool = _children(self._job, self.workers)

    def warm_up(self) -> None:
        """Start the children now, so that their imports run while something else is waited for."""
        for _ in range(self.workers):
            self._pool.schedule(_idle)

    def read(self, files: Sequence[Listed], advance: Callable[[int, int], None]) -> Iterator[pa.Table]:
        """The rows of ``files``, in their order, a table a group. Safe to call from several threads.

        ``advance`` is told the files and bytes of each group that was read.
        """
        groups = list(group(files))
        futures = [self._schedule(members) for members in groups]
        for members, future in zip(groups, futures, strict=True):
            yield self._result(members, future)
            advance(len(members), sum(file.size for file in members))

    def _schedule(self, members: Sequence[Listed]) -> ProcessFuture[bytes]:
        return self._pool.schedule(_read_group, args=(tuple(members),), timeout=self._job.limits.seconds)

    def _result(self, members: Sequence[Listed], future: ProcessFuture[bytes]) -> pa.Table:
        # A stopped pool leaves what its children had in hand pending for ever, so nobody waits without looking up.
        while not wait([future], timeout=_LOOK_UP_SECONDS).done:
            if self._ended.is_set():
                raise ChildrenEnded("the children were ended while files were read; the next run reads them")
        try:
            return pa.ipc.open_stream(future.result()).read_all()
        except (DeadlinePassed, ProcessExpired, MemoryError) as error:
            if len(members) == 1:
                return to_table(self._refused(members[0], error))
        return pa.concat_tables([self._result([member], self._schedule([member])) for member in members])

    def _refused(self, file: Listed, error: BaseException) -> list[dict[str, object]]:
        limits = self._job.limits
        match error:
            case MemoryError():
                reason, what = "memory_exceeded", f"needs more than {limits.memory_mb} MB to be read"
            case DeadlinePassed():
                reason, what = "deadline_exceeded", f"was not read within {limits.seconds:g} s"
            case _:
                reason, what = "reader_crashed", "ended the process that read it"
        if is_url(file.path):
            # It may have been the server. The process of the flow does not wait for it to look at the bytes.
            detail = f"{file.file_key}: {what}; the next run tries again"
            return [
                failed_row(InputFacts(file.file_key, None, file.size, file.mtime_ns, None, file.etag), reason, detail)
            ]
        detail = (
            f"{file.file_key}: {what}; quarantined with its bytes. If it is a real article, raise "
            "extraction.page_seconds or extraction.page_memory_mb and replay it"
        )
        return _rows_of(file, self._job, lambda _raw: [Rejection(reason, detail)])


def limits_of(settings: Settings) -> Limits:
    """What the settings allow one file."""
    said = settings.extraction
    return Limits(said.page_seconds, said.page_memory_mb, said.max_file_mb)


def access_of(settings: Settings) -> Access:
    """How the settings say that places are reached. A silent server is given up before its page's deadline is."""
    said = settings.pickup
    return Access(said.s3_endpoint, said.s3_region, seconds=settings.extraction.page_seconds / 3)


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


def _children(job: Job, workers: int) -> ProcessPool:
    prepare_children(job.engine)
    context = multiprocessing.get_context("forkserver")
    return ProcessPool(max_workers=workers, initializer=_start_child, initargs=(job,), context=context)


_job: Job


def _start_child(job: Job) -> None:
    global _job  # noqa: PLW0603 - a child serves one run, and pebble hands its initializer's argument over once
    _job = job
    if hasattr(resource, "RLIMIT_AS") and Path("/proc/self/statm").exists():
        own = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        allowed = own + job.limits.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _idle() -> None:
    return


def _read_group(files: Sequence[Listed]) -> bytes:
    """In a child: the staged rows of ``files`` as one Arrow stream, which the parent opens without a copy."""
    found: list[dict[str, object]] = []
    for file in files:
        found += _rows_of(file, _job, _extract)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_table(to_table(found))
    return sink.getvalue().to_pybytes()


def _extract(raw: RawFile) -> list[Reading]:
    from transforms.extract import extract

    return extract(raw, as_of=_job.as_of, engine=_job.engine, site_rules=_job.site_rules, site_blocks=_job.site_blocks)


def _rows_of(file: Listed, job: Job, read: Callable[[RawFile], list[Reading]]) -> list[dict[str, object]]:
    """Read one file and its sidecar, and give its rows: what ``read`` made of it, or why it could not be opened."""
    unread = InputFacts(file.file_key, None, file.size, file.mtime_ns, None, file.etag)
    if file.problem is not None:
        return [failed_row(unread, *file.problem)]
    try:
        with open_input(file, job.access) as opened:
            content, mtime_ns = opened.stream.read(job.limits.file_mb * 2**20 + 1), opened.mtime_ns
    except StillWritten as error:
        detail = f"{file.file_key}: {error.strerror}; left for the next run, which reads it when it has settled"
        return [settling_row(unread, "changed_while_read", detail)]
    except OSError as error:
        reason = "vanished" if isinstance(error, FileNotFoundError) else "unreadable"
        detail = f"{file.file_key}: {error.strerror}; the next run tries again"
        return [failed_row(unread, reason, detail)]
    sidecar = read_sidecar_of(file, job.access, opened.content_type)
    raw, problem = raw_file(file.file_key, content, sidecar, job.feeds)
    if file.record is not None:
        raw = replace(raw, key=f"{raw.key}#{file.record}")
    facts = InputFacts(file.file_key, raw.feed, len(content), mtime_ns, digest(content), file.etag)
    if facts.content_hash == file.known_hash:
        return [same_row(facts)]
    if len(content) > job.limits.file_mb * 2**20:
        detail = (
            f"{file.file_key}: larger than {job.limits.file_mb} MB; quarantined without its bytes. Split it, or raise "
            "extraction.max_file_mb"
        )
        cut = replace(facts, size=file.size)
        return rows(cut, b"", [Rejection("too_large", detail)], keep_raw=False)
    readings = read(raw)
    if problem is not None:
        readings = [with_fault(reading, problem) for reading in readings]
    return rows(facts, content, readings, keep_raw=job.keep_raw)
