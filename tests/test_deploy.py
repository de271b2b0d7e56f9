"""The files of deploy/ name what is there, and systemd takes the units as they stand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.settings import load

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NEWSLAKE = Path(sys.executable).parent / "newslake"
UNITS = ["newslake.service", "newslake-worker.service"]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit(unit: str, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not on this machine")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    # The one thing that is not as it stands: the checkout of the host.
    text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", (DEPLOY / unit).read_text(encoding="utf-8"))
    (tmp_path / unit).write_text(text, encoding="utf-8")
    said = subprocess.run([verify, "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, check=False)
    about_it = [line for line in said.stderr.splitlines() if unit in line]
    assert (said.returncode, about_it) == (0, []), said.stderr


def test_the_container_runs_commands_that_newslake_has() -> None:
    said = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^RUN sh (\S+) (\S+)", said) == [("environment.sh", "requirements.lock")]
    assert (ROOT / "environment.sh").is_file()
    assert (ROOT / "requirements.lock").is_file()
    words = re.findall(r'(?m)^CMD \["(\w+)"\]', said) + re.findall(r"podman run .* newslake (\w+)", said)
    assert words == ["serve", "run"]
    help_of = [
        subprocess.run([NEWSLAKE, word, "--help"], capture_output=True, text=True, check=False) for word in words
    ]
    assert [said.returncode for said in help_of] == [0, 0]


def test_every_instruction_of_the_container_is_one() -> None:
    said = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    instructions = {line.split(" ", 1)[0] for line in said.splitlines() if line and line[0] not in "# "}
    assert instructions == {
        "FROM", "WORKDIR", "COPY", "ARG", "RUN", "USER", "ENV", "VOLUME", "STOPSIGNAL", "HEALTHCHECK",
        "ENTRYPOINT", "CMD",
    }  # fmt: skip


def test_the_container_leaves_the_inbox_to_the_settings_file_in_its_volume(tmp_path: Path) -> None:
    said = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    [line] = re.findall(r"(?m)^ENV (.*)$", said)
    environ = dict(pair.split("=", 1) for pair in line.split())
    (tmp_path / "newslake.toml").write_text('inbox = "s3://news/crawl"\nwarehouse = "elsewhere"\n', encoding="utf-8")
    loaded = load(tmp_path / "newslake.toml", environ)
    assert loaded.inbox(None) == "s3://news/crawl"
    assert loaded.warehouse(None)[0] == Path("/data/lake")


def test_the_health_check_of_the_container_asks_what_serve_answers() -> None:
    said = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    [words] = re.findall(r"(?m)^    CMD (\[.*\])$", said)
    _, *arguments = json.loads(words)
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        there = [word.replace(":4200/", f":{server.server_port}/") for word in arguments]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        named = {"PREFECT_API_URL": f"http://localhost:{server.server_port}/elsewhere/api"}
        assert subprocess.run([sys.executable, *there], check=False, env={}).returncode == 0
        assert subprocess.run([sys.executable, *arguments], check=False, env=named).returncode == 0
        server.shutdown()
    assert asked == ["/api/health", "/elsewhere/api/health"]
    gone = subprocess.run([sys.executable, *there], check=False, env={}, stderr=subprocess.DEVNULL)
    assert gone.returncode == 1
