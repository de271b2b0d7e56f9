"""A catalog in PostgreSQL, on a real server: loaded from two ends at once, read by a role that may only read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lake_builder import NOW, Inbox, Lake, an_article
from storage_servers import Postgres

from warehouse.audit import audit
from warehouse.errors import NoWarehouse, QueryRefused, StorageRefused, WarehouseBroken, WarehouseBusy
from warehouse.lake import connect, folder_of, transaction
from warehouse.ledger import begin_run
from warehouse.locks import commit_lock, run_in_progress, run_lock
from warehouse.migrate import migrate, prepare
from warehouse.read_only import open_read_only, query
from warehouse.storage import Storage, bind, storage_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BODY = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."


@pytest.fixture
def ends(tmp_path: Path, postgres: Postgres, database: str) -> tuple[Path, Path]:
    """Two folders of one warehouse: the same catalog, the same data."""
    places = Storage(f"postgres:{postgres.connection(database)}", str(tmp_path / "data"))
    for name in ("here", "there"):
        bind(tmp_path / name, places)
    return tmp_path / "here", tmp_path / "there"


@pytest.fixture
def here(ends: tuple[Path, Path]) -> Iterator[Lake]:
    con = prepare(ends[0])
    yield Lake(ends[0], con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0"))
    con.close()


def test_a_catalog_in_postgresql_is_loaded_and_read_from_every_folder_that_names_it(
    ends: tuple[Path, Path], here: Lake
) -> None:
    here.load(Inbox().add("a.txt", an_article(BODY)))
    reader = connect(ends[1], read_only=True)
    assert reader.execute("select title from article").fetchall() == [("Storm closes the harbour",)]
    assert folder_of(reader) == ends[1]
    assert audit(reader) == []
    assert migrate(here.con) == []
    assert not (ends[0] / "catalog.sqlite").exists()
    assert len(list((ends[0].parent / "data" / "main" / "fact_article").rglob("*.parquet"))) == 1


END = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from lake_builder import NOW, Inbox, Lake, an_article
from warehouse.ledger import begin_run, end_run
from warehouse.locks import run_lock
from warehouse.migrate import prepare
folder, end = Path(sys.argv[1]), sys.argv[3]
with run_lock(folder):
    con = prepare(folder)
    con.execute('set threads = 1')
    lake = Lake(folder, con, begin_run(con, inbox=f'/{end}', now=NOW, version='0.1.0'))
    print('ready', flush=True)
    sys.stdin.readline()
    for n in range(5):
        inbox = Inbox().add(f'{end}/{n}.txt', an_article(f'Ship {n} comes to {end}. The quay was full of people.'))
        shared = an_article(f'Both saw ship {n}. The harbour is open again, says the warden.', url=f'port.example/{n}')
        lake.load(inbox.add(f'shared/{n}.txt', shared))
    end_run(con, lake.run_id, state='completed', now=NOW, listed=10, unchanged=0)
"""


def test_two_ends_load_side_by_side_and_what_both_bring_is_one_article(ends: tuple[Path, Path]) -> None:
    prepare(ends[0]).close()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", END, str(folder), str(HERE), folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for folder in ends
    ]
    for end in running:
        assert end.stdout is not None
        assert end.stdout.readline() == "ready\n", end.stderr and end.stderr.read()
    # Both go on at once: neither was marked as dead when the other began.
    said = str(run_in_progress(ends[0]))
    assert [f"process {end.pid} since" in said for end in running] == [True, True]
    for end in running:
        assert end.stdin is not None
        end.stdin.write("go\n")
        end.stdin.flush()
    for end in running:
        _, errors = end.communicate(timeout=120)
        assert (end.returncode, errors) == (0, "")

    con = connect(ends[0], read_only=True)
    assert con.execute("select count(*), count(distinct url) from article").fetchall() == [(15, 5)]
    assert con.execute("select state, count(*) from ops.run group by state").fetchall() == [("completed", 2)]
    assert con.execute("select loaded, unchanged from ops.run order by run_id").fetchall() in (
        [(10, 0), (5, 5)],
        [(5, 5), (10, 0)],
        *[[(5 + n, 5 - n), (10 - n, n)] for n in range(1, 5)],
    )
    assert audit(con) == []
    assert run_in_progress(ends[0]) is None


