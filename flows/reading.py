"""From an input's bytes to its staged rows: what a child does with files, and with members of a container.

A listed file goes in, rows of :data:`transforms.staged.SCHEMA` come out, whatever the file is: articles, rejections
with their reason, why it could not be opened, or that it is a container, which is unpacked elsewhere. Between the two
its bytes are :class:`PickedUp`, for what is read is read together with its neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from flows.listing import Listed
from flows.opening import StillWritten, open_input, read_sidecar_of
from flows.places import Access
from flows.settings import Settings
from flows.unpacking import Ended, Entry, Unpacker, Unread
from transforms.article import Article, FieldFault, RawFile, Reading, Rejection
from transforms.hints import Feed, merge, raw_file, sidecar_fault
from transforms.read.compressed import unpacked
from transforms.read.containers import HEAD, Packing, packing_of
from transforms.read.members import Bounds, Broken, Inner, too_large
from transforms.read.page_body import Engine
from transforms.read.site_rules import SiteRules
from transforms.staged import InputFacts, container_row, digest, failed_row, packed_row, rows, same_row, settling_row
from transforms.strip.site_blocks import SiteBlocks

Rows: TypeAlias = list[dict[str, object]]

SHORT_RECORDS = 1024 * 1024  # bytes up to which a file of records is read at once
_USUAL_BYTES = 2**20  # of a file that is read by its size; of a larger one a store is asked once for all


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
    unpacker: Unpacker = field(default_factory=lambda: Unpacker(Bounds(), 1024))
    engine: Engine = "accurate"
    site_rules: SiteRules | None = None
    site_blocks: SiteBlocks | None = None
    access: Access = field(default_factory=Access)


def limits_of(settings: Settings) -> Limits:
    """What the settings allow one file."""
    said = settings.extraction
    return Limits(said.page_seconds, said.page_memory_mb, said.max_file_mb)


def access_of(settings: Settings) -> Access:
    """How the settings say that places are reached. A silent server is given up before its page's deadline is."""
    said = settings.pickup
    return Access(said.s3_endpoint, said.s3_region, seconds=settings.extraction.page_seconds / 3)


def unpacker_of(settings: Settings) -> Unpacker:
    """What the settings allow one container."""
    said = settings.containers
    bounds = Bounds(
        members=said.max_members,
        unpacked=said.max_unpacked_mb * 2**20,
        ratio=said.max_ratio,
        depth=said.max_depth,
        member=settings.extraction.max_file_mb * 2**20,
    )
    return Unpacker(bounds, settings.extraction.page_memory_mb, settings.ignore, access_of(settings))


@dataclass(frozen=True, slots=True)
class PickedUp:
    """A file or a member whose bytes are there to be read; ``faults`` are of what stood beside it."""

    raw: RawFile
    facts: InputFacts
    faults: tuple[FieldFault, ...] = ()

    def rows(self, readings: Sequence[Reading], job: Job) -> Rows:
        """Its rows by its readings."""
        said = [
            replace(reading, faults=(*reading.faults, *self.faults))
            if self.faults and isinstance(reading, Article)
            else reading
            for reading in readings
        ]
        return rows(self.facts, self.raw.content, said, keep_raw=job.keep_raw)


def rows_of(
    inputs: Iterable[PickedUp | Rows], job: Job, read: Callable[[Sequence[RawFile]], Sequence[Sequence[Reading]]]
) -> Rows:
    """The rows of ``inputs`` in their order: those that are there already, and of the others what ``read`` makes of
    all of them together."""
    inputs = list(inputs)
    readings = iter(read([found.raw for found in inputs if isinstance(found, PickedUp)]))
    said = (found.rows(next(readings), job) if isinstance(found, PickedUp) else found for found in inputs)
    return list(itertools.chain.from_iterable(said))


