"""zip and tar: their files, one after the other, without writing any of them anywhere.

An open stream goes in, members come out (:mod:`transforms.read.members`) in the order of the archive. A name is a key
and never a path, so one that climbs out of its folder or begins at the root reads like any other. What is no file
(links, devices, pipes) and what is encrypted comes out as refused; folders hold nothing and are not met at all. A
member's sidecar (``NAME.meta.json``) goes with its member.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, BinaryIO, cast

from transforms.article import Hints, Origin
from transforms.hints import SIDECAR_BYTES, SIDECAR_SUFFIX, merge, read_sidecar, sidecar_fault
from transforms.read.members import BEAT, Broken, Budget, Member, PassedOver, Places, too_large

_MOST_SIDECARS = 64 * 2**20  # bytes of all sidecars of one tar file, which are known before its members are
_PIECE = 256 * 1024

Ignored = Callable[[str], bool]  # whether a file of this name is passed over


def zip_members(stream: BinaryIO, budget: Budget, ignored: Ignored) -> Iterator[Member | PassedOver]:
    """The files of a zip archive. ``stream`` can seek. Raises :class:`Broken`."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Broken("torn_container", f"no zip archive that can be opened ({error}); fetch the file again") from error
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = {entry.filename for entry in entries}
        sidecars = {e.filename: e for e in entries if _describes_one_of(e.filename, names)}
        places = Places()
        for entry in entries:
            if entry.filename in sidecars:
                continue
            budget.count()
            place = places.place(entry.filename)
            if ignored(entry.filename):
                yield PassedOver("ignored_by_name", place)
                continue
            beside = sidecars.get(entry.filename + SIDECAR_SUFFIX)
            said = _zip_sidecar(archive, beside, budget) if beside is not None else None
            try:
                content = _zip_bytes(archive, entry, budget, budget.bounds.member)
            except _Refused as refused:
                proof = f"{place}\0{entry.CRC}\0{entry.compress_size}\0{entry.file_size}".encode()
                yield Member(place, b"", refused=(refused.reason, refused.detail), proof=proof)
                continue
            yield _member(place, content, said, None, budget)


def _describes_one_of(name: str, names: set[str]) -> bool:
    return name.endswith(SIDECAR_SUFFIX) and name.removesuffix(SIDECAR_SUFFIX) in names