def test_a_run_that_died_is_marked_by_the_next_one_and_one_that_goes_on_is_not(ends: tuple[Path, Path]) -> None:
    con = prepare(ends[0])
    with run_lock(ends[0]):
        alive = begin_run(con, inbox="/alive", now=NOW, version="0.1.0")
        with run_lock(ends[1]):
            dies = begin_run(connect(ends[1]), inbox="/dies", now=NOW, version="0.1.0")
            # The lock of `there` is dropped without an end of its run, as when its process is killed.
        with run_lock(ends[1]):
            begin_run(connect(ends[1]), inbox="/next", now=NOW, version="0.1.0")
        states = dict(con.execute("select run_id, state from ops.run").fetchall())
    assert (states[alive], states[dies]) == ("running", "interrupted")


HOLDER = """
import sys, time
from pathlib import Path
from warehouse.locks import commit_lock
with commit_lock(Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(60)
"""


def test_the_right_to_commit_is_one_for_all_folders_says_who_has_it_and_dies_with_its_process(
    ends: tuple[Path, Path], here: Lake
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(ends[1])], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = rf"process {holder.pid} since 2.* is writing to the warehouse in .*here; waited 0.2 s and did nothing"
        with pytest.raises(WarehouseBusy, match=told), transaction(here.con, "waits", wait_seconds=0.2):
            pass
        with pytest.raises(WarehouseBusy, match="waited 0 s"), commit_lock(ends[0], wait_seconds=0):
            pass
        holder.kill()
    with commit_lock(ends[0], wait_seconds=10):
        pass


def test_a_lock_lost_in_the_middle_rolls_the_transaction_back(here: Lake, postgres: Postgres, database: str) -> None:
    cut = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
    with pytest.raises(WarehouseBusy, match="broke; the transaction was rolled back"), transaction(here.con, "cut off"):
        here.con.execute("insert into dim_feed (feed_id, name) values (7, 'x')")
        postgres.execute(cut, database)
    assert here.rows("select count(*) from dim_feed where feed_id = 7") == [(0,)]


def test_a_commit_beside_the_lock_makes_the_other_fail_instead_of_being_tried_again(
    ends: tuple[Path, Path], here: Lake
) -> None:
    """What a committer that was killed after its COMMIT left the process can do to the one after it."""
    late = connect(ends[1])
    with pytest.raises(Exception, match="Failed to commit"), transaction(here.con, "overtaken"):
        here.con.execute("insert into dim_feed (feed_id, name) values (1, 'x')")
        late.execute("insert into dim_feed (feed_id, name) values (1, 'x')")
    assert here.rows("select count(*) from dim_feed where feed_id = 1") == [(1,)]
    late.close()


