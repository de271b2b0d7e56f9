"""Backups: whole while loads go on, verified, refused where they are not, and killed without consequence."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lake_builder import NOW, Inbox, Lake, an_article
from storage_servers import S3, Postgres
from test_concurrency import LOADER, a_batch, content

from warehouse.audit import audit
from warehouse.backup import back_up, newest_backup
from warehouse.errors import BackupRefused, NoWarehouse, WarehouseBusy, WarehouseNewer
from warehouse.lake import connect, transaction
from warehouse.ledger import begin_run
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.restore import restore
from warehouse.storage import Storage, bind

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MADE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def test_a_lost_folder_comes_back_with_every_row_every_snapshot_and_every_blob(lake: Lake, tmp_path: Path) -> None:
    for n in range(3):
        lake.load(a_batch(n), keep_raw="all")
    before = content(lake.folder)
    (snapshot,) = lake.con.execute("select max(snapshot_id) from ducklake_snapshots('lake')").fetchone() or (0,)
    lake.load(a_batch(3))
    lake.con.execute("delete from ops.alert")
    blobs = sorted(path.name for path in (lake.folder / "raw").rglob("*.zst"))
    whole = content(lake.folder)
    made = back_up(lake.folder, tmp_path / "backups", now=MADE, version="0.1.0")
    assert made.folder == tmp_path / "backups" / "2026-03-02T08-30-00Z"
    lake.con.close()
    shutil.rmtree(lake.folder)

    found = restore(lake.folder, tmp_path / "backups")
    assert found.manifest == made.manifest
    assert content(lake.folder) == whole
    assert sorted(path.name for path in (lake.folder / "raw").rglob("*.zst")) == blobs
    con = connect(lake.folder)
    assert audit(con) == []
    titles = con.execute(f"select count(*) from fact_article at (version => {snapshot})").fetchall()
    assert titles == [(len(before[2]),)]
    Lake(lake.folder, con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")).load(a_batch(4))
    con.close()


def test_a_folder_may_be_called_what_means_something_in_an_address(lake: Lake, tmp_path: Path) -> None:
    lake.load(a_batch(0))
    odd = tmp_path / "news #1 50%41 x=y"
    lake.con.close()
    before = content(lake.folder)
    lake.folder.rename(odd)
    back_up(odd, tmp_path / "backups", now=MADE, version="0.1.0")
    restore(tmp_path / "restored", tmp_path / "backups")
    assert content(tmp_path / "restored") == before


def test_a_backup_in_the_middle_of_a_run_is_the_lake_between_two_batches(
    lake: Lake, empty_warehouse: Path, tmp_path: Path
) -> None:
    states = []
    for n in range(4):
        lake.load(a_batch(n))
        states.append(content(lake.folder))
    running = tmp_path / "running"
    shutil.copytree(empty_warehouse, running)
    with subprocess.Popen(
        [sys.executable, "-c", LOADER, str(running), str(HERE)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == "ready\n"
        made = []
        while loader.poll() is None:
            made.append(back_up(running, tmp_path / "backups", now=MADE + timedelta(seconds=len(made)), version="1"))
        assert loader.returncode == 0
    assert len(made) >= 2
    empty = content(empty_warehouse)
    for number in sorted({0, len(made) // 2, len(made) - 1}):
        backup = made[number]
        target = tmp_path / f"restored-{backup.folder.name}"
        restore(target, backup.folder)
        assert content(target) in [empty, *states]
        con = connect(target, read_only=True)
        assert audit(con) == []
        con.close()


def test_a_second_backup_links_what_the_first_one_holds_and_stands_without_it(lake: Lake, tmp_path: Path) -> None:
    lake.load(a_batch(0), keep_raw="all")
    first = back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    lake.load(a_batch(1), keep_raw="all")
    second = back_up(lake.folder, tmp_path / "backups", now=MADE + timedelta(days=1), version="1")
    data = [file for file in first.manifest.files if file.path.startswith(("data/", "raw/"))]
    assert (first.linked, second.linked) == (0, len(data))
    newest = newest_backup(tmp_path / "backups")
    assert newest is not None
    assert newest.folder == second.folder
    shutil.rmtree(first.folder)
    restore(tmp_path / "again", tmp_path / "backups")
    assert content(tmp_path / "again") == content(lake.folder)


def test_what_was_damaged_in_an_earlier_backup_is_copied_anew_and_not_linked(lake: Lake, tmp_path: Path) -> None:
    lake.load(a_batch(0))
    first = back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    data = [first.folder / file.path for file in first.manifest.files if file.path.startswith("data/")]
    damaged = bytearray(data[0].read_bytes())
    damaged[len(damaged) // 2] ^= 1
    data[0].write_bytes(damaged)
    second = back_up(lake.folder, tmp_path / "backups", now=MADE + timedelta(days=1), version="1")
    assert second.linked == len(data) - 1
    (second.folder / "manifest.json").write_text("{", encoding="utf-8")  # a backup that cannot be read stops no other
    third = back_up(lake.folder, tmp_path / "backups", now=MADE + timedelta(days=2), version="1")
    restore(tmp_path / "again", third.folder)
    assert content(tmp_path / "again") == content(lake.folder)


def test_a_backup_can_be_asked_as_it_lies_and_still_be_restored(lake: Lake, tmp_path: Path) -> None:
    lake.load(a_batch(0))
    made = back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    con = connect(made.folder, read_only=True)
    assert con.execute("select count(*) from article").fetchall() == [(3,)]
    con.close()
    restore(tmp_path / "again", tmp_path / "backups")


def test_a_warehouse_that_is_there_is_replaced_only_when_that_is_said_and_never_under_a_run(
    lake: Lake, tmp_path: Path
) -> None:
    lake.load(a_batch(0))
    then = content(lake.folder)
    back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    lake.load(a_batch(1))
    now = content(lake.folder)
    with pytest.raises(BackupRefused, match="restore elsewhere, or with --replace"):
        restore(lake.folder, tmp_path / "backups")
    with run_lock(lake.folder), pytest.raises(WarehouseBusy, match="is running on"):
        restore(lake.folder, tmp_path / "backups", replace=True)
    assert content(lake.folder) == now
    reader = connect(lake.folder, read_only=True)
    assert reader.execute("select count(*) from ops.batch").fetchall() == [(2,)]
    restore(lake.folder, tmp_path / "backups", replace=True)
    assert content(lake.folder) == then
    assert reader.execute("select count(*) from ops.batch").fetchall() == [(1,)]
    reader.close()
    # Nothing of the replaced warehouse is left beside it.
    con = connect(lake.folder)
    orphans = "call ducklake_delete_orphaned_files('lake', dry_run => true, cleanup_all => true)"
    assert con.execute(orphans).fetchall() == []
    con.close()


def test_a_backup_with_a_file_lost_or_changed_is_refused_by_name_before_anything_is_done(
    lake: Lake, tmp_path: Path
) -> None:
    lake.load(a_batch(0), keep_raw="all")
    made = back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    for kind in ("catalog.sqlite", "data/", "raw/"):
        broken = tmp_path / "broken"
        shutil.copytree(made.folder, broken)
        file = next(broken / f.path for f in made.manifest.files if f.path.startswith(kind))
        damaged = bytearray(file.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        file.write_bytes(damaged)
        with pytest.raises(BackupRefused, match=rf"{file.name} is not as it was backed up; nothing was restored"):
            restore(tmp_path / "target", broken)
        file.unlink()
        with pytest.raises(BackupRefused, match=rf"{file.name} is missing from the backup"):
            restore(tmp_path / "target", broken)
        shutil.rmtree(broken)
    (made.folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(BackupRefused, match="cannot be read"):
        restore(tmp_path / "target", made.folder)
    with pytest.raises(BackupRefused, match="holds no backup"):
        restore(tmp_path / "target", tmp_path / "nowhere")
    assert not (tmp_path / "target").exists()


def test_a_backup_of_a_later_version_is_refused_with_the_remedy(lake: Lake, tmp_path: Path) -> None:
    made = back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    manifest = json.loads((made.folder / "manifest.json").read_text()) | {"schema": 9999}
    (made.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WarehouseNewer, match=r"schema version 9999, .* Use the newslake that made it"):
        restore(tmp_path / "target", tmp_path / "backups")


def test_a_backup_into_the_warehouse_itself_or_of_none_is_refused(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="lies within the warehouse itself"):
        back_up(lake.folder, lake.folder / "backups", now=MADE, version="1")
    with pytest.raises(NoWarehouse):
        back_up(tmp_path / "nowhere", tmp_path / "backups", now=MADE, version="1")
    back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(lake.folder, tmp_path / "backups", now=MADE, version="1")


BACKUP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse.backup import back_up
print('ready', flush=True)
back_up(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC), version='1')
"""

