"""A warehouse whose catalog is in PostgreSQL and whose data are on S3, through the command line alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import duckdb
import pytest
from storage_servers import S3, Postgres, s3_server
from test_cli import newslake
from written_articles import write_articles

from flows.machine_faults import in_words
from flows.places import Access
from flows.staging import written
from transforms.staged import SCHEMA
from warehouse.migrate import prepare
from warehouse.storage import Storage, bind

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_run_sql_run_again_and_audit_with_both_elsewhere(
    tmp_path: Path, s3: S3, postgres: Postgres, database: str
) -> None:
    write_articles(tmp_path / "inbox", range(3))
    bucket = s3.bucket()
    settings = tmp_path / "newslake.toml"
    settings.write_text(
        f'[storage]\ncatalog = "postgres:{postgres.connection(database)}"\ndata = "s3://{bucket}/news"\n'
        f's3_endpoint = "{s3.endpoint}"\ns3_url_style = "path"\n',
        encoding="utf-8",
    )
    place = ("--warehouse", tmp_path / "lake", "--settings", settings)

    first = newslake("run", tmp_path / "inbox", *place, "--json", **s3.environ)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["articles_new"] == 3
    again = newslake("run", tmp_path / "inbox", *place, "--json", **s3.environ)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["unchanged"] == 3

    # The folder knows its places: no settings are needed to read it.
    counted = newslake("sql", "select count(*) from article", "--warehouse", tmp_path / "lake", **s3.environ)
    assert (counted.stdout, counted.stderr) == ("count_star()\n3\n", "")
    audited = newslake("audit", *place, "--json", **s3.environ)
    assert (audited.returncode, json.loads(audited.stdout)["differences"]) == (0, [])
    without_keys = newslake("sql", "select 1", "--warehouse", tmp_path / "lake", AWS_ACCESS_KEY_ID="")
    assert without_keys.returncode == 1
    assert "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in without_keys.stderr

    settings.write_text('[storage]\ncatalog = "postgres:dbname=elsewhere"\n', encoding="utf-8")
    refused = newslake("status", *place, **s3.environ)
    assert refused.returncode == 2
    assert "take [storage] out, name another folder" in refused.stderr

    written = "".join(path.read_text(errors="replace") for path in (tmp_path / "lake").rglob("*") if path.is_file())
    assert s3.environ["AWS_SECRET_ACCESS_KEY"] not in written


def test_a_catalog_that_goes_away_in_a_run_fails_it_and_the_next_run_loads_all(
    tmp_path: Path, postgres: Postgres, database: str
) -> None:
    write_articles(tmp_path / "inbox", range(8))
    settings = tmp_path / "newslake.toml"
    settings.write_text(f'[storage]\ncatalog = "postgres:{postgres.connection(database)}"\n', encoding="utf-8")
    place = ("--warehouse", tmp_path / "lake", "--settings", settings)
    done = threading.Event()

    def end_sessions() -> None:
        """From the moment on in which rows are staged, no session of the catalog lives long."""
        while not done.wait(0.02):
            if any((tmp_path / "lake" / "staging").glob("run-*")):
                postgres.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'")

    ending = threading.Thread(target=end_sessions)
    ending.start()
    try:
        failed = newslake("run", tmp_path / "inbox", *place)
    finally:
        done.set()
        ending.join()
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    again = newslake("run", tmp_path / "inbox", *place, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["articles_new"] == 8


def test_a_catalog_that_went_away_is_named_with_what_to_do(tmp_path: Path, postgres: Postgres, database: str) -> None:
    bind(tmp_path, Storage(catalog=f"postgres:{postgres.connection(database)}"))
    con = prepare(tmp_path)
    con.execute("select count(*) from ops.run").fetchall()
    postgres.execute(f"alter database {database} allow_connections false")
    postgres.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'")
    with pytest.raises(duckdb.Error) as raised:
        con.execute("select count(*) from ops.batch").fetchall()
    con.close()
    said = in_words(raised.value, tmp_path)
    assert said is not None
    assert said.startswith(f"PostgreSQL, which has the catalog of the warehouse in {tmp_path}, went away. What was in")


def test_a_store_that_does_not_answer_is_named_with_its_setting(tmp_path: Path) -> None:
    write_articles(tmp_path / "inbox", range(2))
    with s3_server() as own:
        settings = tmp_path / "newslake.toml"
        settings.write_text(
            f'[storage]\ndata = "s3://{own.bucket()}/news"\ns3_endpoint = "{own.endpoint}"\ns3_url_style = "path"\n',
            encoding="utf-8",
        )
        place = ("--warehouse", tmp_path / "lake", "--settings", settings)
        assert newslake("run", tmp_path / "inbox", *place, **own.environ).returncode == 0
    failed = newslake("run", tmp_path / "inbox", *place, **own.environ)
    assert failed.returncode == 1
    assert f"The store that has the data of the warehouse in {tmp_path / 'lake'} does not answer." in failed.stderr
    assert own.environ["AWS_SECRET_ACCESS_KEY"] not in failed.stderr


def test_staging_in_a_bucket_that_is_not_there_is_named_with_its_setting(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(
        OSError, match=r"^\[Errno 2\] s3://no-such-bucket/staging/chunk-0\.arrows: nothing can be staged"
    ):
        written("s3://no-such-bucket/staging/chunk-0.arrows", [SCHEMA.empty_table()], Access(s3.endpoint))