def grants(database: str) -> list[str]:
    """The README's lines for a role that reads."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = text.partition("<!-- reader -->\n```sql\n")[2].partition("```")[0]
    return [line for line in lines.replace("DATABASE", database).split(";\n") if line.strip()]


def test_a_role_that_may_only_read_reads_beside_a_load_and_cannot_write(
    tmp_path: Path, ends: tuple[Path, Path], here: Lake, postgres: Postgres, database: str
) -> None:
    here.load(Inbox().add("a.txt", an_article(BODY)))
    role = f"analyst_{database}"
    for line in grants(database):
        postgres.execute(line.replace("analyst", role), database)
    folder = tmp_path / "analyst"
    bind(folder, Storage(f"postgres:{postgres.connection(database, role)}", str(tmp_path / "data")))
    reader = open_read_only(folder)
    with transaction(here.con, "a load goes on"):
        here.con.execute("insert into dim_feed (feed_id, name) values (9, 'x')")
        with query(reader, "select title from article") as result:
            assert result.fetchall() == [("Storm closes the harbour",)]
        with query(reader, "select count(*) from dim_feed where feed_id = 9") as result:
            assert result.fetchall() == [(0,)]
    for statement in (
        "from __ducklake_metadata_lake.public.ducklake_snapshot",
        "from postgres_query('lake', 'select 1')",
        f"from postgres_scan('{postgres.connection(database)}', 'public', 'ducklake_snapshot')",
    ):
        with pytest.raises(QueryRefused), query(reader, statement):
            pass
    writer = connect(folder)
    with pytest.raises(Exception, match="permission denied"), transaction(writer, "not allowed"):
        writer.execute("insert into dim_feed (feed_id, name) values (2, 'y')")
    writer.close()
    for drop in (f"drop owned by {role}", f"drop role {role}"):
        postgres.execute(drop, database)


def test_the_password_comes_from_the_environment_and_is_nowhere_to_be_seen(
    tmp_path: Path, postgres: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role, password = f"loader_{database}", "tr0ub4dor-and-3"
    postgres.execute(f"create role {role} superuser login password '{password}'", database)
    rules = Path(postgres.host) / "pg_hba.conf"
    rules.write_text(f"local {database} {role} scram-sha-256\n" + rules.read_text())
    postgres.execute("select pg_reload_conf()")
    bind(tmp_path / "lake", Storage(f"postgres:{postgres.connection(database, role)}"))

    def attempt() -> str:
        try:
            con = prepare(tmp_path / "lake")
        except WarehouseBroken as error:
            return str(error)
        kept = json.dumps(con.execute("from duckdb_databases()").fetchall(), default=str)
        con.close()
        return "opened " + kept

    deadline = time.monotonic() + 20
    while "no password supplied" not in (told := attempt()) and time.monotonic() < deadline:
        time.sleep(0.2)  # the server reads its rules again when it gets to it
    assert "no password supplied" in told
    monkeypatch.setenv("PGPASSWORD", "wrong-" + password)
    wrong = attempt()
    assert "password authentication failed" in wrong
    monkeypatch.setenv("PGPASSWORD", password)
    opened = attempt()
    assert opened.startswith("opened ")
    assert password not in told + wrong + opened + (tmp_path / "lake" / "storage.json").read_text()
    postgres.execute(f"drop owned by {role} cascade", database)


@pytest.mark.parametrize(
    "catalog",
    [
        "postgres:host=db.example password=hunter2 dbname=news",
        "postgres:host=db.example sslpassword = hunter2",
        "postgres:postgresql://loader:hunter2@db.example/news",
        "postgres:postgresql://db.example/news?password=hunter2",
    ],
)
def test_a_password_in_the_setting_is_refused_and_not_repeated(catalog: str) -> None:
    with pytest.raises(StorageRefused, match="PGPASSWORD") as refused:
        Storage(catalog)
    assert "hunter2" not in str(refused.value)


def test_an_address_names_the_catalog_as_well(tmp_path: Path, postgres: Postgres, database: str) -> None:
    bind(tmp_path / "lake", Storage(f"postgres:postgresql://postgres@/{database}?host={postgres.host}"))
    prepare(tmp_path / "lake").close()
    with commit_lock(tmp_path / "lake"):
        pass


def test_a_database_without_a_warehouse_and_a_server_that_is_away_are_told_apart(
    tmp_path: Path, ends: tuple[Path, Path]
) -> None:
    with pytest.raises(NoWarehouse, match="`newslake run INBOX` makes one"):
        connect(ends[0], read_only=True)
    bind(tmp_path / "away", Storage(f"postgres:host={tmp_path} dbname=news"))
    with pytest.raises(WarehouseBroken, match="Look whether the server runs"):
        connect(tmp_path / "away", read_only=True)
    with pytest.raises(WarehouseBroken, match="Look whether the server runs"):
        prepare(tmp_path / "away")


def test_a_folder_that_names_other_data_for_the_same_catalog_is_refused(tmp_path: Path, here: Lake) -> None:
    bind(tmp_path / "astray", Storage(storage_of(here.folder).catalog))
    with pytest.raises(
        WarehouseBroken, match=rf"has its data in {tmp_path}/data/, .* name that place as storage\.data"
    ):
        connect(tmp_path / "astray")


def test_settings_that_name_other_places_than_the_folder_has_are_refused(tmp_path: Path, lake: Lake) -> None:
    before = sorted(lake.folder.iterdir())
    with pytest.raises(StorageRefused, match="keeps its catalog in SQLite and its data in its folder"):
        bind(lake.folder, Storage("postgres:dbname=news"))
    assert sorted(lake.folder.iterdir()) == before
    assert bind(lake.folder, Storage()) == Storage()
    elsewhere = Storage(data="s3://news/lake")
    assert bind(tmp_path / "new", elsewhere) == bind(tmp_path / "new", Storage()) == elsewhere
