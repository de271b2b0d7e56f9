"""The database of newslake's own Prefect servers: made once, then copied."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from flows import prefect_database

ROOT = Path(__file__).parents[2]
_MAKE = "import sys; from pathlib import Path; from flows.prefect_database import make; make(Path(sys.argv[1]))"
_TABLES = "select count(*) from sqlite_master where type = 'table'"


def _asked(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as con:
        return con.execute(sql).fetchall()


def test_the_first_warehouse_has_its_database_made_and_the_second_gets_a_copy_without_anybodys_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for home in (first, second):
        home.mkdir()
    cache = tmp_path / "cache"
    environ = os.environ | {"PREFECT_HOME": str(first), "XDG_CACHE_HOME": str(cache)}
    subprocess.run([sys.executable, "-c", _MAKE, str(first)], env=environ, check=True, timeout=300)

    (kept,) = (cache / "newslake").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    prefect_database.place(second)
    for sql in (_TABLES, "select version_num from alembic_version", "pragma integrity_check"):
        assert _asked(second / "prefect.db", sql) == _asked(first / "prefect.db", sql)
    assert _asked(second / "prefect.db", "select count(*) from configuration") == [(0,)]
    assert [path.name for path in second.iterdir()] == ["prefect.db"]

    before = (second / "prefect.db").stat().st_ino
    prefect_database.place(second)  # one is there
    assert (second / "prefect.db").stat().st_ino == before


def test_a_kept_database_that_is_damaged_goes_and_nothing_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept = prefect_database._kept()
    assert kept is not None
    kept.parent.mkdir()
    kept.write_bytes(b"SQLite format 3\0" + b"\0" * 5000)
    home = tmp_path / "home"
    home.mkdir()
    prefect_database.place(home)
    assert list(home.iterdir()) == []
    assert not kept.exists()


def test_a_home_that_cannot_even_be_looked_into_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/" + "h" * 5_000)
    with pytest.raises(OSError, match="too long"):
        Path(os.environ["HOME"]).is_file()  # as of one below a folder that is closed to its account
    prefect_database.place(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_flow_runs_of_long_ago_go_where_the_database_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    prefect_database.place(home)
    made = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from flows import prefect_database

home = Path(sys.argv[1])
prefect_database.make(home)

async def ran(days):
    from prefect.server.database import provide_database_interface
    from prefect.server.models import flow_runs, flows
    from prefect.server.schemas.core import Flow, FlowRun
    from prefect.server.schemas.states import Completed
    db = provide_database_interface()
    async with db.session_context(begin_transaction=True) as session:
        flow = await flows.create_flow(session, Flow(name="ingest"))
        end = datetime.now(UTC) - timedelta(days=days)
        run = FlowRun(flow_id=flow.id, name=f"of {days} days ago", state=Completed(timestamp=end), end_time=end)
        await flow_runs.create_flow_run(session, run)

asyncio.run(ran(100))
asyncio.run(ran(10))
prefect_database.clear(home, above=2**30)
prefect_database.clear(home, above=0)
"""
    environ = os.environ | {"PREFECT_HOME": str(home)}
    subprocess.run([sys.executable, "-c", made, str(home)], env=environ, cwd=ROOT, check=True, timeout=240)
    with closing(sqlite3.connect(home / "prefect.db")) as con:
        assert con.execute("select name from flow_run").fetchall() == [("of 10 days ago",)]


@pytest.mark.parametrize("named", ["HOME", "PREFECT_API_DATABASE_CONNECTION_URL"])
def test_nothing_is_copied_without_a_home_or_where_another_database_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if named == "HOME":
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv(named, "postgresql+asyncpg://127.0.0.1/prefect")
    prefect_database.place(tmp_path)
    assert list(tmp_path.iterdir()) == []