class _Refused(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def _zip_sidecar(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes | None:
    """What a sidecar holds; None where it can't be read: its member is read without."""
    try:
        return _zip_bytes(archive, entry, budget, SIDECAR_BYTES)
    except _Refused:
        return None


def _zip_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, most: int) -> bytes:
    """One byte more than ``most`` of an entry at most."""
    if entry.flag_bits & 0x1:
        raise _Refused("encrypted", "an encrypted member; decrypt the archive and pack it again without a password")
    kind = entry.external_attr >> 16 & 0o170000
    if kind not in (0, 0o100000) and entry.create_system == 3:
        raise _Refused("not_a_file", "a link or a device in an archive, no file; not followed")
    try:
        with archive.open(entry) as opened:
            return _taken(opened, budget, most)
    except Broken:
        raise
    except MemoryError:
        raise
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        what = f"a damaged member, or one packed in a way that can't be read ({error}); fetch the archive again"
        raise _Refused("damaged_member", what) from error
    except Exception as error:  # lzma.LZMAError, struct.error: whatever a damaged header leads to costs the member
        raise _Refused("damaged_member", f"a damaged member ({error}); fetch the archive again") from error


def tar_members(
    reopen: Callable[[Budget], BinaryIO], budget: Budget, ignored: Ignored
) -> Iterator[Member | PassedOver]:
    """The files of a tar archive. ``reopen`` gives its uncompressed bytes from their beginning, taken from the budget
    that it is given. Raises :class:`Broken`.

    It is gone through twice, because a sidecar may stand before or behind its member.
    """
    unpaid = Budget(budget.bounds, budget.packed, budget.beat)
    sidecars = _tar_sidecars(reopen(unpaid), budget.beat)
    places = Places()
    with _opened_tar(reopen(budget), budget.beat) as archive:
        for entry in _entries(archive):
            if entry.isdir() or entry.name in sidecars:
                continue
            budget.count()
            place = places.place(entry.name)
            if ignored(entry.name):
                yield PassedOver("ignored_by_name", place)
                continue
            if not entry.isreg():
                proof = f"{place}\0{entry.type!r}\0{entry.linkname}".encode("utf-8", "surrogatepass")
                what = "a link or a device in an archive, no file; not followed"
                yield Member(place, b"", refused=("not_a_file", what), proof=proof)
                continue
            content = _tar_bytes(archive, entry, budget)
            yield _member(place, content, sidecars.get(entry.name + SIDECAR_SUFFIX), entry.mtime, budget)


class _Watched:
    """A stream that gives a sign of life as it is read: what is not compressed is not taken from a budget while it is
    passed over, and a few GB of it take longer than an archive may be silent."""

    def __init__(self, stream: BinaryIO, beat: Callable[[], None]) -> None:
        self._stream = stream
        self._beat = beat
        self._silent = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._silent += len(data)
        if self._silent >= BEAT:
            self._silent = 0
            self._beat()
        return data


class _Entry(tarfile.TarInfo):
    """A header that tells a damaged archive from one at its end: tarfile takes both for the end."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> tarfile.TarInfo:  # type: ignore[override]
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            what = f"the tar archive breaks off or is damaged ({error}); what came before was read. Fetch it again"
            raise Broken("torn_container", what) from error


def _opened_tar(stream: BinaryIO, beat: Callable[[], None]) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=cast(BinaryIO, _Watched(stream, beat)), mode="r|", bufsize=_PIECE, tarinfo=_Entry)
    except tarfile.TarError as error:
        raise Broken("torn_container", f"no tar archive that can be opened ({error}); fetch the file again") from error


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while True:
        try:
            entry = archive.next()
        except tarfile.TarError as error:
            what = f"the tar archive breaks off or is damaged ({error}); what came before was read. Fetch it again"
            raise Broken("torn_container", what) from error
        except (ValueError, OverflowError, RecursionError, OSError) as error:
            what = f"a damaged entry in the tar archive ({error}); what came before was read. Fetch it again"
            raise Broken("damaged_container", what) from error
        if entry is None:
            return
        archive.members.clear()  # type: ignore[attr-defined]  # or a million entries would stay
        yield entry


def _tar_bytes(archive: tarfile.TarFile, entry: tarfile.TarInfo, budget: Budget) -> bytes:
    try:
        opened = archive.extractfile(entry)
        if opened is None:
            return b""
        # What a sparse member says it holds was never in the archive, so the archive's stream has not counted it.
        content = _taken(opened, budget if entry.sparse else None, budget.bounds.member)
    except tarfile.TarError as error:
        raise Broken("torn_container", f"the tar archive breaks off in {entry.name!r}; fetch it again") from error
    if len(content) < min(entry.size, budget.bounds.member + 1):
        raise Broken("torn_container", f"the tar archive breaks off in {entry.name!r}; fetch it again")
    return content


def _tar_sidecars(stream: BinaryIO, beat: Callable[[], None]) -> dict[str, bytes]:
    """The sidecars of an archive by name, as far as it can be read; what breaks is told when its members are read."""
    found: dict[str, bytes] = {}
    names: set[str] = set()
    held = 0
    try:
        with _opened_tar(stream, beat) as archive:
            for entry in _entries(archive):
                if entry.isreg() and entry.name.endswith(SIDECAR_SUFFIX) and held < _MOST_SIDECARS:
                    opened = archive.extractfile(entry)
                    found[entry.name] = opened.read(SIDECAR_BYTES + 1) if opened is not None else b""
                    held += len(found[entry.name])
                elif entry.isreg():
                    names.add(entry.name)
    except (Broken, tarfile.TarError, MemoryError):
        pass
    return {name: content for name, content in found.items() if name.removesuffix(SIDECAR_SUFFIX) in names}


def _taken(opened: IO[bytes], budget: Budget | None, most: int) -> bytes:
    """Up to one byte more than ``most``, taken from the budget piece by piece."""
    pieces: list[bytes] = []
    size = 0
    while size <= most and (piece := opened.read(min(_PIECE, most + 1 - size))):
        if budget is not None:
            budget.take(len(piece))
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _member(place: str, content: bytes, sidecar: bytes | None, mtime: float | None, budget: Budget) -> Member:
    if len(content) > budget.bounds.member:
        return Member(place, b"", refused=too_large(budget.bounds.member), proof=content)
    hints, problem = read_sidecar(sidecar) if sidecar is not None else (Hints(), None)
    if mtime is not None and 0 < mtime < 2**33:
        hints = merge(hints, Hints(fetched_at=datetime.fromtimestamp(mtime, UTC), fetched_origin=Origin.ARCHIVE))
    return Member(place, content, hints=hints, faults=(sidecar_fault(problem),) if problem else ())
