"""Data on S3, on a real server of the loopback: loaded, read, changed; and nothing else there within reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lake_builder import NOW, Inbox, Lake, an_article
from storage_servers import S3, Postgres

from warehouse.audit import audit
from warehouse.errors import QueryRefused, StorageRefused
from warehouse.lake import connect, transaction
from warehouse.ledger import begin_run
from warehouse.migrate import prepare
from warehouse.read_only import open_read_only, query, refuse_unsafe
from warehouse.storage import Storage, bind

BODY = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    return s3.bucket()


@pytest.fixture
def on_s3(tmp_path: Path, s3: S3, bucket: str) -> Iterator[Lake]:
    folder = tmp_path / "lake"
    bind(folder, Storage(data=f"s3://{bucket}/news", s3_endpoint=s3.endpoint, s3_url_style="path"))
    con = prepare(folder)
    con.execute("set threads = 1")
    yield Lake(folder, con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0"))
    con.close()


def keys(s3: S3, bucket: str) -> list[str]:
    return [found["Key"] for found in s3.client().list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_a_lake_on_s3_loads_reads_and_audits_and_keeps_no_data_in_its_folder(on_s3: Lake, s3: S3, bucket: str) -> None:
    on_s3.load(Inbox().add("a.txt", an_article(BODY, url="port.example/1")))
    on_s3.load(Inbox().add("b.txt", an_article(BODY + " The warden agrees.", url="port.example/1")))
    reader = connect(on_s3.folder, read_only=True)
    assert reader.execute("select title, revision from article").fetchall() == [("Storm closes the harbour", 2)]
    assert audit(reader) == []
    reader.close()
    assert not (on_s3.folder / "data").exists()
    assert {key.split("/")[0] for key in keys(s3, bucket)} == {"news"}
    # A reading each, and the first again, which is not the current one any more.
    stored = [key for key in keys(s3, bucket) if key.startswith("news/main/fact_article/")]
    assert len(stored) == 3


def test_a_batch_that_fails_on_s3_leaves_nothing_of_it_in_the_lake(on_s3: Lake) -> None:
    with pytest.raises(RuntimeError, match="half way"), transaction(on_s3.con, "half a thing"):
        on_s3.con.execute("insert into dim_feed (feed_id, name) values (1, 'x')")
        raise RuntimeError("half way")
    assert on_s3.rows("select count(*) from dim_feed") == [(1,)]


def test_the_read_only_surface_reaches_the_lake_and_neither_keys_nor_other_objects(
    on_s3: Lake, s3: S3, bucket: str
) -> None:
    on_s3.load(Inbox().add("a.txt", an_article(BODY)))
    other = s3.bucket()
    s3.client().put_object(Bucket=other, Key="a.csv", Body=b"a\n1\n")
    s3.client().put_object(Bucket=bucket, Key="beside.csv", Body=b"a\n1\n")
    reader = open_read_only(on_s3.folder)
    with query(reader, "select title from article") as result:
        assert result.fetchall() == [("Storm closes the harbour",)]
    for statement in (
        "from duckdb_secrets()",
        "select * from which_secret('s3://x/y', 's3')",
        f"from 's3://{other}/a.csv'",
        f"from read_csv('s3://{other}/a.csv')",
        f"from read_text('s3://{bucket}/beside.csv')",
        f"from glob('s3://{bucket}/news/**')",
        f"from read_parquet('s3://{bucket}/news/main/**')",
        f"copy (select 1) to 's3://{bucket}/news/x.parquet'",
        "create secret (type s3, key_id 'x', secret 'y')",
        "set s3_endpoint = 'elsewhere.example'",
        "select current_setting('s3_secret_access_key')",
        "select getenv('AWS_SECRET_ACCESS_KEY')",
    ):
        with pytest.raises(QueryRefused) as refused, query(reader, statement):
            pass
        assert s3.environ["AWS_SECRET_ACCESS_KEY"] not in str(refused.value)
    # The second fence, without the first: the connection itself opens nothing beside the lake's prefix.
    for statement in (
        f"from 's3://{other}/a.csv'",
        f"from 's3://{bucket}/beside.csv'",
        "from 'http://127.0.0.1/x.csv'",
    ):
        with pytest.raises(Exception, match="disabled by configuration"):
            reader.execute(statement)
    assert refuse_unsafe(reader, "select 1") == "select 1"
    reader.close()


def test_no_keys_wrong_keys_and_a_bucket_that_is_not_there_each_say_so_without_the_keys(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Storage(data="s3://news-that-nobody-made/lake", s3_endpoint=s3.endpoint, s3_url_style="path")
    bind(tmp_path / "lake", places)
    with pytest.raises(StorageRefused, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        prepare(tmp_path / "lake")
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match="news-that-nobody-made") as failed:
        prepare(tmp_path / "lake")
    assert s3.environ["AWS_SECRET_ACCESS_KEY"] not in str(failed.value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "it's a secret")
    with pytest.raises(Exception, match="news-that-nobody-made") as failed:
        prepare(tmp_path / "lake")
    assert "it's a secret" not in str(failed.value)


def test_catalog_in_postgresql_and_data_on_s3_together(
    tmp_path: Path, s3: S3, bucket: str, postgres: Postgres, database: str
) -> None:
    places = Storage(
        f"postgres:{postgres.connection(database)}", f"s3://{bucket}/news", s3.endpoint, "us-east-1", "path"
    )
    for name in ("here", "there"):
        bind(tmp_path / name, places)
    con = prepare(tmp_path / "here")
    Lake(tmp_path / "here", con, begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")).load(
        Inbox().add("a.txt", an_article(BODY))
    )
    con.close()
    reader = open_read_only(tmp_path / "there")
    with query(reader, "select title from article") as result:
        assert result.fetchall() == [("Storm closes the harbour",)]
    assert audit(connect(tmp_path / "there", read_only=True)) == []
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["staging", "storage.json"]
    reader.close()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"data": "gs://news"}, "s3://BUCKET/PREFIX"),
        ({"data": "s3://"}, "s3://BUCKET/PREFIX"),
        ({"data": "s3://news/it's"}, "s3://BUCKET/PREFIX"),
        ({"data": "here"}, "relative path"),
        ({"s3_endpoint": "127.0.0.1:9000"}, "http"),
        ({"s3_endpoint": "http://me:hunter2@s3.example"}, "without user"),
        ({"s3_endpoint": "https://s3.example/path"}, "without user"),
        ({"s3_url_style": "other"}, "path nor vhost"),
        ({"catalog": "mysql:host=x"}, "neither sqlite nor postgres"),
    ],
)
def test_places_that_cannot_be_meant_are_refused_by_name(fields: dict[str, str], said: str) -> None:
    with pytest.raises(StorageRefused, match=said) as refused:
        Storage(**fields)
    assert "hunter2" not in str(refused.value)
