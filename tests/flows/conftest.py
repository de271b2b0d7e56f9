"""A real Prefect server for the tests of the flows, started once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from alert_receivers import Receiver, http_receiver
from heartbeats import without_heartbeats
from killing import Killer, killer
from prefect_process import running_prefect_server

from warehouse.lake import Connection, connect
from warehouse.migrate import prepare

_HERE = Path(__file__).parent
_RUNNING = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")
def prefect_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a server for all tests of this folder; PREFECT_API_URL names it as long."""
    with ExitStack() as running:
        url = running.enter_context(running_prefect_server(tmp_path_factory.mktemp("prefect-server")))
        running.callback(_name_to_prefect, None)
        running.callback(_have_logs_sent)
        request.config.stash[_RUNNING] = running
        _name_to_prefect(url)
        yield url


def _have_logs_sent() -> None:
    """Prefect sends the last two seconds of its logs at exit, and asks for a minute for a server that has ended."""
    if "prefect.logging.handlers" in sys.modules:
        sys.modules["prefect.logging.handlers"].APILogHandler().flush()


def _name_to_prefect(url: str | None) -> None:
    """Have Prefect talk to this server, here and in the processes that are started here.

    It reads its environment at import, and a test module may have imported it before there was a server: without an
    address it starts one of its own, and a thread that asks while that comes up gets "Connection refused".
    """
    os.environ.pop("PREFECT_API_URL", None)
    if url is not None:
        os.environ["PREFECT_API_URL"] = url
    if "prefect.context" in sys.modules:
        sys.modules["prefect.context"].refresh_global_settings_context()
    if url is not None:
        without_heartbeats()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the server when the tests of this folder are done: one that has nothing to do takes a twentieth of a core."""
    if nextitem is None or _HERE in nextitem.path.parents or _RUNNING not in item.config.stash:
        return
    tests = item.session.items
    # Whoever names files on the command line may go to another folder and come back.
    if not any(_HERE in later.path.parents for later in tests[tests.index(nextitem) :]):
        item.config.stash[_RUNNING].close()


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


@pytest.fixture
def con(lake: Path) -> Iterator[Connection]:
    """A connection to it."""
    found = connect(lake)
    found.execute("set threads = 1")
    yield found
    found.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A channel that takes messages: json://127.0.0.1:PORT/…"""
    with http_receiver() as found:
        yield found


@pytest.fixture(scope="session")
def commands(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """Runs newslake's commands in forks of one process that has everything imported, and kills them where told."""
    home = tmp_path_factory.mktemp("commands")
    with killer({"PREFECT_API_URL": prefect_server, "PREFECT_HOME": str(home)}, home / "said.log") as forking:
        yield forking
