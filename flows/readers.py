"""Where the chunks of a run are read: in children of this process, or by the workers of a Ray cluster.

Either way a chunk goes in as a list of files, its rows wait in staging as an Arrow stream, and only the place and the
counts come back; the flow's process validates and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.utilities.annotations import opaque

from flows.chunks import CHUNKS_AHEAD
from flows.extraction import Extractor
from flows.listing import Listed
from flows.places import Access, is_url
from flows.progress import REPORTER
from flows.reading import Job
from flows.settings import Settings
from flows.staging import written
from transforms.strip.site_blocks import SiteBlocks

_EXTRACTOR: ContextVar[Extractor] = ContextVar("_EXTRACTOR")


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """What a task gives back: where its rows wait (a path or a URL), how many, how large."""

    path: str
    rows: int
    size: int


class Readers(Protocol):
    """Who reads chunks. A context manager: leaving it ends whoever reads, and takes away what they left elsewhere."""

    @property
    def ahead(self) -> int:
        """How many chunks are worth beginning before the first of them is asked for."""

    def warm_up(self) -> None:
        """Begin now what reading will need, while something else is waited for."""

    def know(self, blocks: SiteBlocks) -> None:
        """Take the blocks that are in force, before the first chunk."""

    def place(self, staging: Path) -> str:
        """Where the chunks of the run whose own folder is ``staging`` wait."""

    def submit(self, path: str, files: Sequence[Listed]) -> PrefectFuture[StagedChunk]:
        """Have ``files`` read, and their rows left at ``path``."""

    def clear(self) -> None:
        """Take away what runs of this warehouse left where :meth:`place` says, killed ones too."""

    def __enter__(self) -> Readers: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def readers_of(settings: Settings, job: Job, folder: Path) -> Readers:
    """The readers that the settings name for the warehouse in ``folder``. Raises :class:`SettingsError`."""
    if settings.runner.kind == "local":
        return ChildReaders(job, settings.extraction.workers)
    from flows.ray_readers import RayReaders

    return RayReaders(job, settings, folder)


class ChildReaders:
    """Children of this process, as many as there are cores."""

    ahead = CHUNKS_AHEAD

    def __init__(self, job: Job, workers: int) -> None:
        self._extractor = Extractor(job, workers)

    def __enter__(self) -> ChildReaders:
        self._extractor.__enter__()
        _EXTRACTOR.set(self._extractor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._extractor.__exit__(kind, error, trace)

    def warm_up(self) -> None:
        self._extractor.warm_up()

    def know(self, blocks: SiteBlocks) -> None:
        self._extractor.know(blocks)

    def place(self, staging: Path) -> str:
        return str(staging)

    def submit(self, path: str, files: Sequence[Listed]) -> PrefectFuture[StagedChunk]:
        return read_chunk.submit(path, opaque(files))

    def clear(self) -> None:
        """Nothing: the run's own folder is cleared with the rest of it."""


@task(name="read-chunk", persist_result=False, cache_policy=NO_CACHE)
def read_chunk(path: str, files: Sequence[Listed]) -> StagedChunk:
    """Read ``files`` in the children and leave their rows at ``path``."""
    return staged(_EXTRACTOR.get(), path, files, REPORTER.get().advance, Access())


def staged(
    extractor: Extractor, path: str, files: Sequence[Listed], advance: Callable[[int, int], None], access: Access
) -> StagedChunk:
    """Have ``extractor`` read ``files`` and leave their rows at ``path``. Raises OSError where that cannot be."""
    spool = None if is_url(path) else Path(path).parent
    if spool is not None:
        spool.mkdir(parents=True, exist_ok=True)
    rows, size = written(path, extractor.read(files, advance, spool), access)
    return StagedChunk(path, rows, size)
