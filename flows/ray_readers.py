"""Reading by the workers of a Ray cluster: each in a child that may be killed, as a run on one machine does.

A chunk is a task, tried again on another worker where its own died: it writes the same stream to the same place in
staging, and nothing has been committed meanwhile.
"""

from __future__ import annotations

import atexit
import ipaddress
import os
import pickle
import socket
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.chunks import CHUNKS_AHEAD
from flows.extraction import Extractor
from flows.listing import Listed
from flows.places import is_url, path_of
from flows.progress import REPORTER
from flows.readers import StagedChunk, staged
from flows.reading import Job
from flows.settings import Settings, SettingsError
from flows.sigterm import as_interrupt
from flows.staging import owner_of, remove
from flows.terminal import complain
from transforms.strip.site_blocks import SiteBlocks

if TYPE_CHECKING:
    from prefect_ray.task_runners import RayTaskRunner


class RayReaders:
    """The workers of a Ray cluster: one that the settings name, else one of this machine's cores for the run."""

    def __init__(self, job: Job, settings: Settings, folder: Path) -> None:
        said = settings.runner
        if said.address and _server_is_near() and not _is_of_this_machine(said.address):
            raise SettingsError(
                f"runner.address: the workers of {said.address} tell Prefect of their tasks, and {_NEAR}"
            )
        self._job = job
        self._address = said.address or None
        self._cores = settings.extraction.workers
        self._staging = said.staging if is_url(said.staging) else path_of(said.staging)
        self._folder = folder
        self._run = uuid4().hex  # by which a worker tells the jobs of two runs apart
        self._runner: RayTaskRunner[StagedChunk] | None = None
        self._begun: list[PrefectFuture[StagedChunk]] = []
        self._entered = ExitStack()
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
        with ExitStack() as stack:
            take_sigterm = stack.enter_context(as_interrupt())
            stack.callback(self._leave_nothing)
            try:
                if self._address is not None:
                    _knock(self._address, self._job.access.seconds)
                # "local" is a new one, also where a cluster that nobody named runs on this machine.
                runner: RayTaskRunner[StagedChunk] = RayTaskRunner(
                    address=self._address or "local", init_kwargs=options
                )
                stack.enter_context(runner)
            except OSError as error:
                raise SettingsError(
                    f"runner.address: no Ray cluster answers at {self._address} ({error}). Look whether its head runs "
                    "and its port is open to this machine (HOST:6379 or ray://HOST:10001, as a rule); nothing was read"
                ) from error
            except (ValueError, RuntimeError) as error:  # no address, or a cluster of another version of Ray or Python
                raise SettingsError(
                    f"runner.address: the cluster at {self._address or 'this machine'} cannot be used: {error}"
                ) from error
            take_sigterm()  # Ray has put an exit of its own there
            if elsewhere := _nodes_elsewhere():
                where = ", ".join(elsewhere)
                raise SettingsError(f"runner.address: the workers at {where} tell Prefect of their tasks, and {_NEAR}")
            # Enough that no worker waits while the flow's process is busy with a batch.
            self.ahead = max(CHUNKS_AHEAD, 2 * int(ray.cluster_resources().get("CPU", 1)))
            self._runner = runner
            self._entered = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            import ray

            for future in self._begun:
                with suppress(Exception):  # it may have ended, or its worker
                    ray.cancel(future.wrapped_future, force=True)  # type: ignore[attr-defined]
        self._entered.__exit__(kind, error, trace)

    def _leave_nothing(self) -> None:
        """Clear the staging place, when nobody can write there any more."""
        if not self._begun:
            return
        try:
            self.clear()
        except OSError as error:
            complain(f"what was staged could not be taken away ({error}); the next run of this warehouse tries again")

    def warm_up(self) -> None:
        """Nothing: workers are there."""

    def know(self, blocks: SiteBlocks) -> None:
        self._job = replace(self._job, site_blocks=blocks)

    def place(self, staging: Path) -> str:
        return f"{self._own_place()}/{staging.name}" if self._staging else str(staging)

    def submit(self, path: str, files: Sequence[Listed]) -> PrefectFuture[StagedChunk]:
        assert self._runner is not None  # noqa: S101 - within the context
        # As bytes: Prefect looks for futures in whatever else it is given, in every file of thousands.
        work = pickle.dumps((self._job, [_from_the_root(file) for file in files]))
        future: PrefectFuture[StagedChunk] = self._runner.submit(
            read_chunk_on_worker, {"run": self._run, "path": path, "work": work}
        )
        self._begun.append(future)
        advance, size = REPORTER.get().advance, sum(file.size for file in files)
        future.add_done_callback(lambda _: advance(len(files), size))
        return future

    def clear(self) -> None:
        if self._staging:
            remove(self._own_place(), self._job.access)

    def _own_place(self) -> str:
        return f"{self._staging.rstrip('/')}/{owner_of(self._folder)}"


_NEAR = (
    "the Prefect server of this run answers on this machine alone. Start one that they reach (`prefect server start "
    "--host 0.0.0.0`) and name it in PREFECT_API_URL, here and for them; nothing was read"
)


def _server_is_near() -> bool:
    """Whether no other machine reaches Prefect's server: none is named, or one on loopback, as a run starts its own."""
    host = urlsplit(os.environ.get("PREFECT_API_URL", "")).hostname or "localhost"
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _nodes_elsewhere() -> list[str]:
    """The nodes of the cluster that would not reach Prefect's server."""
    import ray

    if not _server_is_near():
        return []
    hosts = {str(node["NodeManagerAddress"]) for node in ray.nodes() if node["Alive"]}
    return sorted(host for host in hosts if not _is_local(host))


def _is_of_this_machine(address: str) -> bool:
    """Whether a cluster's head is here; so is what is no address, of which Ray says so."""
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    return not host or _is_local(host)


def _is_local(host: str) -> bool:
    """Whether a name or number is one of this machine's, which a socket can be bound to."""
    with suppress(OSError):
        for family, kind, protocol, _, place in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM):
            with suppress(OSError), socket.socket(family, kind, protocol) as probe:
                probe.bind(place)
                return True
    return False


def _knock(address: str, seconds: float) -> None:
    """Look whether something listens at ``HOST:PORT`` or ``ray://HOST:PORT``. Raises OSError.

    Ray itself asks a head that is not there again for more than ten minutes, and says so in lines of its own.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()


def _from_the_root(file: Listed) -> Listed:
    """The file as a process in another folder opens it."""
    return file if is_url(file.path) else replace(file, path=str(Path(file.path).absolute()))


@task(name="read-chunk-on-worker", persist_result=False, cache_policy=NO_CACHE)
def read_chunk_on_worker(run: str, path: str, work: bytes) -> StagedChunk:
    """Read the files of ``work``, a job and a list, in a child of this worker of Ray; leave their rows at ``path``."""
    job, files = pickle.loads(work)  # noqa: S301 - the flow's process has written it
    return staged(_extractor_for(run, job), path, files, lambda _files, _size: None, job.access)


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
