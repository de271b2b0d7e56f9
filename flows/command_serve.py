"""`newslake serve`: the deployments of prefect.yaml on their schedules, in one process.

Where PREFECT_API_URL names no server, one is started on this host for as long as `serve` runs, its files in the
warehouse folder: the embedded server of a single run has no scheduler.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from flows.environment import settle
from flows.terminal import complain, console

FILE_NAME = "prefect.yaml"
_START_SECONDS = 120.0


def serve_deployments(folder: Path, named_by: str, *, settings_file: Path | None, port: int) -> int:
    """Serve until a signal ends it; the exit status."""
    settle(folder)
    file = next((f for f in (Path(FILE_NAME), Path(__file__).parent.parent / FILE_NAME) if f.is_file()), None)
    if file is None:
        complain(f"no {FILE_NAME} here; run `newslake serve` where it lies")
        return 2
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        complain(f"{file}: no list of deployments could be read from it: {error}")
        return 2
    console(stderr=True).print(f"newslake serve: warehouse {folder} ({named_by}), {file}", highlight=False)
    try:
        with _server(folder, port):
            _serve(said, folder, settings_file)
    except ServerDown as error:
        complain(str(error))
        return 1
    return 0


class ServerDown(Exception):
    """The Prefect server did not come up."""


def _serve(deployments: list[dict[str, Any]], folder: Path, settings_file: Path | None) -> None:
    from prefect import serve
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.ingest import ingest

    place = {"warehouse": str(folder)} | ({"settings_file": str(settings_file.absolute())} if settings_file else {})
    # A served run is a process of its own, started anywhere: the module is found where a relative file would not be.
    prepared = [
        RunnerDeployment.from_flow(
            ingest,
            name=one["name"],
            description=one.get("description"),
            tags=one.get("tags"),
            parameters=place | (one.get("parameters") or {}),
            schedules=[Cron(s["cron"], timezone=s.get("timezone", "UTC")) for s in one.get("schedules") or []],
            concurrency_limit=ConcurrencyLimitConfig(**limit) if (limit := one.get("concurrency_limit")) else None,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for one in deployments
    ]
    serve(*prepared, limit=1)


@contextmanager
def _server(folder: Path, port: int) -> Iterator[None]:
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    url = f"http://127.0.0.1:{port}/api"
    # The port is looked at first: a server that is there already belongs to somebody else.
    if _healthy(url):
        raise ServerDown(
            f"a Prefect server answers on port {port} already. To use it: PREFECT_API_URL={url} newslake serve; "
            "to start another: newslake serve --port N"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "prefect-server.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - our own interpreter and a number
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _healthy(url):
            if server.poll() is not None or time.monotonic() > deadline:
                raise ServerDown(f"the Prefect server did not start; {folder / 'prefect-server.log'} says why")
            time.sleep(0.2)
        os.environ["PREFECT_API_URL"] = url
        console(stderr=True).print(f"Prefect server and its pages: {url.removesuffix('/api')}", highlight=False)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - an http URL of the loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