RESTORE = """
import sys
from pathlib import Path
from warehouse.restore import restore
print('ready', flush=True)
restore(Path(sys.argv[1]), Path(sys.argv[2]), replace=True)
"""


def killed(script: str, *words: Path, after: float) -> int:
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(after)
        child.kill()
        return child.wait()


def test_a_backup_and_a_restore_that_are_killed_leave_all_as_before_or_as_after(lake: Lake, tmp_path: Path) -> None:
    for n in range(3):
        lake.load(a_batch(n), keep_raw="all")
    then = content(lake.folder)
    backups = tmp_path / "backups"
    chance = random.Random(20261123)
    for _ in range(3):
        code = killed(BACKUP, lake.folder, backups, after=chance.uniform(0.0, 0.6))
        whole = newest_backup(backups)
        assert (code == -signal.SIGKILL and whole is None) or whole is not None
        assert content(lake.folder) == then
    made = back_up(lake.folder, backups, now=datetime.now(UTC) + timedelta(hours=1), version="1")
    assert not list(backups.glob(".making-*"))
    lake.load(a_batch(3))
    now = content(lake.folder)
    for _ in range(4):
        killed(RESTORE, lake.folder, made.folder, after=chance.uniform(0.0, 1.2))
        assert content(lake.folder) in (now, then)
    restore(lake.folder, made.folder, replace=True)
    assert content(lake.folder) == then
    assert not list((lake.folder / "staging").glob("restore-*"))


