"""A real Prefect server, as a process of the tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows import prefect_database


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_prefect_server(home: Path) -> Iterator[str]:
    """The API address of a real Prefect server on loopback, with its files in ``home``, while it runs."""
    port = free_port()
    prefect_database.place(home)
    environ = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",  # as newslake's own have it: a busy machine's disk takes its time
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(1500):  # five minutes: it may have to make its database first, and a busy machine takes its time
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=2):
                    break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, (home / "server.log").read_text()
                time.sleep(0.2)
        else:
            pytest.fail((home / "server.log").read_text())
        yield url
    finally:
        server.kill()
        server.wait()
