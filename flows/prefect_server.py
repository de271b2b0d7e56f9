"""Prefect servers of newslake's own: one for a single run, one for as long as `newslake serve` runs.

Where PREFECT_API_URL names a server, neither is started. Prefect can start one for a run itself, but only after this
process has imported it, and it then imports the server here as well: started first, the server comes up on another core
while this process does its imports (measured by `python -m benchmarks.startup`).
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from flows import imported, prefect_database
from flows.machine_faults import machine_faults_told
from flows.terminal import complain

_HOST = "127.0.0.1"
_START_SECONDS = 120.0
_STOP_SECONDS = 5.0
_LOG = "prefect-server.log"
_VACUUM = "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"
_LARGE = 32 * 2**20  # bytes of a database in which there are months of runs


class ServerDown(Exception):
    """The Prefect server did not come up."""


def make_home() -> None:
    """Make the folder of Prefect's files, where a server is to be started: it does not make that of its own database.

    Raises OSError where nothing can be written there.
    """
    if not os.environ.get("PREFECT_API_URL"):
        Path(os.environ.get("PREFECT_HOME") or "/").mkdir(parents=True, exist_ok=True)


def start_for_a_run(folder: Path) -> AbstractContextManager[None]:
    """Start a server with its files in the warehouse ``folder`` and name it to Prefect, which reads the name at import.

    Gives what the run is to go on in: it is entered when the server answers, and raises :class:`ServerDown`. The server
    ends with this process, however that ends. Raises :class:`warehouse.errors.LakeError` where the folder cannot be
    written.
    """
    if os.environ.get("PREFECT_API_URL"):
        return nullcontext()
    with machine_faults_told(folder):
        server, url = _begun(folder)
    # Prefect sends its last events and logs at exit too, before what was registered this early is called.
    atexit.register(_stop, server)
    os.environ["PREFECT_API_URL"] = url
    return _answering(server, url, folder / _LOG)


def _begun(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server that starts, and the address at which it is going to answer."""
    folder.mkdir(parents=True, exist_ok=True)
    if (home := _home_in(folder)) is not None:
        prefect_database.place(home)
    port = _free_port()
    with (folder / _LOG).open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - our own interpreter and a number
            [sys.executable, "-m", "flows.prefect_server", str(port), *([str(home)] if home else [])],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # It has no pages on which somebody would fill in a block; what is registered in the database stays.
            env=os.environ | {"PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false"},
        )
    return server, f"http://{_HOST}:{port}/api"


@contextmanager
def _answering(server: subprocess.Popen[bytes], url: str, log: Path) -> Iterator[None]:
    _wait(server, url, log)
    with imported.set_aside():
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    # Nobody looks for the heartbeats of a run whose server ends with it, and their thread takes up to a second to end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


@contextmanager
def for_schedules(folder: Path, port: int) -> Iterator[str | None]:
    """A server that has a scheduler and pages, named to Prefect; its address, or None where one was named already.

    Raises :class:`ServerDown`.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield None
        return
    url = f"http://{_HOST}:{port}/api"
    # The port is looked at first: a server that is there already belongs to somebody else.
    if _healthy(url):
        raise ServerDown(
            f"a Prefect server answers on port {port} already. To use it: PREFECT_API_URL={url} newslake serve; "
            "to start another: newslake serve --port N"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if (home := _home_in(folder)) is not None:
        prefect_database.place(home)
    _leave_no_server_behind()
    with (folder / _LOG).open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - our own interpreter and a number
            [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={_VACUUM: "events,flow_runs"} | os.environ,
            process_group=0,  # Ctrl-C is for this process, which ends its runs first, and they tell the server
        )
    is_ending = threading.Event()
    try:
        _wait(server, url, folder / _LOG)
        os.environ["PREFECT_API_URL"] = url
        threading.Thread(target=_end_with, args=(server, folder / _LOG, is_ending), daemon=True).start()
        yield url.removesuffix("/api")
    finally:
        is_ending.set()
        _stop(server)


def _end_with(server: subprocess.Popen[bytes], log: Path, is_ending: threading.Event) -> None:
    """End this process when the server ends: Prefect asks for ever for one that is gone, and deaf to signals. Whoever
    keeps the service up starts it again."""
    server.wait()
    if not is_ending.is_set():
        complain(f"the Prefect server ended; {log} says why. No run would be started any more: serve ends too")
        os._exit(1)


def _leave_no_server_behind() -> None:
    """Have SIGTERM, until Prefect takes it for its runs, and a terminal that closes end this process by way of what
    stops its server, unless they were to be ignored."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


def _home_in(folder: Path) -> Path | None:
    """Prefect's home where it lies in the warehouse: one elsewhere is its user's, who may have set a database there."""
    make_home()
    home = Path(os.environ.get("PREFECT_HOME") or "/")
    return home if home.resolve().is_relative_to(folder.resolve()) else None


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        # Asked first: what answers in the place of a server that has ended is another one.
        if server.poll() is not None or time.monotonic() > deadline:
            raise ServerDown(f"the Prefect server did not start; {log} says why")
        if _healthy(url):
            return
        time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    if server.stdin:
        server.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - an http URL of the loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _serve(port: int, home: Path | None) -> None:
    """In the process of a run's server: answer until told to stop, or until the pipe from the run closes."""
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    with imported.set_aside():
        import uvicorn
        from prefect.server.api.server import create_app

    if home is not None:
        prefect_database.make(home)
        prefect_database.clear(home, above=_LARGE)
    uvicorn.run(create_app(ephemeral=True, final=True), host=_HOST, port=port, log_level="error", lifespan="on")


def _end_with_the_run() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
