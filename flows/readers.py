"""Where the chunks of a run are read: in children of this process, or by the workers of a Ray cluster.

Either way a chunk goes in as a list of files, its rows wait in staging as an Arrow stream, and only the place and the
counts come back; the flow's process validates and commits. A chunk on Ray is a task as well, tried again on another
worker where its own died: it writes the same stream to the same place, and nothing has been committed meanwhile.
"""

from __future__ import annotations

import atexit
import os
import pickle
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

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
from flows.settings import Settings, SettingsError
from flows.staging import remove, written
from transforms.staged import digest
from transforms.strip.site_blocks import SiteBlocks

if TYPE_CHECKING:
    from prefect_ray.task_runners import RayTaskRunner

_EXTRACTOR: ContextVar[Extractor] = ContextVar("_EXTRACTOR")


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """What a task gives back: where its rows wait (a path or a URL), how many, how large."""

    path: str
    rows: int
    size: int


class Readers(Protocol):
    """Who reads chunks. A context manager: leaving it ends whoever reads."""

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


class RayReaders:
    """The workers of a Ray cluster: one that the settings name, else one of this machine's cores for the run."""

    def __init__(self, job: Job, settings: Settings, folder: Path) -> None:
        said = settings.runner
        if said.address and not os.environ.get("PREFECT_API_URL") and not _is_here(said.address):
            raise SettingsError(
                f"runner.address: the workers of {said.address} tell Prefect of their tasks, and the server that a run "
                "starts for itself answers on this machine alone. Name one that they reach in PREFECT_API_URL"
            )
        self._job = job
        self._address = said.address or None
        self._cores = settings.extraction.workers
        self._staging = said.staging.rstrip("/")
        self._whose = digest(f"{socket.gethostname()}:{folder.absolute()}")[:12]
        self._run = uuid4().hex  # by which a worker tells the jobs of two runs apart
        self._runner: RayTaskRunner[StagedChunk] | None = None
        self._begun: list[PrefectFuture[StagedChunk]] = []
        self.ahead = CHUNKS_AHEAD

    def __enter__(self) -> RayReaders:
        try:
            import ray
            from prefect_ray.task_runners import RayTaskRunner
        except ImportError as error:
            raise SettingsError(
                'runner.kind: "ray" needs packages that are not here; `make environment EXTRAS=ray` adds them'
            ) from error
        options: dict[str, object] = {"log_to_driver": False, "logging_level": "ERROR"}
        if self._address is None:
            options |= {"include_dashboard": False} | ({"num_cpus": self._cores} if self._cores else {})
        try:
            if self._address is not None:
                _knock(self._address, self._job.access.seconds)
            self._runner = RayTaskRunner(address=self._address, init_kwargs=options).__enter__()
        except OSError as error:
            raise SettingsError(
                f"runner.address: no Ray cluster answers at {self._address} ({error}). Look whether its head runs and "
                "its port is open to this machine (HOST:6379 or ray://HOST:10001, as a rule); nothing was read"
            ) from error
        except (ValueError, RuntimeError) as error:  # no address, or a cluster of another version of Ray or Python
            raise SettingsError(f"runner.address: the cluster at {self._address} cannot be used: {error}") from error
        # Enough that no worker waits while the flow's process is busy with a batch.
        self.ahead = max(CHUNKS_AHEAD, 2 * int(ray.cluster_resources().get("CPU", 1)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import ray

        if self._runner is None:
            return
        if error is not None:
            for future in self._begun:
                with suppress(Exception):  # it may have ended, or its worker
                    ray.cancel(future.wrapped_future, force=True)  # type: ignore[attr-defined]
        self._runner.__exit__(kind, error, trace)

    def warm_up(self) -> None:
        """Nothing: workers are there."""

    def know(self, blocks: SiteBlocks) -> None:
        self._job = replace(self._job, site_blocks=blocks)

    def place(self, staging: Path) -> str:
        return f"{self._staging}/{self._whose}/{staging.name}" if self._staging else str(staging)

    def submit(self, path: str, files: Sequence[Listed]) -> PrefectFuture[StagedChunk]:
        assert self._runner is not None  # noqa: S101 - within the context
        # As bytes: Prefect looks for futures in whatever else it is given, in every file of thousands.
        given = {"run": self._run, "path": path, "work": pickle.dumps((self._job, files))}
        future: PrefectFuture[StagedChunk] = self._runner.submit(read_chunk_on_worker, given)
        self._begun.append(future)
        advance, size = REPORTER.get().advance, sum(file.size for file in files)
        future.add_done_callback(lambda _: advance(len(files), size))
        return future

    def clear(self) -> None:
        if self._staging:
            remove(f"{self._staging}/{self._whose}", self._job.access)


def _knock(address: str, seconds: float) -> None:
    """Look whether something listens at ``HOST:PORT`` or ``ray://HOST:PORT``. Raises OSError.

    Ray itself asks a head that is not there again for more than ten minutes, and says so in lines of its own.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()


def _is_here(address: str) -> bool:
    """Whether a cluster's address is of this machine."""
    host = address.rpartition("://")[2].rpartition(":")[0]
    return host in ("127.0.0.1", "localhost", "[::1]")


@task(name="read-chunk", persist_result=False, cache_policy=NO_CACHE)
def read_chunk(path: str, files: Sequence[Listed]) -> StagedChunk:
    """Read ``files`` in the children and leave their rows at ``path``."""
    return _staged(_EXTRACTOR.get(), path, files, REPORTER.get().advance, Access())


@task(name="read-chunk-on-worker", persist_result=False, cache_policy=NO_CACHE)
def read_chunk_on_worker(run: str, path: str, work: bytes) -> StagedChunk:
    """Read the files of ``work``, a job and a list, in a child of this worker of Ray; leave their rows at ``path``."""
    job, files = pickle.loads(work)  # noqa: S301 - the flow's process has written it
    return _staged(_extractor_for(run, job), path, files, lambda _files, _size: None, job.access)


def _staged(
    extractor: Extractor, path: str, files: Sequence[Listed], advance: Callable[[int, int], None], access: Access
) -> StagedChunk:
    spool = None if is_url(path) else Path(path).parent
    if spool is not None:
        spool.mkdir(parents=True, exist_ok=True)
    rows, size = written(path, extractor.read(files, advance, spool), access)
    return StagedChunk(path, rows, size)


_on_this_worker: list[tuple[str, Extractor]] = []


def _extractor_for(run: str, job: Job) -> Extractor:
    """The child of this worker for a run: it stays for its next chunk, and goes when another run's first one comes."""
    if not _on_this_worker or _on_this_worker[0][0] != run:
        _end_children()
        job.access.settle()
        extractor = Extractor(job, workers=1)  # as many chunks at a time come to a machine as it has cores
        extractor.__enter__()
        _on_this_worker.append((run, extractor))
        atexit.register(_end_children)
    return _on_this_worker[0][1]


def _end_children() -> None:
    while _on_this_worker:
        _on_this_worker.pop()[1].__exit__(None, None, None)
