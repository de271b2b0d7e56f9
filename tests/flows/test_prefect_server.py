"""The Prefect server of a single run: there when it is waited for, and gone with the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL  # as early as this: see the first test
from prefect_process import free_port

from flows import prefect_server

_RUN = """
import os, sys, time
from pathlib import Path
from flows.environment import settle
from flows.prefect_server import start_for_a_run
folder = Path(sys.argv[1])
settle(folder)
with start_for_a_run(folder):
    print(os.environ["PREFECT_API_URL"], flush=True)
    time.sleep(float(sys.argv[2]))
"""


def _started(folder: Path, seconds: float) -> tuple[subprocess.Popen[str], str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(folder), str(seconds)], env=environ, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    with run.stdout as said:
        return run, said.readline().strip()


def _gone(url: str) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not prefect_server._healthy(url):
            return True
        time.sleep(0.1)
    return False


def test_prefect_in_this_process_asks_the_server_of_the_tests_also_where_it_was_imported_first(
    prefect_server: str,
) -> None:
    assert PREFECT_API_URL.value() == prefect_server


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    run, url = _started(tmp_path / "lake", 600)
    assert prefect_server._healthy(url)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert _gone(url)


def test_a_run_that_ends_ends_its_server(tmp_path: Path) -> None:
    run, url = _started(tmp_path / "lake", 0)
    assert run.wait(timeout=60) == 0
    assert url.startswith("http://127.0.0.1:")
    assert _gone(url)


def test_a_server_that_is_named_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with prefect_server.start_for_a_run(tmp_path / "lake"):
        pass
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:9/api"
    assert not (tmp_path / "lake").exists()


def serving(room: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    """`newslake serve` in a session of its own, and the processes of its server; what it says stands in ``said``."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    with (room / "said").open("w") as said:
        serve = subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", "serve", "--port", str(free_port())],
            env=environ | {"NEWSLAKE_WAREHOUSE": str(room / "lake")},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    # Until it says so itself, a server that ends is one that did not start.
    deadline = time.monotonic() + 120
    while "Prefect server and its pages" not in (room / "said").read_text() and time.monotonic() < deadline:
        assert serve.poll() is None, (room / "said").read_text()
        time.sleep(0.2)
    children = map(int, Path(f"/proc/{serve.pid}/task/{serve.pid}/children").read_text().split())
    return serve, [c for c in children if b"server\0start" in Path(f"/proc/{c}/cmdline").read_bytes()]


def test_serve_ends_when_its_server_does(tmp_path: Path) -> None:
    serve, servers = serving(tmp_path)
    for server in servers:
        os.kill(server, signal.SIGKILL)
    assert serve.wait(timeout=60) == 1
    text = " ".join((tmp_path / "said").read_text().split())
    assert "the Prefect server ended" in text
    assert "serve ends too" in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_a_service_s_stop_and_a_terminal_that_closes_end_serve_and_then_its_server(
    tmp_path: Path, number: int
) -> None:
    serve, servers = serving(tmp_path)
    assert servers
    deadline = time.monotonic() + 60
    while "being served" not in (tmp_path / "said").read_text() and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(serve.pid, number)
    assert serve.wait(timeout=60) in (0, 130, 143)
    assert "the Prefect server ended" not in " ".join((tmp_path / "said").read_text().split())
    assert [server for server in servers if Path(f"/proc/{server}").exists()] == []


def test_a_server_that_cannot_start_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    run = subprocess.run(
        [sys.executable, "-c", _RUN, str(tmp_path), "0"], env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert f"the Prefect server did not start; {tmp_path / 'prefect-server.log'} says why" in run.stderr
    assert (tmp_path / "prefect-server.log").read_text().strip()
