"""A fresh lake in a temporary folder: a copy of one that is made once, since a warehouse folder can be moved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lake_builder import NOW, Lake

from warehouse.lake import connect
from warehouse.ledger import begin_run
from warehouse.migrate import prepare


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "lake"
    con = prepare(folder)
    begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")
    con.close()
    return folder


@pytest.fixture
def lake(empty_warehouse: Path, tmp_path: Path) -> Iterator[Lake]:
    folder = tmp_path / "lake"
    shutil.copytree(empty_warehouse, folder)
    con = connect(folder)
    con.execute("set threads = 1")  # batches of a few rows: one thread takes 0.6 of the time of two
    yield Lake(folder, con, 1)
    con.close()


@pytest.fixture(scope="module")
def shared_lake(empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """One lake for all tests of a module that change nothing of it, or load into it once."""
    folder = tmp_path_factory.mktemp("shared") / "lake"
    shutil.copytree(empty_warehouse, folder)
    con = connect(folder)
    con.execute("set threads = 1")
    yield Lake(folder, con, 1)
    con.close()
