"""The warehouse folder: made once, moved at will, refused where it is not understood."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from lake_builder import Inbox, Lake, an_article

from warehouse.errors import LakeError, NoWarehouse, StorageRefused, WarehouseBroken, WarehouseBusy, WarehouseNewer
from warehouse.lake import _extension_file, connect, folder_of, one_thread, transaction
from warehouse.locks import commit_lock, held_since, run_in_progress, run_lock
from warehouse.migrate import migrate, migrations, prepare

BODY = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
ROOT = Path(__file__).parents[2]


def test_a_moved_folder_still_answers_and_still_loads(lake: Lake, tmp_path: Path) -> None:
    lake.load(Inbox().add("a.txt", an_article(BODY)))
    lake.con.close()
    moved = tmp_path / "it's élsewhere" / "lake"
    moved.parent.mkdir()
    shutil.move(lake.folder, moved)

    reader = connect(moved, read_only=True)
    assert reader.execute("select title from article").fetchall() == [("Storm closes the harbour",)]
    reader.close()
    writer = connect(moved)
    assert folder_of(writer) == moved
    Lake(moved, writer, 1).load(Inbox().add("b.txt", an_article(BODY + " More.")))
    assert writer.execute("select count(*) from article").fetchall() == [(2,)]
    writer.close()


def test_a_lake_is_zstd_never_inlines_rows_and_counts_time_in_utc(lake: Lake) -> None:
    options = dict(lake.rows("select option_name, value from ducklake_options('lake')"))
    assert (options["parquet_compression"], options["data_inlining_row_limit"]) == ("zstd", "0")
    assert options["target_file_size"] == "128000000"  # what merging sorts fits into a writer's memory
    assert options["parquet_version"] == "V2"  # of fact_article, whose ids are read for every question
    assert lake.rows("select current_setting('TimeZone')") == [("UTC",)]


def test_no_extension_without_a_signature_is_loaded_once_the_lake_is_open(lake: Lake, tmp_path: Path) -> None:
    changed = bytearray(_extension_file("sqlite_scanner").read_bytes())
    changed[-1] ^= 1  # the signature stands at the end
    (tmp_path / "v" / "sqlite_scanner.duckdb_extension").parent.mkdir()
    (tmp_path / "v" / "sqlite_scanner.duckdb_extension").write_bytes(changed)
    assert lake.rows("select current_setting('allow_unsigned_extensions')") == [(False,)]
    with pytest.raises(duckdb.Error, match="signature"):
        duckdb.connect().execute(f"load '{tmp_path / 'v' / 'sqlite_scanner.duckdb_extension'}'")
    with pytest.raises(duckdb.Error, match="while database is running"):
        lake.con.execute("set allow_unsigned_extensions = true")
    other = tmp_path / "v" / "other.duckdb_extension"
    other.write_bytes(changed)
    with pytest.raises(duckdb.Error, match="signature"):
        lake.con.execute(f"load '{other}'")


def test_a_variable_of_python_is_no_table(lake: Lake) -> None:
    # To look for one DuckDB calls Python within the statement, and a Ctrl-C that arrives there is lost.
    arrivals = pa.table({"a": [1]})
    assert arrivals.num_rows == 1
    for con in (lake.con, connect(lake.folder, read_only=True)):
        with pytest.raises(duckdb.CatalogException, match="arrivals does not exist"):
            con.execute("select * from arrivals")


def test_a_load_takes_one_thread_and_gives_the_others_back(lake: Lake) -> None:
    lake.con.execute("set threads = 3")
    with one_thread(lake.con):
        assert lake.rows("select current_setting('threads')") == [(1,)]
    lake.load(Inbox().add("a.txt", an_article(BODY)))
    assert lake.rows("select current_setting('threads')") == [(3,)]


def test_preparing_again_applies_nothing(lake: Lake) -> None:
    before = lake.rows("select max(snapshot_id) from ducklake_snapshots('lake')")
    assert migrate(lake.con) == []
    assert lake.rows("select max(snapshot_id) from ducklake_snapshots('lake')") == before
    assert [row[0] for row in lake.rows("select name from ops.migration order by version")] == [
        m.name for m in migrations()
    ]


def test_a_view_whose_text_changed_is_made_again(lake: Lake) -> None:
    with transaction(lake.con, "an older view"):
        lake.con.execute("create or replace view lake.main.rejection as select 1 as old")
        lake.con.execute("update ops.model set checksum = 'older' where name = 'rejection'")
    assert migrate(lake.con) == ["rejection"]
    assert lake.rows("select count(path) from rejection") == [(0,)]


def test_a_migration_that_was_changed_after_it_was_applied_is_refused(lake: Lake) -> None:
    with transaction(lake.con, "another text"):
        lake.con.execute("update ops.migration set checksum = 'other' where version = 1")
    with pytest.raises(LakeError, match=r"0001_first_light\.sql was changed after this warehouse applied it"):
        migrate(lake.con)


def test_a_warehouse_of_a_later_version_is_refused_with_the_remedy(lake: Lake) -> None:
    with transaction(lake.con, "from the future"):
        lake.con.execute("insert into ops.migration values (9999, '9999_later.sql', 'x', now())")
    for attempt in (connect, prepare):
        with pytest.raises(
            WarehouseNewer, match=r"schema version 9999, and this newslake knows up to .* Use the newslake"
        ):
            attempt(lake.folder)


def test_no_warehouse_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="`newslake run INBOX` makes one"):
        connect(tmp_path / "nowhere")
    (tmp_path / "catalog.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(WarehouseBroken, match="cannot be read"):
        connect(tmp_path)


@pytest.mark.parametrize("name", ["w[1]", "w*", "w?"])
def test_a_folder_whose_name_is_a_pattern_is_refused_before_its_upkeep_takes_other_folders_files(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(StorageRefused, match="Rename the folder"):
        prepare(tmp_path / name)
    with pytest.raises(StorageRefused, match="Rename the folder"):
        prepare(tmp_path / name / "lake")


def test_a_failure_within_a_transaction_leaves_nothing_of_it(lake: Lake) -> None:
    with pytest.raises(RuntimeError, match="half way"), transaction(lake.con, "half a thing"):
        lake.con.execute("insert into dim_feed (feed_id, name) values (1, 'x')")
        raise RuntimeError("half way")
    assert lake.rows("select count(*) from dim_feed") == [(1,)]
    with transaction(lake.con, "a whole thing"):
        lake.con.execute("insert into dim_feed (feed_id, name) values (1, 'x')")
    assert lake.rows("select commit_message from ducklake_snapshots('lake') order by snapshot_id desc limit 1") == [
        ("a whole thing",)
    ]


HOLDER = """
import sys, time
from pathlib import Path
from warehouse.locks import commit_lock, run_lock
with (run_lock if sys.argv[2] == 'run' else commit_lock)(Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("lock", "kind", "what"), [(commit_lock, "commit", "is writing to"), (run_lock, "run", "is running on")]
)
def test_a_lock_says_who_holds_it_and_dies_with_its_process(tmp_path: Path, lock, kind: str, what: str) -> None:  # type: ignore[no-untyped-def]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), kind], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = rf"process {holder.pid} since 2.* {what} the warehouse in .* waited 0.1 s"
        with pytest.raises(WarehouseBusy, match=told), lock(tmp_path, wait_seconds=0.1):
            pass
        if kind == "run":
            assert str(run_in_progress(tmp_path)).startswith(f"process {holder.pid} since 2")
        holder.kill()
    with lock(tmp_path, wait_seconds=5):
        pass
    assert run_in_progress(tmp_path) is None


