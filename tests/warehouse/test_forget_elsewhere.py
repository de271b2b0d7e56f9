"""Forgetting with a catalog in PostgreSQL and data on S3: another host's folder keeps none of it either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from lake_builder import NOW, Lake
from storage_servers import S3, Postgres
from test_forget import BOUNDS, NEEDLES, end, fill, found_in, id_of, take_out

from warehouse.audit import audit
from warehouse.ledger import begin_run
from warehouse.migrate import prepare
from warehouse.search import search
from warehouse.search_index import manifest_of, update
from warehouse.storage import Storage, bind
from warehouse.upkeep import keep_up


@pytest.fixture
def elsewhere(
    tmp_path: Path, s3: S3, postgres: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Lake, Storage, str]]:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    bucket = s3.bucket()
    places = Storage(f"postgres:{postgres.connection(database)}", f"s3://{bucket}/x", s3.endpoint, "us-east-1", "path")
    bind(tmp_path / "elsewhere", places)
    con = prepare(tmp_path / "elsewhere")
    con.execute("set threads = 1")
    yield Lake(tmp_path / "elsewhere", con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")), places, bucket
    con.close()


def test_it_goes_from_postgresql_and_from_s3_and_from_the_index_of_another_host_as_well(
    elsewhere: tuple[Lake, Storage, str], s3: S3, postgres: Postgres, database: str, tmp_path: Path
) -> None:
    lake, places, bucket = elsewhere
    fill(lake)
    end(lake)
    another = tmp_path / "another"
    bind(another, places)
    other_con = prepare(another)
    assert (update(other_con).readings, found_in(another, "zzecond") != []) == (4, True)
    take_out(lake, article=id_of(lake, "a/secret.html"))
    take_out(lake, source="zzpaper.example")
    local = tmp_path / "objects"
    for found in s3.client().list_objects_v2(Bucket=bucket)["Contents"]:
        (local / found["Key"]).parent.mkdir(parents=True, exist_ok=True)
        s3.client().download_file(bucket, found["Key"], str(local / found["Key"]))
    assert found_in(local, *NEEDLES, "zzpaper", "zzshort") == []
    with psycopg.connect(postgres.connection(database)) as session:
        for table in ("ducklake_file_column_stats", "ducklake_table_column_stats"):
            rows = session.execute(f"select min_value, max_value from {table}").fetchall()
            assert [row for row in rows if "zz" in str(row).lower()] == []
    assert audit(lake.con) == []
    assert manifest_of(other_con).segments == ()
    assert [search(other_con, word).matched for word in ("zzecond", "ferries")] == [0, 1]
    (note,) = keep_up(other_con, **BOUNDS).notes
    assert note == "The search index was not of the lake as it stands: removed, the next search builds it."
    assert found_in(another, *NEEDLES) == []
    assert (update(other_con).readings, keep_up(other_con, **BOUNDS).notes) == (1, ())
    other_con.close()
