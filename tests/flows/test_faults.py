"""The machine fails: full and read-only disks, a locked catalog, a clock that steps back, a batch that fails late.

Each with the real thing, from the command line: a clear message, nothing lost, and the next run completes.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import Killer
from lake_content import content
from written_articles import article, write_articles

from flows.prefect_server import start_for_a_run
from warehouse.audit import audit
from warehouse.errors import LakeError
from warehouse.lake import connect, transaction

FIRST, MORE = 4, 16
SETTINGS = "[batch]\nmax_rows = 8\nchunk_files = 4\n"


def long_article(number: int) -> str:
    """An article with some 60 KB of text that no compression shrinks to nothing."""
    words = " ".join(f"{(number * 7919 + n * 104729) % 15485863:x}" for n in range(9_000))
    return article(number).replace(
        "</article>", f"<p>The list that the council read out on the day: {words}.</p></article>"
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    write_articles(folder, range(FIRST))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "newslake.toml"
    file.write_text(SETTINGS)
    return file


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a disk of its own cannot be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def loaded(lake: Path) -> int:
    con = connect(lake, read_only=True)
    (count,) = con.execute("select count(*) from fact_article").fetchall()[0]
    assert [difference for difference in audit(con) if difference.check != "runs"] == []
    con.close()
    return int(count)


@pytest.mark.timeout(900)
def test_a_full_disk_fails_the_run_keeps_what_was_committed_and_the_next_run_completes(
    commands: Killer, inbox: Path, settings: Path, small_disk: Path, tmp_path: Path
) -> None:
    lake = small_disk / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    assert commands.run(*run).status == 0
    for number in range(100, 100 + MORE):
        (inbox / f"{number:04d}.html").write_text(long_article(number), encoding="utf-8")
    filler = small_disk / "something else"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 200_000))
    failed = commands.run(*run)
    assert failed.status == 1, failed.said
    assert f"The disk of the warehouse in {lake} is full." in failed.said
    assert "Traceback" not in failed.said
    there = loaded(lake)
    assert FIRST <= there < FIRST + MORE
    assert (there - FIRST) % 8 == 0

    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    again = commands.run(*run)
    assert again.status == 0, again.said
    undisturbed = tmp_path / "undisturbed"
    whole = commands.run("run", inbox, "--warehouse", undisturbed, "--settings", settings)
    assert whole.status == 0, whole.said
    found, wanted = content(lake), content(undisturbed)
    assert found["readings"] == wanted["readings"]
    assert found["inputs"] == wanted["inputs"]
    assert audit(connect(lake, read_only=True)) == []


CHANGING = [
    ("quarantine", "discard", str(FIRST + 1), "--reason", "nothing in it"),
    ("sources", "alias", "quay-gazette.example", "The Old Gazette"),
    ("forget", "--article", "1", "--reason", "asked", "--yes"),
    ("search", "--update"),
    ("watch",),
    ("replay",),
    ("quarantine", "replay", "--all"),
]


@pytest.mark.timeout(900)
def test_every_command_that_changes_the_lake_names_a_full_disk_and_a_locked_catalog(
    commands: Killer, inbox: Path, settings: Path, small_disk: Path
) -> None:
    lake = small_disk / "lake"
    (inbox / "zz-empty.html").write_bytes(b"")
    assert commands.run("run", inbox, "--warehouse", lake, "--settings", settings).status == 0
    before = content(lake)
    filler = small_disk / "something else"
    filler.write_bytes(b"x" * shutil.disk_usage(small_disk).free)
    for words in CHANGING:
        failed = commands.run(*words, "--warehouse", lake, "--settings", settings)
        assert failed.status == 1, (words, failed.said)
        assert f"The disk of the warehouse in {lake} is full." in failed.said, words
        assert "Traceback" not in failed.said, words
    filler.unlink()
    other = sqlite3.connect(lake / "catalog.sqlite", isolation_level=None)
    other.execute("begin immediate")
    for words in CHANGING[:3]:
        failed = commands.run(*words, "--warehouse", lake, "--settings", settings)
        assert failed.status == 1, (words, failed.said)
        assert f"Another program keeps the catalog of the warehouse in {lake} locked" in failed.said, words
    other.execute("rollback")
    other.close()
    assert content(lake) == before
    for words in CHANGING:
        done = commands.run(*words, "--warehouse", lake, "--settings", settings)
        assert done.status == 0, (words, done.said)
    assert loaded(lake) == FIRST - 1


@pytest.mark.timeout(900)
def test_a_disk_that_became_read_only_is_named_and_nothing_changes(
    commands: Killer, inbox: Path, settings: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = small_disk / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    assert commands.run(*run).status == 0
    (inbox / "0900.html").write_text(article(900), encoding="utf-8")
    before = content(lake)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with monkeypatch.context() as alone:
        alone.delenv("PREFECT_API_URL")
        with pytest.raises(LakeError, match=r"on a disk, .* that is read-only; nothing was changed. Make it writable"):
            start_for_a_run(lake)
    for words in (run, ("upkeep", *run[2:]), ("replay", *run[2:])):
        failed = commands.run(*words)
        assert failed.status == 1, failed.said
        assert str(small_disk) in failed.said, failed.said
        assert "read-only" in failed.said.lower(), failed.said
        assert "Traceback" not in failed.said
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert content(lake) == before
    assert commands.run(*run).status == 0
    assert loaded(lake) == FIRST + 1


@pytest.mark.timeout(900)
def test_a_catalog_that_another_program_keeps_locked_is_waited_for_and_then_named(
    commands: Killer, inbox: Path, settings: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    assert commands.run(*run).status == 0
    (inbox / "0900.html").write_text(article(900), encoding="utf-8")
    before = content(lake)
    other = sqlite3.connect(lake / "catalog.sqlite", isolation_level=None)
    other.execute("begin immediate")
    failed = commands.run(*run)
    assert failed.status == 1, failed.said
    assert f"Another program keeps the catalog of the warehouse in {lake} locked" in failed.said
    assert "Traceback" not in failed.said
    other.execute("rollback")
    other.close()
    assert content(lake) == before
    again = commands.run(*run)
    assert again.status == 0, again.said
    assert loaded(lake) == FIRST + 1


@pytest.mark.timeout(900)
def test_a_batch_that_fails_at_its_last_statement_leaves_nothing_and_loads_once_the_fault_is_gone(
    commands: Killer, inbox: Path, settings: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    assert commands.run(*run).status == 0
    con = connect(lake)
    with transaction(con, "an id that is given twice, which the last check of a batch finds"):
        con.execute("insert into dim_author from dim_author where author_id = 1")
    con.close()
    before = content(lake)
    (inbox / "0900.html").write_text(article(900), encoding="utf-8")
    failed = commands.run(*run)
    assert failed.status == 1, failed.said
    assert "The batch was rolled back: the check unique_ids found" in failed.said
    assert content(lake) == before
    con = connect(lake)
    with transaction(con, "mended"):
        con.execute("delete from dim_author where author_id = 1")
        con.execute("insert into dim_author values (1, 'Ina Halvorsen', 'person')")
    con.close()
    assert commands.run(*run).status == 0
    assert loaded(lake) == FIRST + 1
    assert commands.run("audit", "--warehouse", lake).status == 0


@pytest.mark.timeout(900)
def test_two_runs_at_once_one_goes_on_and_the_other_is_refused_or_waits(
    commands: Killer, inbox: Path, settings: Path, tmp_path: Path
) -> None:
    from warehouse.locks import run_lock

    lake = tmp_path / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    with run_lock(lake):
        refused = commands.run(*run)
    assert refused.status == 1, refused.said
    assert "is running on the warehouse in" in refused.said
    assert "Try again when it has ended" in refused.said
    assert commands.run(*run).status == 0
    assert loaded(lake) == FIRST


@pytest.mark.timeout(900)
def test_a_clock_that_steps_back_neither_loses_nor_reorders_anything(
    commands: Killer, inbox: Path, settings: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    run = ("run", inbox, "--warehouse", lake, "--settings", settings)
    first = commands.run(*run, ahead_by=86_400.0)
    assert first.status == 0, first.said
    (inbox / "0900.html").write_text(article(900), encoding="utf-8")
    (inbox / "0001.html").write_text(article(1, words="lighthouse"), encoding="utf-8")
    for words in (run, ("upkeep", *run[2:]), ("audit", *run[2:])):
        done = commands.run(*words)
        assert done.status == 0, done.said
    con = connect(lake, read_only=True)
    started = con.execute("select started_at from ops.run order by run_id").fetchall()
    assert started[0] > started[1]
    assert con.execute(
        "select revision, title like '%lighthouse' from article where path = '0001.html'"
    ).fetchall() == [(2, True)]
    con.close()
    assert loaded(lake) == FIRST + 2
