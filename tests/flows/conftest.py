"""A real Prefect server for the tests of the flows, started once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import Killer, killer

from warehouse.migrate import prepare


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a real Prefect server on loopback; PREFECT_API_URL names it for the whole session."""
    home = tmp_path_factory.mktemp("prefect-server")
    port = free_port()
    environ = os.environ | {"PREFECT_HOME": str(home), "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(1500):  # five minutes: it makes its database first, and a busy machine takes its time
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=2):
                    break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, (home / "server.log").read_text()
                time.sleep(0.2)
        else:
            pytest.fail((home / "server.log").read_text())
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with nothing in it, to be copied: making its tables takes as long as a small run."""
    folder = tmp_path_factory.mktemp("empty") / "lake"
    prepare(folder).close()
    return folder


@pytest.fixture
def lake(empty_lake: Path, tmp_path: Path) -> Path:
    """A warehouse of the test's own, with nothing in it."""
    folder = tmp_path / "lake"
    shutil.copytree(empty_lake, folder)
    return folder


@pytest.fixture(scope="session")
def commands(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """Runs newslake's commands in forks of one process that has everything imported, and kills them where told."""
    home = tmp_path_factory.mktemp("commands")
    with killer({"PREFECT_API_URL": prefect_server, "PREFECT_HOME": str(home)}, home / "said.log") as forking:
        yield forking
