"""Under which name a warehouse stages at a place that others use too."""

from __future__ import annotations

from pathlib import Path

from flows.staging import owner_of


def test_a_warehouse_stages_under_one_name_for_good_and_two_under_two(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert owner_of(first) == owner_of(first) != owner_of(second)
    moved = first.rename(tmp_path / "moved")
    assert owner_of(moved) == (moved / "staging.name").read_text(encoding="ascii")


def test_a_name_that_was_cut_short_by_a_full_disk_is_made_up_anew(tmp_path: Path) -> None:
    (tmp_path / "staging.name").touch()
    assert len(owner_of(tmp_path)) == 12
