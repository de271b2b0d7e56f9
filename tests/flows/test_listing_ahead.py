"""A listing begun ahead is the listing, and where it can't be had the flow lists for itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.listing import Inbox
from flows.listing_ahead import AHEAD, ListingAhead, begin_listing, listing_of
from flows.pickup import NoInbox
from flows.places import Access


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "part").mkdir(parents=True)
    (folder / "a.txt").write_text("one", encoding="utf-8")
    (folder / "part" / "b.txt").write_text("three", encoding="utf-8")
    (folder / "part" / "c.tmp").write_text("ignored", encoding="utf-8")
    (folder / "away").symlink_to("/etc/hostname")
    for file in folder.rglob("*.t*"):
        os.utime(file, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
    return folder


@pytest.fixture
def crowded(inbox: Path) -> Path:
    """The same with so many files that a child is still at them when something happens to it."""
    (inbox / "many").mkdir()
    for number in range(20_000):
        (inbox / "many" / f"{number:05}.txt").touch()
    return inbox


@pytest.fixture
def ahead(inbox: Path, tmp_path: Path) -> Iterator[ListingAhead]:
    begun = begin_listing(str(inbox), ["*.tmp"], tmp_path / "lake", 0)
    assert begun is not None
    token = AHEAD.set(begun)
    yield begun
    AHEAD.reset(token)


def keys(found: Inbox) -> list[tuple[str, int, str | None]]:
    return [(entry.file_key, entry.size, entry.problem and entry.problem[0]) for entry in found.sorted()]


LISTED = [("a.txt", 3, None), ("away", 0, "link_out_of_inbox"), ("part/b.txt", 5, None)]


def test_what_the_child_listed_is_the_listing(ahead: ListingAhead, inbox: Path, tmp_path: Path) -> None:
    (inbox / "later.txt").touch()  # the child may see it or not; what it saw of the others is the same
    found = listing_of(str(inbox), ["*.tmp"], Access(), tmp_path / "lake", 0)
    assert [entry for entry in keys(found) if entry[0] != "later.txt"] == LISTED
    assert (found.root, found.ignored, found.settling) == (str(inbox), 1, 0)


def test_an_empty_folder_has_an_empty_listing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    begun = begin_listing(str(tmp_path / "in"), [], tmp_path / "lake", 0)
    assert begun is not None
    found = begun.result()
    assert found is not None
    assert found.listed == 0


def test_a_file_that_is_still_being_written_is_counted_and_not_listed(inbox: Path, tmp_path: Path) -> None:
    (inbox / "young.txt").write_text("half", encoding="utf-8")
    begun = begin_listing(str(inbox), ["*.tmp"], tmp_path / "lake", 600)
    assert begun is not None
    found = begun.result()
    assert found is not None
    assert (keys(found), found.settling, found.settling_example) == (LISTED, 1, "young.txt")


def test_why_an_inbox_cannot_be_listed_is_what_the_child_was_told(inbox: Path) -> None:
    begun = begin_listing(str(inbox), [], inbox, 0)
    assert begun is not None
    with pytest.raises(NoInbox, match="it is the warehouse itself"):
        begun.result()


def test_where_the_child_is_killed_the_flow_lists_for_itself(crowded: Path, tmp_path: Path) -> None:
    begun = begin_listing(str(crowded), ["*.tmp"], tmp_path / "lake", 0)
    assert begun is not None
    token = AHEAD.set(begun)
    os.kill(begun.process_id, signal.SIGKILL)
    try:
        found = listing_of(str(crowded), ["*.tmp"], Access(), tmp_path / "lake", 0)
    finally:
        AHEAD.reset(token)
    assert found.listed == 20_003


def test_ctrl_c_does_not_reach_the_child(crowded: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = begin_listing(str(crowded), ["*.tmp"], tmp_path / "lake", 0)
    assert begun is not None
    status = Path(f"/proc/{begun.process_id}/status")
    while not _ignores(status.read_text(encoding="ascii"), signal.SIGINT):
        time.sleep(0.001)
    os.kill(begun.process_id, signal.SIGINT)
    found = begun.result()
    assert found is not None
    assert found.listed == 20_003
    assert capfd.readouterr().err == ""


def _ignores(status: str, number: int) -> bool:
    """Whether a process, or what is left of one that nobody has waited for, ignores a signal."""
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return bool(int(said["SigIgn"], 16) & 1 << number - 1) or said["State"].startswith("Z")


def test_what_is_no_folder_of_this_machine_is_not_begun(inbox: Path, tmp_path: Path) -> None:
    assert begin_listing("s3://bucket/in", [], tmp_path / "lake", 0) is None
    assert begin_listing(str(inbox / "a.txt"), [], tmp_path / "lake", 0) is None


def test_another_inbox_is_listed_anew(ahead: ListingAhead, inbox: Path, tmp_path: Path) -> None:
    found = listing_of(str(inbox / "part"), ["*.tmp"], Access(), tmp_path / "lake", 0)
    assert keys(found) == [("b.txt", 5, None)]
    assert ahead.result() is not None