def test_what_was_backed_up_from_one_storage_is_restored_to_another_and_back(
    lake: Lake, tmp_path: Path, s3: S3, postgres: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    lake.load(a_batch(0))
    lake.load(a_batch(1))
    with transaction(lake.con, "an older snapshot is kept as well"):
        lake.con.execute("update dim_feed set rhythm = 'weekly'")
    whole = content(lake.folder)
    back_up(lake.folder, tmp_path / "first", now=MADE, version="1")

    elsewhere = tmp_path / "elsewhere"
    bucket = s3.bucket()
    places = Storage(f"postgres:{postgres.connection(database)}", f"s3://{bucket}/x", s3.endpoint, "us-east-1", "path")
    bind(elsewhere, places)
    restore(elsewhere, tmp_path / "first")
    assert content(elsewhere) == whole
    with pytest.raises(BackupRefused, match="There is a warehouse"):
        restore(elsewhere, tmp_path / "first")
    con = prepare(elsewhere)
    Lake(elsewhere, con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")).load(a_batch(2))
    assert audit(con) == []
    snapshots = con.execute("select * from ducklake_snapshots('lake')").fetchall()
    con.close()
    more = content(elsewhere)

    back_up(elsewhere, tmp_path / "second", now=MADE, version="1")
    restore(elsewhere, tmp_path / "first", replace=True)
    assert content(elsewhere) == whole
    restore(tmp_path / "home", tmp_path / "second")
    assert content(tmp_path / "home") == more
    con = connect(tmp_path / "home")
    assert con.execute("select * from ducklake_snapshots('lake')").fetchall() == snapshots
    assert audit(con) == []
    run = begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")
    Lake(tmp_path / "home", con, run).load(Inbox().add("new.txt", an_article("A new ship came. It was small.")))
    assert audit(con) == []
    con.close()
