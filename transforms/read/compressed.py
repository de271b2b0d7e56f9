"""Compressed bytes as a stream of what they hold: gzip, bzip2, xz and zstd, several of them one after the other too.

The stream gives what is whole and then raises :class:`~transforms.read.members.Broken` where the data break off or are
damaged: nobody mistakes a torn file for a short one. Memory is bounded, also by what an xz or zstd header asks for.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import BinaryIO, Protocol

from transforms.read.members import Bounds, Broken, Budget

CODECS = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x50\x2a\x4d\x18": "zstd",  # a skippable frame first, such as the dictionary of a WARC file
}
_READ = 256 * 1024
_GIVE = 1024 * 1024
_XZ_MEMORY = 192 * 2**20  # bytes; xz -9 asks for 65 MB


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


def codec_of(head: bytes) -> str | None:
    """The codec that bytes begin with: gzip, bzip2, xz, zstd, or None."""
    for magic, codec in CODECS.items():
        if head.startswith(magic):
            return None if codec == "bzip2" and head[4:10] not in (b"1AY&SY", b"\x17rE8P\x90", b"") else codec
    return None


class Decompressed(io.RawIOBase):
    """What ``stream`` holds, decompressed as it is read and taken from ``budget``. Raises :class:`Broken`."""

    def __init__(self, stream: BinaryIO, codec: str, budget: Budget | None = None) -> None:
        super().__init__()
        self._stream = stream
        self._codec = codec
        self._budget = budget
        self._waiting = b""  # packed bytes that were read and not given to the decompressor yet
        self._one: _Decompressor = _decompressor(codec)
        self._begun = False
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` as far as the next bytes go; 0 at the end."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._next(min(len(view), _GIVE)) if view else b""
        view[: len(data)] = data
        if self._budget is not None:
            self._budget.take(len(data))
        return len(data)

    def _next(self, most: int) -> bytes:
        while not self._ended:
            if self._one.eof:
                self._next_part()
                continue
            wants = self._one.needs_input  # else it holds bytes that did not fit into the last answer
            packed = (self._waiting or self._stream.read(_READ)) if wants else b""
            self._waiting = b""
            try:
                data = self._one.decompress(packed, most)
            except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
                raise Broken("damaged_container", f"its {self._codec} data are damaged ({error}){_REMEDY}") from error
            self._begun = self._begun or bool(packed)
            if data:
                return data
            if wants and not packed and not self._one.eof:
                self._ended = True
                if self._begun:
                    raise Broken("torn_container", f"its {self._codec} data break off before their end{_REMEDY}")
        return b""

    def _next_part(self) -> None:
        """Another compressed part behind the one that ended: padding is none, anything else is damage."""
        rest = self._one.unused_data
        while not rest.strip(b"\0"):
            rest = self._stream.read(_READ)
            if not rest:
                self._ended = True
                return
        rest = rest.lstrip(b"\0")
        while len(rest) < 10 and (more := self._stream.read(_READ)):
            rest += more
        if codec_of(rest) != self._codec:
            self._ended = True
            raise Broken("damaged_container", f"something that is no {self._codec} follows its data{_REMEDY}")
        self._one, self._waiting, self._begun = _decompressor(self._codec), rest, False


_REMEDY = "; what came before was read, what follows is lost. Fetch the file again"


class _Deflate:
    """gzip with the bound on a call's output that the other codecs' decompressors keep by themselves."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def _decompressor(codec: str) -> _Decompressor:
    match codec:
        case "gzip":
            return _Deflate()
        case "bzip2":
            return bz2.BZ2Decompressor()
        case _:
            return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


class _Unclosed(io.RawIOBase):
    """A stream that stays open when Arrow, which closes what it was given, is done with it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)


class _Zstd(io.RawIOBase):
    """zstd by Arrow, frame after frame; its errors are :class:`Broken`."""

    def __init__(self, stream: BinaryIO, budget: Budget | None) -> None:
        import pyarrow as pa

        super().__init__()
        self._inner = pa.CompressedInputStream(pa.PythonFile(_Unclosed(stream), "r"), "zstd")
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._inner.read(min(len(view), _GIVE))
        except OSError as error:
            reason = "torn_container" if "Truncated" in str(error) else "damaged_container"
            raise Broken(reason, f"its zstd data are damaged or break off ({str(error)[:120]}){_REMEDY}") from error
        view[: len(data)] = data
        if self._budget is not None:
            self._budget.take(len(data))
        return len(data)


def decompressed(stream: BinaryIO, codec: str, budget: Budget | None = None) -> BinaryIO:
    """A buffered stream of what ``stream`` holds under ``codec``."""
    raw: io.RawIOBase = _Zstd(stream, budget) if codec == "zstd" else Decompressed(stream, codec, budget)
    return io.BufferedReader(raw, _GIVE)


def head_of(head: bytes, codec: str, most: int) -> bytes:
    """The first decompressed bytes, as many as the first packed ones give; none where they give none."""
    found = b""
    stream = decompressed(io.BytesIO(head), codec)
    try:
        while len(found) < most and (data := stream.read1(most - len(found))):  # type: ignore[attr-defined]
            found += data
    except (Broken, MemoryError):
        pass
    return found


def unpacked(content: bytes, codec: str, bounds: Bounds) -> bytes:
    """All that a compressed file holds, one byte more than ``bounds.member`` at most. Raises :class:`Broken`."""
    budget = Budget(bounds, len(content))
    return decompressed(io.BytesIO(content), codec, budget).read(bounds.member + 1)
