"""Containers: which of them a file is, and its members whatever it is.

A container is a zip or tar archive, a WARC file, a JSON Lines file or a Parquet file, bare or compressed; an archive
may hold further ones. An open file goes in, members come out (:mod:`transforms.read.members`), one after the other, in
the order of the file. A file that is merely compressed (``page.html.gz``) is no container: it is what it holds.
"""

from __future__ import annotations

import dataclasses
import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from transforms.article import RawFile
from transforms.read import sniff
from transforms.read.compressed import codec_of, decompressed, head_of, unpacked
from transforms.read.members import RECORD, Broken, Budget, Found, Inner, Member, too_large

Columns: TypeAlias = Sequence[tuple[str, str]]  # (field, column) pairs of a feed whose files are tables

HEAD = 64 * 1024  # bytes of a file that tell what it is
_SNIFFED = 16 * 1024
# Documents of office programs and e-books are zip archives, but none of articles.
_DOCUMENTS = (b"[Content_Types].xml", b"_rels/", b"mimetype", b"META-INF/", b"docProps/")


@dataclass(frozen=True, slots=True)
class Packing:
    """How a file is packed: ``format`` of the container (None where it is none) and ``codec`` it is compressed with."""

    format: str | None
    codec: str | None

    @property
    def name(self) -> str:
        """The format as the ledger names it: ``warc``, ``tar``, ``jsonl`` and so on."""
        return self.format or self.codec or ""


def packing_of(head: bytes, key: str) -> Packing:
    """How the file ``key`` is packed, by its first :data:`HEAD` bytes; by its name where they leave it open."""
    codec = codec_of(head)
    name = key.lower()
    if codec is not None:
        head = head_of(head, codec, _SNIFFED)
        for suffix in (".gz", ".bz2", ".xz", ".zst", ".zstd"):
            name = name.removesuffix(suffix)
    return Packing(_format(head, name), codec)


def _format(head: bytes, name: str) -> str | None:
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return None if head[30:50].startswith(_DOCUMENTS) else "zip"
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"PAR1"):
        return "parquet"
    if _is_tar(head):
        return "tar"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None  # in UTF-16 a line does not end at a byte
    return "jsonl" if sniff(RawFile(name, head)) == "jsonl" else None


def _is_tar(head: bytes) -> bool:
    if len(head) < tarfile.BLOCKSIZE or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def members(
    stream: BinaryIO, packing: Packing, budget: Budget, ignored: Callable[[str], bool], columns: Columns = ()
) -> Iterator[Found]:
    """Every member of a container, those of the containers that it holds among them. ``stream`` can seek.

    Raises :class:`Broken` where it can't be read on.
    """
    for found in _members(stream, packing, budget, ignored, columns):
        if isinstance(found, Member) and found.refused is None and packing.format in ("zip", "tar"):
            yield from _opened(found, budget, ignored, columns, depth=2)
        else:
            yield found


def _opened(
    member: Member, budget: Budget, ignored: Callable[[str], bool], columns: Columns, *, depth: int
) -> Iterator[Found]:
    """A member of an archive: itself, what it is compressed from, or the members of the container that it is."""
    packing = packing_of(member.content[:HEAD], member.record)
    if packing.format is None:
        yield member if packing.codec is None else _bare(member, packing.codec, budget)
        return
    if depth > budget.bounds.depth:
        what = f"a container in {depth - 1} containers; not opened. Unpack it, or raise containers.max_depth"
        yield dataclasses.replace(member, refused=("nested_too_deeply", what))
        return
    fault = None
    count = 0
    try:
        for found in _members(io.BytesIO(member.content), packing, budget, ignored, columns):
            inner = dataclasses.replace(found, record=f"{member.record}#{found.record}")
            count += 1
            if isinstance(inner, Member) and inner.refused is None and packing.format in ("zip", "tar"):
                yield from _opened(inner, budget, ignored, columns, depth=depth + 1)
            else:
                yield inner
    except Broken as error:
        if error.reason in ("unpacks_too_large", "too_many_members"):
            raise
        fault = (error.reason, error.detail)
    if count or fault is None:
        yield Inner(member.record, member.content, packing.name, fault)
    else:
        yield dataclasses.replace(member, refused=fault)


def _bare(member: Member, codec: str, budget: Budget) -> Member:
    """A compressed member as the file that it holds."""
    try:
        content = unpacked(member.content, codec, budget.bounds)
    except Broken as error:
        return dataclasses.replace(member, refused=(error.reason, error.detail))
    budget.take(len(content))
    if len(content) > budget.bounds.member:
        return dataclasses.replace(member, content=b"", refused=too_large(budget.bounds.member), proof=content)
    return dataclasses.replace(member, content=content)


def _members(
    stream: BinaryIO, packing: Packing, budget: Budget, ignored: Callable[[str], bool], columns: Columns
) -> Iterator[Found]:
    codec = packing.codec

    def plain(of: Budget) -> BinaryIO:
        stream.seek(0)
        return decompressed(stream, codec, of) if codec is not None else stream

    match packing.format:
        case "warc":
            from transforms.read.warc import warc_members

            yield from warc_members(stream, budget, codec=codec, peek=peek_of(stream))
        case "tar":
            from transforms.read.archives import tar_members

            yield from tar_members(plain, budget, ignored)
        case "zip":
            from transforms.read.archives import zip_members

            yield from zip_members(_seekable(plain(budget), codec, budget), budget, ignored)
        case "jsonl":
            yield from line_members(plain(budget), budget)
        case "parquet":
            from transforms.read.parquet import row_members

            yield from row_members(_seekable(plain(budget), codec, budget), budget, columns)
        case _:
            raise Broken("no_container", "no container of a known kind; nothing in it can be read")


def _seekable(stream: BinaryIO, codec: str | None, budget: Budget) -> BinaryIO:
    """A compressed zip or Parquet file is odd but there: what it holds, in memory, as large as one member may be."""
    if codec is None:
        return stream
    content = stream.read(budget.bounds.member + 1)
    if len(content) > budget.bounds.member:
        raise Broken(*too_large(budget.bounds.member))
    return io.BytesIO(content)


def line_members(stream: BinaryIO, budget: Budget) -> Iterator[Member]:
    """The lines of a JSON Lines file by their number from 1; blank lines count for the number but are no record."""
    most = budget.bounds.member
    number = 0
    while line := stream.readline(most + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > most and not line.endswith(b"\n"):
            proof = line
            while line and not line.endswith(b"\n"):
                line = stream.readline(2**20)
            budget.count()
            yield Member(str(number), b"", refused=too_large(most), proof=proof)
        elif line.strip():
            budget.count()
            yield Member(str(number), line.removesuffix(b"\n"), form=RECORD)


def peek_of(stream: BinaryIO) -> Callable[[int, int], bytes] | None:
    """How to read a few bytes of an open file without moving in it; None where that can't be done."""
    if isinstance(stream, io.BytesIO):
        view = stream.getbuffer()
        return lambda offset, size: bytes(view[offset : offset + size])
    try:
        descriptor = stream.fileno()
    except OSError:
        return None
    import os

    return lambda offset, size: os.pread(descriptor, size, offset)