def pick_up(file: Listed, job: Job, *, opens: bool = True) -> PickedUp | Rows:
    """The bytes of a file and what its sidecar says; its rows where there is nothing to be read.

    A container is only said to be one, for it is unpacked elsewhere. Without ``opens`` a packed file is its bytes.
    """
    unread = InputFacts(file.file_key, None, file.size, file.mtime_ns, None, file.etag)
    if file.problem is not None:
        return [failed_row(unread, *file.problem)]
    most = job.limits.file_mb * 2**20
    try:
        with open_input(file, job.access) as opened:
            mtime_ns, content_type = opened.mtime_ns, opened.content_type
            content = opened.stream.read(HEAD)
            packing = packing_of(content, file.file_key) if opens else Packing(None, None)
            if is_unpacked_apart(packing, file.size):
                return [packed_row(unread)]
            if file.size <= _USUAL_BYTES:
                # Room for the most that there may be would be mapped anew for each file.
                content += opened.stream.read(max(file.size + 1 - len(content), 1))
            if file.size > _USUAL_BYTES or len(content) > file.size:
                content += opened.stream.read(most + 1 - len(content))
    except StillWritten as error:
        detail = f"{file.file_key}: {error.strerror}; left for the next run, which reads it when it has settled"
        return [settling_row(unread, "changed_while_read", detail)]
    except OSError as error:
        reason = "vanished" if isinstance(error, FileNotFoundError) else "unreadable"
        detail = f"{file.file_key}: {error.strerror}; the next run tries again"
        return [failed_row(unread, reason, detail)]
    size = len(content)
    refusal = None
    if packing.codec is not None and size <= most:
        try:
            content = unpacked(content, packing.codec, replace(job.unpacker.bounds, member=most))
        except Broken as error:
            refusal = Rejection(error.reason, f"{file.input_key}: {error.detail}")
    raw, problem = raw_file(file.file_key, content, read_sidecar_of(file, job.access, content_type), job.feeds)
    if file.record is not None:
        raw = replace(raw, key=file.input_key, form=file.form)
    facts = InputFacts(file.file_key, raw.feed, size, mtime_ns, digest(content), file.etag)
    if facts.content_hash == file.known_hash:
        return [same_row(facts)]
    if len(content) > most:
        reason, detail = too_large(most)
        cut = replace(facts, size=file.size)
        return rows(cut, b"", [Rejection(reason, f"{file.input_key}: {detail}")], keep_raw=False)
    found = PickedUp(raw, facts, (sidecar_fault(problem),) if problem is not None else ())
    return found if refusal is None else found.rows([refusal], job)


def outside_of(file: Listed, job: Job) -> RawFile:
    """What is known of all members of a container: its feed and hints. An address would be the container's own."""
    raw, _ = raw_file(file.file_key, b"", read_sidecar_of(file, job.access), job.feeds)
    return replace(raw, hints=replace(raw.hints, url=None, charset=None))


def pick_out(entry: Entry, outside: RawFile, own: InputFacts, job: Job) -> PickedUp | Rows:
    """The member that an entry of a slice is; its row where it is the end of an inner container or not to be read."""
    facts = replace(own, record=entry.record, size=len(entry.content), content_hash=digest(entry.content))
    key = facts.input_key
    if isinstance(entry, Inner):
        fault = (entry.fault[0], f"{key}: {entry.fault[1]}") if entry.fault else None
        return [container_row(facts, entry.format, fault)]
    raw = replace(outside, key=key, content=entry.content, form=entry.form)
    if raw.feed is None:
        inner, _ = raw_file(f"{own.file_key}/{entry.record}", b"", None, job.feeds)
        raw = replace(raw, feed=inner.feed, hints=merge(raw.hints, inner.hints))
        facts = replace(facts, feed=inner.feed)
    raw = replace(raw, hints=merge(entry.hints, raw.hints))
    if entry.refused is not None:
        reason, detail = entry.refused
        kept = job.keep_raw and bool(entry.content)
        if entry.proof is not None:
            facts = replace(facts, size=len(entry.proof), content_hash=digest(entry.proof))
        return rows(facts, entry.content, [Rejection(reason, f"{key}: {detail}")], keep_raw=kept)
    return PickedUp(raw, facts, entry.faults)


def end_of_container(
    file: Listed, own: InputFacts, form: str, end: Unread | Ended | None, job: Job, *, is_empty: bool
) -> Rows:
    """A container's own row: what became of it, or of the attempt to read it."""
    if isinstance(end, Unread):
        row = settling_row if end.settling else failed_row
        return [row(replace(own, content_hash=None), end.reason, f"{file.file_key}: {end.detail}")]
    fault = end.fault if end is not None else None
    passed_over = end.passed_over if end is not None else ()
    if is_empty and not passed_over:
        reason, detail = fault or ("no_record", "a container without members; nothing to read")
        refusal = Rejection(reason, f"{file.input_key}: {detail}")
        found = refused(pick_up(file, job, opens=False), refusal, job)
        if found[0]["reason"] == "too_large":
            found[0] |= {"reason": refusal.reason, "detail": refusal.detail}
        return found
    return [container_row(own, form, (fault[0], f"{file.file_key}: {fault[1]}") if fault else None, passed_over)]


def is_unpacked_apart(packing: Packing, size: int) -> bool:
    """Whether a file's members go to the children in slices: all containers but short files of records."""
    return packing.format is not None and not (packing == Packing("jsonl", None) and size <= SHORT_RECORDS)


def refused(found: PickedUp | Rows, why: Rejection, job: Job) -> Rows:
    """The rows of what is not read; those that are there already where it could not be."""
    return found.rows([why], job) if isinstance(found, PickedUp) else found
