"""Modules that are executed when they are first touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from expectations.deferred import deferred

_ENGINE = """
import sys
from expectations.validation import engine
engine()
print("scipy.stats._stats_py" in sys.modules, "altair.vegalite" in sys.modules)
from scipy import stats
print(round(float(stats.entropy([1, 1])), 3), "scipy.stats._stats_py" in sys.modules)
"""


def test_a_deferred_module_is_executed_when_it_is_first_touched_and_any_other_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    for name in ("slow_harbour", "quick_harbour"):
        (tmp_path / f"{name}.py").write_text(
            f"with open({str(said)!r}, 'a') as file:\n    file.write('{name} ')\ngates = 3\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))

    with deferred("slow_harbour"):
        import quick_harbour  # type: ignore[import-not-found]
        import slow_harbour  # type: ignore[import-not-found]
    assert said.read_text() == "quick_harbour "
    assert (quick_harbour.gates, slow_harbour.gates) == (3, 3)
    assert said.read_text() == "quick_harbour slow_harbour "


def test_great_expectations_comes_without_statistics_and_drawings_which_are_there_when_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", _ENGINE], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False False", "0.693 True"]
