"""The extracting children: a file that costs too much costs itself only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_articles import write_articles

from flows.extraction import GROUP_BYTES, GROUP_FILES, Extractor, group
from flows.listing import Listed
from flows.pickup import list_inbox
from flows.reading import Job, Limits

# Paragraphs are what trafilatura is superlinear in: this page takes it minutes.
SLOW_PAGE = "<html><body><article>" + "<p>One paragraph of very many that all say a little.</p>" * 120_000


def read(
    folder: Path, *, seconds: float = 60, memory_mb: int = 1024, file_mb: int = 64, workers: int = 2
) -> dict[str, dict[str, Any]]:
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(seconds, memory_mb, file_mb), keep_raw=True)
    with tempfile.TemporaryDirectory() as spool, Extractor(job, workers) as extractor:
        tables = list(extractor.read(list_inbox(folder).sorted(), lambda _files, _size: None, Path(spool)))
        assert not any(Path(spool).iterdir()), "what children leave, those too that were killed, is gone once read"
    return {row["input_key"]: row for table in tables for row in table.to_pylist()}


def outcomes(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {key: row["reason"] or row["outcome"] for key, row in rows.items()}


def test_children_are_forked_from_a_process_that_has_read_a_page() -> None:
    # The server of the children passes over what it cannot import, so it would not say so itself.
    asked = (
        "import flows.preloaded, sys; from transforms.select.trees import packaged; "
        "print(packaged.cache_info().currsize, 'flows.extraction' in sys.modules, 'prefect' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["1", "True", "False"]


_SCRIPT = """
import sys
from datetime import UTC, datetime
from flows.extraction import Extractor
from flows.pickup import list_inbox
from flows.reading import Job, Limits

print("the script")
job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(60, 1024, 64), keep_raw=False)
with Extractor(job, workers=2) as extractor:
    tables = list(extractor.read(list_inbox(sys.argv[1]).sorted(), lambda _files, _size: None))
print(sum(table.num_rows for table in tables), __file__ == sys.argv[0], __spec__)
"""


def test_a_script_that_does_not_ask_whether_it_is_main_runs_once_and_not_in_every_child(tmp_path: Path) -> None:
    write_articles(tmp_path / "inbox", range(3))
    with zipfile.ZipFile(tmp_path / "inbox" / "more.zip", "w") as packed:  # its members come from a child of their own
        packed.write(tmp_path / "inbox" / "0000.html", "a.html")
    script = tmp_path / "load.py"
    script.write_text(_SCRIPT)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "inbox")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert said.stdout.splitlines() == ["the script", "5 True None"]


def test_a_page_that_passes_its_deadline_is_refused_and_its_neighbours_are_read(tmp_path: Path) -> None:
    write_articles(tmp_path, range(3))
    (tmp_path / "0001-slow.html").write_text(SLOW_PAGE)
    rows = read(tmp_path, seconds=4)
    assert outcomes(rows) == {
        "0000.html": "article",
        "0001-slow.html": "deadline_exceeded",
        "0001.html": "article",
        "0002.html": "article",
    }
    assert rows["0001-slow.html"]["detail"].startswith("0001-slow.html: was not read within 4 s; quarantined")
    assert rows["0001-slow.html"]["raw"] is not None


def test_a_file_that_needs_too_much_memory_is_refused_and_its_neighbours_are_read(tmp_path: Path) -> None:
    write_articles(tmp_path, range(2))
    (tmp_path / "large.txt").write_text("A sentence of a very long report on the harbour. " * 1_200_000)
    assert outcomes(read(tmp_path, memory_mb=96)) == {
        "0000.html": "article",
        "0001.html": "article",
        "large.txt": "memory_exceeded",
    }


def test_the_child_that_had_no_room_for_a_file_has_room_for_the_next_one(tmp_path: Path) -> None:
    write_articles(tmp_path, range(3))
    (tmp_path / "0000-large.txt").write_text("A sentence of a very long report on the harbour. " * 1_200_000)
    assert outcomes(read(tmp_path, memory_mb=64, workers=1)) == {
        "0000-large.txt": "memory_exceeded",
        "0000.html": "article",
        "0001.html": "article",
        "0002.html": "article",
    }


def test_a_file_over_the_size_limit_is_refused_without_being_kept(tmp_path: Path) -> None:
    (tmp_path / "huge.txt").write_bytes(b"x" * (2**20 + 1))
    rows = read(tmp_path, file_mb=1)
    assert outcomes(rows) == {"huge.txt": "too_large"}
    assert (rows["huge.txt"]["raw"], rows["huge.txt"]["size"]) == (None, 2**20 + 1)


def test_a_child_that_is_killed_takes_only_its_page_with_it(tmp_path: Path) -> None:
    write_articles(tmp_path, range(3))
    (tmp_path / "0001-slow.html").write_text(SLOW_PAGE)
    done = threading.Event()

    def kill_busy_children() -> None:
        while not done.wait(1.0):
            for pid in _children(least_seconds=3):  # those stuck in the slow page
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_busy_children)
    killer.start()
    try:
        rows = read(tmp_path, seconds=120)
    finally:
        done.set()
        killer.join()
    assert outcomes(rows) == {
        "0000.html": "article",
        "0001-slow.html": "reader_crashed",
        "0001.html": "article",
        "0002.html": "article",
    }


def test_children_that_are_killed_while_they_have_no_work_are_replaced(tmp_path: Path) -> None:
    write_articles(tmp_path, range(3))
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(60, 1024, 64), keep_raw=True)
    files = list_inbox(tmp_path).sorted()
    with Extractor(job, workers=2) as extractor:
        first = list(extractor.read(files, lambda _files, _size: None))
        idle = _children(least_seconds=0)
        assert len(idle) >= 2
        for pid in idle:
            os.kill(pid, signal.SIGKILL)
        time.sleep(1)  # pebble has seen it, and given its pool up
        assert list(extractor.read(files, lambda _files, _size: None)) == first


_SLOW_SCRIPT = """
import sys
from datetime import UTC, datetime
from flows.extraction import Extractor
from flows.pickup import list_inbox
from flows.reading import Job, Limits