def test_whoever_holds_the_lock_says_since_when() -> None:
    first = "process 7 since 2026-03-02T12:00:01+00:00 on news"
    assert held_since(f"process 9 since 2026-03-02T13:00:00+00:00, {first}") == datetime(
        2026, 3, 2, 12, 0, 1, tzinfo=UTC
    )
    assert held_since("Another process") is None
    assert held_since("process 7 since 2026-03-") is None


def test_a_connection_needs_no_home_folder_and_no_network(lake: Lake, tmp_path: Path) -> None:
    lake.con.close()
    script = (
        "import sys; from pathlib import Path; from warehouse.lake import connect; "
        "print(connect(Path(sys.argv[1]), read_only=True).execute('select 1').fetchone()[0])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, str(lake.folder)],
        env={"HOME": str(tmp_path / "no-home")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.stdout, found.stderr) == ("1\n", "")
    assert not (tmp_path / "no-home").exists()


def test_opening_a_warehouse_loads_nothing_heavy() -> None:
    script = (
        "import sys; import warehouse.lake, warehouse.read_only; print(sorted(set(sys.modules) & set(sys.argv[1:])))"
    )
    heavy = ["pandas", "pyarrow", "prefect", "great_expectations", "trafilatura", "numpy"]
    found = subprocess.run([sys.executable, "-c", script, *heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_times_are_given_back_aware(lake: Lake) -> None:
    assert lake.rows("select started_at from ops.run") == [(datetime(2026, 3, 1, 12, tzinfo=UTC),)]
