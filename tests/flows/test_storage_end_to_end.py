"""A warehouse whose catalog is in PostgreSQL and whose data are on S3, through the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from storage_servers import S3, Postgres
from test_cli import newslake
from written_articles import write_articles

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