if __name__ == "__main__":
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(2, 1024, 64), keep_raw=False)
    with Extractor(job, workers=1) as extractor:
        list(extractor.read(list_inbox(sys.argv[1]).sorted(), lambda _files, _size: None))
"""


def test_a_child_whose_parent_was_killed_ends_with_its_page_s_deadline(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "slow.html").write_text(SLOW_PAGE)
    script = tmp_path / "load.py"
    script.write_text(_SLOW_SCRIPT)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, str(script), str(tmp_path / "inbox")], env=environment) as parent:
        deadline = time.monotonic() + 60
        while not (busy := _children(least_seconds=0.2, below=parent.pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        parent.kill()
    assert busy
    deadline = time.monotonic() + 60
    while (left := [pid for pid in busy if _is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


def test_who_stops_reading_amid_a_container_leaves_nothing_behind(tmp_path: Path) -> None:
    write_articles(tmp_path / "inbox", range(2))
    with zipfile.ZipFile(tmp_path / "inbox" / "0000.zip", "w") as packed:
        for number in range(400):
            packed.write(tmp_path / "inbox" / "0001.html", f"{number}.html")
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(60, 1024, 64), keep_raw=True)
    spool = tmp_path / "spool"
    spool.mkdir()
    files = list_inbox(tmp_path / "inbox").sorted()
    with pytest.raises(ZeroDivisionError), Extractor(job, workers=2) as extractor:
        for number, _ in enumerate(extractor.read(files, lambda _files, _size: None, spool)):
            if number == 2:
                raise ZeroDivisionError
    assert number == 2
    assert not any(spool.iterdir())


def test_a_file_that_vanishes_after_the_listing_has_failed(tmp_path: Path) -> None:
    write_articles(tmp_path, range(2))
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(60, 1024, 64), keep_raw=True)
    files = list_inbox(tmp_path).sorted()
    (tmp_path / "0000.html").unlink()
    with Extractor(job, workers=1) as extractor:
        (table,) = extractor.read(files, lambda _files, _size: None)
    assert [row["reason"] or row["outcome"] for row in table.to_pylist()] == ["vanished", "article"]


def test_a_file_that_changes_between_its_listing_and_its_reading_is_left_for_the_next_run(tmp_path: Path) -> None:
    write_articles(tmp_path, range(2))
    job = Job(datetime(2026, 11, 22, tzinfo=UTC), (), Limits(60, 1024, 64), keep_raw=True)
    files = list_inbox(tmp_path).sorted()
    with (tmp_path / "0000.html").open("a") as growing:
        growing.write("<p>Another paragraph of a page that is still being written.</p>")
    with Extractor(job, workers=1) as extractor:
        (table,) = extractor.read(files, lambda _files, _size: None)
    rows = table.to_pylist()
    assert [(row["outcome"], row["reason"]) for row in rows] == [("settling", "changed_while_read"), ("article", None)]
    assert rows[0]["detail"] == (
        "0000.html: it changed since it was listed; left for the next run, which reads it when it has settled"
    )


@given(st.lists(st.integers(0, GROUP_BYTES * 2), max_size=100))
def test_groups_keep_the_order_and_their_bounds(sizes: Sequence[int]) -> None:
    files = [Listed(str(number), "", size, None) for number, size in enumerate(sizes)]
    groups = list(group(files))
    assert [file for members in groups for file in members] == files
    assert all(len(members) <= GROUP_FILES for members in groups)
    assert all(len(members) == 1 or sum(f.size for f in members) <= GROUP_BYTES for members in groups)


def _children(least_seconds: float, below: int | None = None) -> list[int]:
    """Children of this process's fork server, or of another's, that have used so many seconds of a core or more."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes()
            parent = (Path("/proc") / fields[1] / "cmdline").read_bytes()
        except OSError:
            continue
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        is_child = b"forkserver" in command and b"forkserver" in parent
        if is_child and used >= least_seconds and _is_below(int(folder.name), below or os.getpid()):
            found.append(int(folder.name))
    return found


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _is_below(pid: int, ancestor: int) -> bool:
    for _ in range(4):
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
        if pid == ancestor:
            return True
    return False


def test_the_clock_of_a_child_is_its_own(tmp_path: Path) -> None:
    """A group's deadline counts from when a child takes it up, not from when it was queued."""
    write_articles(tmp_path, range(120))
    began = time.monotonic()
    rows = read(tmp_path, seconds=20)
    assert set(outcomes(rows).values()) == {"article"}, time.monotonic() - began
