"""A fresh lake in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lake_builder import NOW, Lake

from warehouse.ledger import begin_run
from warehouse.migrate import prepare


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    folder = tmp_path / "lake"
    con = prepare(folder)
    yield Lake(folder, con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0"))
    con.close()
