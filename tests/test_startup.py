"""Light commands begin fast: measured against the least that they could take, by turns, the quickest of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.startup import help_command, query_command, quickest
from warehouse.migrate import prepare


@pytest.mark.timeout(120)
def test_help_takes_at_most_twice_as_long_as_importing_what_prints_it() -> None:
    newslake, least = quickest(help_command(), repeats=5)
    assert newslake <= 2 * least


@pytest.mark.timeout(120)
def test_a_query_takes_at_most_twice_as_long_as_a_bare_script_on_the_same_lake(tmp_path: Path) -> None:
    prepare(tmp_path / "lake").close()
    newslake, least = quickest(query_command(tmp_path / "lake"), repeats=5)
    assert newslake <= 2 * least
