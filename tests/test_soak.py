"""A minute of what `make soak` does for an hour: schedules, files that come, change and attack, readers always on."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.soak import soak


@pytest.mark.timeout(600)
def test_a_minute_of_schedules_and_hostile_files_fails_no_read_and_loses_no_input(tmp_path: Path) -> None:
    # Every 50 ms, as in the hour, the reader alone took a quarter of a core from the tests beside it.
    found = soak(tmp_path, 1, ask_every=0.2)
    assert (found.failures, found.failed, found.unseen, found.differences) == (0, 0, 0, 0)
    assert len(found.runs) >= 2  # one that the schedule began, and the last, which takes what is left
    assert found.inputs > found.articles > 0
