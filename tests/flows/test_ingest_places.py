"""Runs of the flow over inboxes that are no folders: what is unchanged is not read, and no credential is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from storage_servers import S3
from test_cli import newslake
from web_server import Web, web_server
from written_articles import article

from flows.pickup import NoInbox
from warehouse.audit import audit
from warehouse.lake import connect

pytestmark = pytest.mark.usefixtures("prefect_server", "lake")


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


def run(inbox: str | None, folder: Path, settings: str = "") -> Any:
    from flows.ingest import ingest

    file = folder / "newslake.toml"
    file.write_text(settings, encoding="utf-8")
    return ingest(inbox=inbox, warehouse=str(folder / "lake"), settings_file=str(file))


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    con = connect(folder / "lake", read_only=True)
    try:
        assert audit(con) == []
        return con.execute(query).fetchall()
    finally:
        con.close()


def test_objects_are_loaded_once_and_read_again_only_where_their_tag_changed(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    bucket, client = s3.bucket(), s3.client()
    for number in range(3):
        client.put_object(Bucket=bucket, Key=f"news/{number}.html", Body=article(number).encode())
    settings = f'[pickup]\ns3_endpoint = "{s3.endpoint}"\ns3_region = "us-east-1"\n[extraction]\nengine = "fast"\n'
    inbox = f"s3://{bucket}/news"
    assert run(inbox, tmp_path, settings).counts.loaded == 3
    client.put_object(Bucket=bucket, Key="news/0.html", Body=article(0).encode())  # a new time, the same tag
    client.put_object(Bucket=bucket, Key="news/1.html", Body=article(1).replace("Paragraph 5", "Paragraph V").encode())
    second = run(inbox, tmp_path, settings)
    assert (second.counts.picked_up, second.counts.articles_edited, second.counts.unchanged) == (1, 1, 2)
    assert run(inbox, tmp_path, settings).counts.picked_up == 0
    assert ask(tmp_path, "select inbox, listed from ops.run order by run_id") == [(inbox, 3)] * 3
    keys = ask(tmp_path, "select input_key, is_latest from ops.input order by input_id")
    assert keys == [("0.html", True), ("1.html", False), ("2.html", True), ("1.html", True)]


def test_pages_are_read_once_or_compared_by_their_bytes_and_a_list_that_is_gone_is_a_failed_run(
    web: Web, tmp_path: Path
) -> None:
    pages = [web.put(f"/{number}.html", article(number)) for number in range(2)]
    web.put("/list.txt", "\n".join(pages), "text/plain")
    settings = '[extraction]\nengine = "fast"\n'
    assert run(f"{web.address}/list.txt", tmp_path, settings).counts.loaded == 2
    web.asked.clear()
    second = run(f"{web.address}/list.txt", tmp_path, settings)
    assert (second.counts.picked_up, second.counts.unchanged, web.got()) == (0, 2, ["/list.txt"])
    web.tagged = False
    third = run(f"{web.address}/list.txt", tmp_path, settings)
    assert (third.counts.picked_up, third.counts.unchanged) == (0, 2)
    assert web.got() == ["/0.html", "/1.html", "/list.txt"]
    with pytest.raises(NoInbox, match="nothing is there"):
        run(f"{web.address}/gone.txt", tmp_path, settings)
    last = ask(tmp_path, "select state, message, listed from ops.run order by run_id desc limit 1")
    message = f"NoInbox: {web.address}/gone.txt: nothing is there; name an existing place of article files"
    assert last == [("failed", message, 0)]
    assert ask(tmp_path, "select cause from ops.alert order by alert_id desc limit 1") == [("run_failed",)]


def test_a_password_in_the_address_of_the_inbox_is_in_no_table_no_file_and_no_output(
    web: Web, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.command_run import run_once
    from flows.settings import load

    web.put("/list.txt", f"{web.put('/1.html', article(1))}\n{web.address}/gone.html", "text/plain")
    monkeypatch.setenv("NEWSLAKE_INBOX", "")
    address = web.address.replace("http://", "http://reader:s3cretword@") + "/list.txt"
    lake = tmp_path / "lake"
    status = run_once(
        load(environ={}), address, lake, "a test", settings_file=None, verify=False, strict=False, as_json=True
    )
    os.environ["NEWSLAKE_INBOX"] = ""
    assert status == 0
    out, err = capfd.readouterr()
    assert '"loaded": 1' in out
    assert f"inbox {web.address.replace('http://', 'http://***@')}/list.txt" in err
    assert "s3cretword" not in out + err
    told = [path for path in lake.rglob("*") if path.is_file() and b"s3cretword" in path.read_bytes()]
    assert told == []
    assert ask(tmp_path, "select inbox from ops.run")[0][0].endswith(
        "***@" + web.address.removeprefix("http://") + "/list.txt"
    )


def test_a_password_in_the_address_of_an_inbox_that_is_gone_is_not_in_what_prefect_keeps_of_the_failure(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL")  # a server of the run's own, whose files lie in the warehouse
    address = web.address.replace("http://", "http://reader:s3cretword@")
    said = newslake("run", f"{address}/gone.txt", "--warehouse", tmp_path / "lake")
    assert (said.returncode, "nothing is there" in said.stderr) == (1, True)
    kept = [path for path in (tmp_path / "lake").rglob("*") if path.is_file()]
    assert any(b"NoInbox" in path.read_bytes() for path in kept if path.name.startswith("prefect.db"))
    assert [path for path in kept if b"s3cretword" in path.read_bytes()] == []
    assert "s3cretword" not in said.stdout + said.stderr
