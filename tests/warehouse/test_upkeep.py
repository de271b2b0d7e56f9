"""Upkeep: many small loads become few files, old snapshots go, leftovers go, and what the lake answers stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import Rejection
from transforms.staged import digest
from warehouse.audit import audit
from warehouse.clearing import clear
from warehouse.extent import Extent
from warehouse.forget import forget, subject_source
from warehouse.lake import connect
from warehouse.ledger import begin_run, end_run
from warehouse.leftovers import Removed
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.statements import statement
from warehouse.undisturbed import undisturbed
from warehouse.upkeep import UpkeepReport, keep_up, orphans

MB = 2**20
LOADS = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = timedelta(seconds=2)


def load_often(lake: Lake) -> None:
    """Twelve loads: one new article each, and the next state of one that all share; each run is ended."""
    for n in range(LOADS):
        inbox = Inbox().add(f"{n}.txt", an_article(f"Council meets for the {n}. time. The minutes were read aloud."))
        shared = f"The harbour stays shut. Gusts reached ninety kilometres an hour, the warden says in update {n}."
        inbox.add("storm.txt", an_article(shared, url="harbour.example/storm"))
        lake.load(inbox.add(f"bad-{n}.txt", Rejection("empty", f"bad-{n}.txt holds nothing")))
    end_run(lake.con, 1, state="completed", now=NOW, listed=0, unchanged=0)


@pytest.fixture(scope="module")
def often(empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("often") / "lake"
    shutil.copytree(empty_warehouse, folder)
    con = connect(folder)
    con.execute("set threads = 1")
    load_often(Lake(folder, con, 1))
    con.close()
    return folder


@pytest.fixture
def worn(often: Path, tmp_path: Path) -> Iterator[Lake]:
    """A lake of many small loads that nobody has kept up."""
    folder = tmp_path / "worn"
    shutil.copytree(often, folder)
    con = connect(folder)
    con.execute("set threads = 1")
    yield Lake(folder, con, 1)
    con.close()


def keep(lake: Lake, *, keep_since: datetime = EPOCH, unused_since: datetime = EPOCH, **more: bool) -> UpkeepReport:
    return keep_up(lake.con, now=NOW, keep_since=keep_since, unused_since=unused_since, merge_below=64 * MB, **more)


def waiting(lake: Lake) -> list[str]:
    """The files that are out of use and still there."""
    return [
        path for (path,) in lake.rows("from ducklake_cleanup_old_files('lake', cleanup_all => true, dry_run => true)")
    ]


def content(lake: Lake, at: str = "") -> list[list[tuple[object, ...]]]:
    return [
        lake.rows(f"from {table} {at} order by all")
        for table in (
            "fact_article",
            "dim_article",
            "dim_source",
            "fact_removed_text",
            "ops.input",
            "ops.batch",
            "ops.run",
        )
    ]


def files(lake: Lake, table: str) -> tuple[int, int]:
    """How many data and delete files a table has now."""
    schema, name = table.split(".")
    rows = lake.rows(f"from ducklake_list_files('lake', '{name}', schema => '{schema}')")
    return len(rows), sum(row[4] is not None for row in rows)


def newest_snapshot(lake: Lake) -> int:
    return int(str(lake.rows("select max(snapshot_id) from ducklake_snapshots('lake')")[0][0]))


def test_many_small_files_become_one_a_table_and_every_answer_stays(worn: Lake) -> None:
    before = content(worn)
    assert files(worn, "main.fact_article") == (2 * LOADS - 1, LOADS - 1)  # a former reading is written anew in each
    report = keep(worn)
    assert content(worn) == before
    assert audit(worn.con) == []
    assert (files(worn, "main.fact_article"), files(worn, "ops.batch"), files(worn, "ops.run")) == ((1, 0),) * 3
    done = {work.table: work for work in report.tables}
    assert (done["main.fact_article"].rewritten, done["main.fact_article"].files_after) == (LOADS - 1, 1)
    assert report.after.files < report.before.files / 5
    assert (report.problems, report.notes) == ((), ())


def test_the_past_is_what_it_was_before_the_files_were_merged(worn: Lake) -> None:
    newest = newest_snapshot(worn)
    versions = [newest - 8, newest - 4, newest]
    before = [content(worn, f"at (version => {version})") for version in versions]
    assert before[0] != before[1]
    keep(worn)
    assert [content(worn, f"at (version => {version})") for version in versions] == before


def test_files_with_deleted_rows_are_rewritten_before_they_are_too_many_to_merge(worn: Lake) -> None:
    keep(worn)
    assert files(worn, "main.dim_article") == (1, 0)
    for n in range(20):  # twenty files that lose a row each: under nine such files, only those that lost a lot
        worn.con.execute(
            f"insert into dim_author select 1000 + {n} * 100 + range, 'A ' || range, 'person' from range(100)"
        )
    for n in range(8):
        worn.con.execute(f"delete from dim_author where author_id = {1000 + n * 100}")
    keep(worn)
    assert files(worn, "main.dim_author") == (9, 8)  # the twelve whole ones merged, the eight left alone
    worn.con.execute("delete from dim_author where author_id = 1900")
    keep(worn)
    assert files(worn, "main.dim_author") == (1, 0)
    assert worn.rows("select count(*) from dim_author where author_id >= 1000") == [(1991,)]


def test_snapshots_older_than_the_setting_go_and_with_them_files_that_only_they_need(worn: Lake) -> None:
    before = content(worn)
    far = datetime.now(UTC) + timedelta(days=1)
    report = keep(worn, keep_since=far, unused_since=far)
    assert report.before.snapshots > LOADS
    assert report.after.snapshots == 1
    assert report.after.stored_files == report.after.files < report.before.files
    assert report.old.files > report.before.stored_files - report.after.files
    assert report.old.bytes > 100_000
    assert content(worn) == before
    assert audit(worn.con) == []


def test_a_snapshot_that_is_young_enough_stays(worn: Lake) -> None:
    keep(worn)
    since = datetime.now(UTC)
    worn.con.execute("insert into dim_author values (7, 'Ina', 'person')")
    worn.con.execute("insert into dim_author values (8, 'Edda', 'person')")
    young = newest_snapshot(worn)
    assert (
        keep(worn, keep_since=since, unused_since=since).expired_snapshots == young - 1
    )  # numbered from 0; the last two stay
    assert worn.rows(f"select count(*) from dim_author at (version => {young - 1}) where author_id in (7, 8)") == [(1,)]


def test_files_out_of_use_stay_while_a_reader_may_have_them_open(worn: Lake) -> None:
    stored = len(list((worn.folder / "data").rglob("*.parquet")))
    report = keep(worn, keep_since=datetime.now(UTC), unused_since=datetime.now(UTC) - timedelta(hours=1))
    assert report.old == Removed()
    assert len(list((worn.folder / "data").rglob("*.parquet"))) > stored
    report = keep(worn, unused_since=datetime.now(UTC) + LATER)
    assert report.old.files > 60
    assert audit(worn.con) == []


def test_files_go_by_the_moment_they_went_out_of_use_whatever_went_since(worn: Lake) -> None:
    keep(worn)
    first = len(waiting(worn))
    between = datetime.now(UTC)
    later = replace(worn, run_id=begin_run(worn.con, inbox="/inbox", now=NOW, version="0.1.0"))
    for n in range(2):
        later.load(Inbox().add(f"later-{n}.txt", an_article(f"The lighthouse is open in week {n}. It is free.")))
    end_run(later.con, later.run_id, state="completed", now=NOW, listed=0, unchanged=0)
    keep(worn)  # merges what the two have written, so that it goes out of use as well, on the same day
    since = waiting(worn)
    assert 0 < first < len(since)
    assert keep(worn, unused_since=between, dry_run=True).old.files == first
    assert keep(worn, unused_since=between).old.files == first
    assert len(set(waiting(worn)) & set(since)) == len(since) - first
    assert audit(worn.con) == []


def test_a_read_that_merging_comes_between_is_made_again(worn: Lake) -> None:
    reader = connect(worn.folder, read_only=True)
    seen: list[tuple[object, object]] = []

    def count_twice() -> tuple[object, object]:
        """Two counts in one transaction; while the first call goes on, files are merged."""
        reader.execute("begin")
        first = reader.execute("select count(*) from ops.batch").fetchone()
        if not seen:
            keep(worn)
        second = reader.execute("select count(*) from ops.batch").fetchone()
        reader.execute("commit")
        seen.append((first, second))
        return seen[-1]

    assert undisturbed(reader, count_twice) == ((LOADS,), (LOADS,))
    # What the first call saw is why: without the second, an analyst would have been told that there is nothing.
    assert seen == [((LOADS,), (0,)), ((LOADS,), (LOADS,))]
    reader.close()


def test_an_error_of_a_read_that_nothing_came_between_is_the_reader_s(worn: Lake) -> None:
    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        undisturbed(worn.con, lambda: worn.con.execute("from nowhere"))


def test_a_file_that_no_snapshot_knows_is_swept_once_it_is_old_enough(worn: Lake) -> None:
    orphan = worn.folder / "data" / "main" / "fact_article" / "year=2026" / "month=3" / "left.parquet"
    orphan.write_bytes(b"x" * 1000)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert orphans(worn.con, unused_since=hour_ago) == []
    assert keep(worn, unused_since=hour_ago).orphans == Removed()
    os.utime(orphan, (1_700_000_000, 1_700_000_000))
    assert orphans(worn.con, unused_since=hour_ago) == [str(orphan)]
    assert keep(worn, unused_since=hour_ago).orphans == Removed(files=1, bytes=1000)
    assert not orphan.exists()
    assert audit(worn.con) == []


def test_leftovers_of_killed_runs_go_and_kept_bytes_of_known_contents_stay(worn: Lake) -> None:
    text = "The fair opens. The mayor cut the ribbon at noon and the band played on."
    worn.load(Inbox().add("fair.txt", an_article(text), content=text.encode()), keep_raw="all")
    kept = worn.folder / "raw" / digest(text)[:2] / f"{digest(text)}.zst"
    unknown = worn.folder / "raw" / "00" / f"{'0' * 32}.zst"
    half = kept.with_name(f".{kept.name}.4711")
    chunk = worn.folder / "staging" / "run-7" / "chunk-000001.arrows"
    for left in (unknown, half, chunk):
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_bytes(b"half")
    for path in (kept, unknown, half, chunk):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    young = worn.folder / "raw" / "00" / f"{'1' * 32}.zst"
    young.write_bytes(b"a batch that has not committed yet")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)

    with run_lock(worn.folder):
        report = keep(worn, unused_since=hour_ago)
    assert (report.staging, report.raw) == (Removed(), Removed())
    assert "A run goes on (process" in report.notes[0]
    assert unknown.exists()

    assert keep(worn, unused_since=hour_ago, dry_run=True).raw == Removed(files=2, bytes=8)
    assert unknown.exists()
    report = keep(worn, unused_since=hour_ago)
    assert (report.staging, report.raw) == (Removed(files=1, bytes=4), Removed(files=2, bytes=8))
    assert [path.exists() for path in (kept, young, unknown, half, chunk.parent)] == [True, True, False, False, False]


def test_bytes_of_what_was_forgotten_go_from_the_folder_of_another_host_as_well(lake: Lake) -> None:
    text = "The fair opens. The mayor cut the ribbon at noon and the band played on."
    page = an_article(text, url="https://fair.example/1", source="fair.example")
    lake.load(Inbox().add("fair.txt", page, content=text.encode()), keep_raw="all")
    kept = lake.folder / "raw" / digest(text)[:2] / f"{digest(text)}.zst"
    elsewhere = kept.read_bytes()
    subject = subject_source(lake.con, "fair.example")
    forget(lake.con, subject, reason="asked", requested_by="steward", now=NOW, version="0.1.0")
    clear(lake.con, now=NOW)
    assert not kept.exists()
    kept.write_bytes(elsewhere)  # this folder is as that of a host in which it was not asked
    report = keep(lake, unused_since=datetime.now(UTC) + timedelta(hours=1))
    assert report.raw == Removed(files=1, bytes=len(elsewhere))
    assert not kept.exists()


def test_kept_bytes_that_a_batch_finds_there_are_as_young_as_the_batch(lake: Lake) -> None:
    text = "The fair opens. The mayor cut the ribbon at noon and the band played on."
    kept = lake.folder / "raw" / digest(text)[:2] / f"{digest(text)}.zst"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"left by a run that was killed before it committed")
    os.utime(kept, (1_700_000_000, 1_700_000_000))
    lake.load(Inbox().add("fair.txt", an_article(text), content=text.encode()), keep_raw="all")
    assert datetime.now(UTC).timestamp() - kept.stat().st_mtime < 600


def test_a_dry_run_changes_nothing_and_asks_for_no_right_to_write(worn: Lake) -> None:
    before = (newest_snapshot(worn), sorted((worn.folder / "data").rglob("*")))
    reader = connect(worn.folder, read_only=True)
    far = datetime.now(UTC) + timedelta(days=1)
    report = keep(replace(worn, con=reader), keep_since=far, unused_since=far, dry_run=True)
    reader.close()
    assert (newest_snapshot(worn), sorted((worn.folder / "data").rglob("*"))) == before
    assert (report.dry_run, report.before) == (True, report.after)
    assert report.expired_snapshots == before[0]
    assert {work.table: work.merged for work in report.tables}["main.fact_article"] == LOADS


def test_every_upkeep_is_recorded_with_what_it_did(worn: Lake) -> None:
    first = keep(worn)
    keep(worn)
    rows = worn.rows(
        "select upkeep_id, started_at, merged_files > 60, files_before, files_after, snapshots_before from ops.upkeep "
        "order by upkeep_id"
    )
    assert rows[0] == (1, NOW, True, first.before.files, first.after.files, first.before.snapshots)
    assert (rows[1][0], rows[1][2]) == (2, False)


def test_a_table_that_cannot_be_merged_is_told_of_and_the_others_are(worn: Lake) -> None:
    (broken,) = worn.rows("select data_file from ducklake_list_files('lake', 'fact_removed_text') limit 1")[0]
    Path(str(broken)).write_bytes(b"no parquet any more")
    report = keep(worn)
    assert len(report.problems) == 1
    assert report.problems[0].startswith("main.fact_removed_text could not be compacted and is as before (")
    assert files(worn, "main.fact_removed_text") == (LOADS, 0)
    assert {work.table for work in report.tables} >= {"main.fact_article", "ops.input"}


def test_upkeep_of_a_lake_with_nothing_to_do_leaves_it_as_it_is(tmp_path: Path) -> None:
    con = prepare(tmp_path / "new")
    report = keep_up(con, now=NOW, keep_since=EPOCH, unused_since=EPOCH, merge_below=64 * MB)
    con.close()
    assert (report.expired_snapshots, report.old, report.orphans) == (0, Removed(), Removed())
    assert isinstance(report.after, Extent)
    assert report.before.snapshots > 0


def test_merging_makes_larger_row_groups_than_loading_and_leaves_the_limit_to_loading(lake: Lake) -> None:
    limit = "select value from ducklake_options('lake') where option_name = 'parquet_row_group_size'"
    lake.load(Inbox().add("a.txt", an_article("Council meets. The minutes were read aloud.")))
    lake.con.execute("call lake.set_option('parquet_row_group_size', 2048, table_name => 'fact_article')")
    for _ in range(2):
        lake.con.execute("insert into fact_article select reading.* from fact_article as reading, range(60) limit 3000")

    def largest() -> int:
        written = [path for (path,) in lake.rows("select data_file from ducklake_list_files('lake', 'fact_article')")]
        return max(lake.rows(f"select max(row_group_num_rows) from parquet_metadata({written})"))[0]  # type: ignore[return-value]

    before = lake.rows("select count(*) from fact_article")
    assert largest() <= 2048
    keep(lake)
    assert (largest() > 2048, lake.rows("select count(*) from fact_article")) == (True, before)
    assert lake.rows(limit) == [("2048",)]


def test_large_files_with_deleted_rows_are_rewritten_the_most_worn_first_and_some_at_a_time(worn: Lake) -> None:
    """A run waits for the lock meanwhile. Here every file counts as large, and one of them as enough."""
    keep(worn)
    for n in range(3):
        worn.con.execute(f"insert into dim_author select {1000 * n} + range, 'A ' || range, 'person' from range(1000)")
        worn.con.execute(f"delete from dim_author where author_id >= {1000 * n} and author_id < {1000 * n + 60 + n}")
    worn.con.execute("delete from dim_author where author_id = 2999")
    bounds = {"small_bytes": 1, "deleted_share": 0.06, "most_small": 8, "kept_bytes": 1}
    found = {row[1]: row[3:5] for row in worn.con.execute(statement("upkeep/tables"), bounds).fetchall()}
    assert found["dim_author"] == (1, 0.063)
    found = {
        row[1]: row[3:5]
        for row in worn.con.execute(statement("upkeep/tables"), bounds | {"kept_bytes": 10**9}).fetchall()
    }
    assert found["dim_author"] == (3, 0.06)
    assert found["dim_feed"] == (0, None)
