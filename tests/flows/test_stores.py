"""Inboxes that are no folders: S3 from a real server, any other store that fsspec knows, and pages of the web."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from storage_servers import S3
from web_server import Web, web_server
from written_articles import article

from flows import stores
from flows.extraction import Extractor
from flows.listing import Inbox
from flows.pickup import NoInbox, list_inbox
from flows.places import Access, file_system
from flows.reading import Job, Limits


@pytest.fixture
def access(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Access:
    """How the S3 server of the tests is reached; its keys stand in the environment."""
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    return Access(s3_endpoint=s3.endpoint, s3_region="us-east-1", seconds=5)


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


def keys(inbox: Inbox) -> list[str]:
    return [file.file_key for file in inbox.sorted() if file.problem is None]


def reasons(inbox: Inbox) -> dict[str, str]:
    return {file.file_key: file.problem[0] for file in inbox.sorted() if file.problem}


def read(inbox: Inbox, access: Access, *, seconds: float = 60) -> dict[str, dict[str, Any]]:
    job = Job(
        datetime(2026, 11, 22, tzinfo=UTC), (), Limits(seconds, 1024, 1), keep_raw=True, engine="fast", access=access
    )
    with Extractor(job, workers=1) as extractor:
        tables = list(extractor.read(inbox.sorted(), lambda _files, _size: None))
    return {row["input_key"]: row for table in tables for row in table.to_pylist()}


def test_the_objects_below_a_prefix_are_listed_with_size_time_and_tag(s3: S3, access: Access) -> None:
    bucket, client = s3.bucket(), s3.client()
    for name in ("news/b.html", "news/a/c.html", "news/.hidden", "newsroom/x.html", "news/folder/"):
        client.put_object(Bucket=bucket, Key=name, Body=b"text" if not name.endswith("/") else b"")
    inbox = list_inbox(f"s3://{bucket}/news/", (".*",), access)
    assert (keys(inbox), inbox.ignored) == (["a/c.html", "b.html"], 1)
    row = inbox.entries.sort_by("file_key").to_pylist()[1]
    assert (row["file_key"], row["size"], row["etag"]) == ("b.html", 4, "1cb251ec0d568de6a929b520c4aed8d1")
    assert abs(row["mtime_ns"] / 1e9 - datetime.now(UTC).timestamp()) < 120


def test_a_listing_goes_on_from_page_to_page(s3: S3, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PAGE_KEYS", 3)
    bucket, client = s3.bucket(), s3.client()
    for number in range(7):
        client.put_object(Bucket=bucket, Key=f"{number}.txt", Body=b"text")
    assert keys(list_inbox(f"s3://{bucket}", (), access)) == [f"{number}.txt" for number in range(7)]


def test_one_object_is_an_inbox_too_and_an_empty_prefix_an_empty_one(s3: S3, access: Access) -> None:
    bucket = s3.bucket()
    s3.client().put_object(Bucket=bucket, Key="news/a.html", Body=b"text")
    assert keys(list_inbox(f"s3://{bucket}/news/a.html", (), access)) == ["a.html"]
    assert keys(list_inbox(f"s3://{bucket}/nothing", (), access)) == []


def test_odd_keys_are_printable_and_can_be_read(s3: S3, access: Access) -> None:
    bucket, client = s3.bucket(), s3.client()
    for name in ("in/tab\there#1.txt", "in/é & ü?.txt"):
        client.put_object(
            Bucket=bucket, Key=name, Body=("The ferry runs again from Monday, it was said. " * 9).encode()
        )
    rows = read(list_inbox(f"s3://{bucket}/in", (), access), access)
    assert {key: row["outcome"] for key, row in rows.items()} == {
        "tab\\u{9}here\\#1.txt": "article",
        "é & ü?.txt": "article",
    }


def test_keys_that_lead_out_are_accounted_for_and_never_opened(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The S3 server of the tests takes no such keys; a store that does answers like this."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    found = "".join(
        f"<Contents><Key>in/{key}</Key><LastModified>2026-03-01T00:00:00.000Z</LastModified><ETag>&quot;t&quot;</ETag>"
        "<Size>4</Size></Contents>"
        for key in ("../../etc/passwd", "/etc/passwd", "a/./b.txt", "a/..%0A.txt", "plain.txt")
    )
    web.put("/news", f"<ListBucketResult><EncodingType>url</EncodingType>{found}</ListBucketResult>", "text/xml")
    access = Access(s3_endpoint=web.address, s3_region="us-east-1", seconds=5)
    inbox = list_inbox("s3://news/in", (), access)
    assert reasons(inbox) == {"../../etc/passwd": "unsafe_key", "/etc/passwd": "unsafe_key", "a/./b.txt": "unsafe_key"}
    assert keys(inbox) == ["a/..\\u{a}.txt", "plain.txt"]
    web.asked.clear()
    rows = read(inbox, access)
    assert rows["../../etc/passwd"]["outcome"] == "failed"
    assert not [path for _, path in web.asked if "passwd" in path]


def test_an_object_is_read_with_its_sidecar_and_the_sidecar_is_no_input(s3: S3, access: Access) -> None:
    bucket, client = s3.bucket(), s3.client()
    client.put_object(Bucket=bucket, Key="a.txt", Body=b"The ferry between the ports runs again from Monday. " * 9)
    client.put_object(Bucket=bucket, Key="a.txt.meta.json", Body=b'{"url": "https://quay-gazette.example/ferry"}')
    client.put_object(Bucket=bucket, Key="b.txt", Body=b"Harbour fees rise by a tenth from May, says the town. " * 9)
    client.put_object(Bucket=bucket, Key="lonely.meta.json", Body=b"{}")
    inbox = list_inbox(f"s3://{bucket}", (), access)
    assert [(file.file_key, file.has_sidecar) for file in inbox.sorted()] == [
        ("a.txt", True),
        ("b.txt", False),
        ("lonely.meta.json", False),
    ]
    rows = read(inbox, access)
    assert (rows["a.txt"]["url"], rows["a.txt"]["etag"]) == (
        "https://quay-gazette.example/ferry",
        inbox.sorted()[0].etag,
    )
    assert rows["b.txt"]["outcome"] == "article"


def test_an_object_that_is_too_large_is_refused_after_its_limit(s3: S3, access: Access) -> None:
    bucket = s3.bucket()
    s3.client().put_object(Bucket=bucket, Key="huge.txt", Body=b"x" * (2**20 + 100))
    row = read(list_inbox(f"s3://{bucket}", (), access), access)["huge.txt"]
    assert (row["reason"], row["size"], row["raw"]) == ("too_large", 2**20 + 100, None)


def test_what_changed_or_vanished_since_the_listing_is_told_apart(s3: S3, access: Access) -> None:
    bucket, client = s3.bucket(), s3.client()
    for name in ("changed.txt", "shorter.txt", "gone.txt", "kept.txt"):
        client.put_object(Bucket=bucket, Key=name, Body=f"The ferry of {name} runs again from Monday on. ".encode() * 9)
    inbox = list_inbox(f"s3://{bucket}", (), access)
    client.put_object(Bucket=bucket, Key="changed.txt", Body=b"The ferry of another port runs again on Friday. " * 30)
    client.put_object(Bucket=bucket, Key="shorter.txt", Body=b"")
    client.delete_object(Bucket=bucket, Key="gone.txt")
    found = {key: row["reason"] or row["outcome"] for key, row in read(inbox, access).items()}
    assert found == {
        "changed.txt": "changed_while_read",
        "gone.txt": "vanished",
        "kept.txt": "article",
        "shorter.txt": "changed_while_read",
    }


def test_a_bucket_that_is_not_there_and_keys_without_rights_are_errors_that_name_the_place(
    s3: S3, access: Access
) -> None:
    with pytest.raises(NoInbox, match=r"^s3://nosuchbucket/x: nothing is there; name an existing place"):
        list_inbox("s3://nosuchbucket/x", (), access)
    nobody = Access(s3_endpoint="http://127.0.0.1:9", seconds=0.2)
    with pytest.raises(NoInbox) as error:
        list_inbox("s3://AKIAKEY:s3cret@bucket/x", (), nobody)
    assert str(error.value) == (
        "s3://***@bucket/x: the server could not be reached; nothing was read, the next run tries again"
    )


def test_keys_in_the_address_reach_the_store_and_nothing_else(
    s3: S3, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in s3.environ:
        monkeypatch.delenv(name, raising=False)
    bucket = s3.bucket()
    s3.client().put_object(Bucket=bucket, Key="a.txt", Body=b"The ferry between the ports runs again on Monday. " * 9)
    access = Access(s3_endpoint=s3.endpoint, s3_region="us-east-1", seconds=5)
    with caplog.at_level(logging.INFO):
        inbox = list_inbox(f"s3://AKIAOTHER:s3%2Fcret@{bucket}", (), access)
        rows = read(inbox, access)
    assert rows["a.txt"]["outcome"] == "article"
    told = f"{inbox!r} {inbox.sorted()!r} {inbox.entries.to_pylist()} {rows} {caplog.text}"
    assert "AKIAOTHER" not in told
    assert "cret@" not in told


def test_any_other_store_of_fsspec_is_an_inbox() -> None:
    system, _ = file_system("memory://harbour", Access())
    text = b"The ferry between the two ports runs again from Monday, the harbour office said. " * 6
    for name in ("/harbour/in/a.txt", "/harbour/in/deep/b.txt", "/harbour/other.txt"):
        system.pipe_file(name, text)
    try:
        inbox = list_inbox("memory://harbour/in")
        assert [(file.file_key, file.size) for file in inbox.sorted()] == [("a.txt", 486), ("deep/b.txt", 486)]
        assert keys(list_inbox("memory://harbour/other.txt")) == ["other.txt"]
    finally:
        system.rm("/harbour", recursive=True)


def test_a_folder_of_a_store_that_cannot_be_listed_is_an_error_and_no_empty_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system, _ = file_system("memory://quay", Access())
    system.pipe_file("/quay/in/a.txt", b"The ferry runs again.")
    system.pipe_file("/quay/in/deep/b.txt", b"The ferry runs again.")
    listed = type(system).ls

    def down(self: Any, path: str, detail: bool = True, **more: Any) -> Any:
        if path.endswith("/deep"):
            raise OSError("the store did not answer")
        return listed(self, path, detail=detail, **more)

    monkeypatch.setattr(type(system), "ls", down)
    try:
        with pytest.raises(NoInbox, match="memory://quay/in"):
            list_inbox("memory://quay/in")
    finally:
        monkeypatch.undo()
        system.rm("/quay", recursive=True)


def test_a_version_tag_is_the_same_however_a_store_writes_it() -> None:
    assert {stores.tag_of(found) for found in ({"ETag": '"a1"'}, {"etag": "a1"}, {"etag": '"a1"'})} == {"a1"}
    assert stores.tag_of({"name": "a.html"}) is None


def test_a_comment_of_a_list_may_stand_anywhere(web: Web) -> None:
    page = web.put("/1.html", article(1))
    inbox = list_inbox(web.put("/list.txt", f"   # those of today\n{page}\n  # no more\n", "text/plain"))
    assert (keys(inbox), reasons(inbox)) == ([page], {})


def test_a_list_on_the_web_is_an_inbox_of_its_pages(web: Web) -> None:
    first = web.put("/news/1.html", article(1))
    second = web.put("/news/2?page=2", article(2))
    web.put("/list.txt", f"# pages\n{first}\n\n{second}#top\n{first}\nnot an address\nftp://x/y\n", "text/plain")
    inbox = list_inbox(f"{web.address}/list.txt")
    assert keys(inbox) == [first, second]
    assert reasons(inbox) == {"line 6: not an address": "not_an_address", "line 7: ftp://x/y": "not_an_address"}
    assert web.got() == ["/list.txt"]
    rows = read(inbox, Access(seconds=5))
    assert web.got() == ["/news/1.html", "/news/2?page=2"]
    assert [rows[first]["title"], rows[first]["size"]] == [
        "Council of district 1 votes on its harbour",
        len(article(1).encode()),
    ]
    assert rows[first]["etag"] is not None


def test_one_page_is_an_inbox_too_and_a_list_that_is_not_there_an_error(web: Web) -> None:
    page = web.put("/one.html", article(1))
    assert keys(list_inbox(page)) == [page]
    with pytest.raises(NoInbox, match=r"gone\.txt: nothing is there"):
        list_inbox(f"{web.address}/gone.txt")


def test_the_encoding_that_a_server_names_is_believed_where_the_page_names_none(web: Web) -> None:
    text = "<html><head><title>Die Fähre fährt</title></head><body><article><p>" + "Die Fähre fährt über. " * 40
    web.pages["/a.html"] = (text.encode("cp1252"), "text/html; charset=windows-1252")
    rows = read(list_inbox(f"{web.address}/a.html"), Access(seconds=5))
    assert next(iter(rows.values()))["title"] == "Die Fähre fährt"


def test_a_page_that_is_gone_or_whose_server_is_silent_has_failed_and_its_neighbour_is_read(web: Web) -> None:
    good, slow = web.put("/good.html", article(1)), web.put("/slow.html", article(2))
    web.silent.add("/slow.html")
    web.put("/list.txt", f"{good}\n{web.address}/gone.html\n{slow}\n", "text/plain")
    rows = read(list_inbox(f"{web.address}/list.txt"), Access(seconds=1))
    assert {key.removeprefix(web.address): row["reason"] or row["outcome"] for key, row in rows.items()} == {
        "/good.html": "article",
        "/gone.html": "vanished",
        "/slow.html": "unreadable",
    }
    assert rows[slow]["detail"] == f"{slow}: the server gave no answer in time; the next run tries again"


def test_credentials_of_a_page_reach_its_server_and_no_row(web: Web) -> None:
    web.put("/a.html", article(1).replace("<link rel='canonical' href='https://quay-gazette.example/news/1'>", ""))
    address = web.address.replace("http://", "http://user:s3cret@")
    inbox = list_inbox(f"{address}/a.html")
    rows = read(inbox, Access(seconds=5))
    assert web.authorization == {"Basic dXNlcjpzM2NyZXQ="}
    assert list(rows) == [f"{web.address.replace('http://', 'http://***@')}/a.html"]
    assert "s3cret" not in f"{rows}{inbox!r}{inbox.sorted()!r}"


def test_pages_whose_addresses_differ_in_their_credentials_only_are_told_of(web: Web) -> None:
    web.put("/a.html", article(1))
    lines = [f"{web.address}/a.html?token=one", f"{web.address}/a.html?token=two"]
    web.put("/list.txt", "\n".join(lines), "text/plain")
    inbox = list_inbox(f"{web.address}/list.txt")
    assert keys(inbox) == [f"{web.address}/a.html?token=***"]
    assert reasons(inbox) == {f"line 2: {web.address}/a.html?token=***": "same_address"}


def test_a_list_that_never_ends_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "LIST_BYTES", 100_000)
    web.put("/list.txt", "https://quay-gazette.example/news\n" * 10_000, "text/plain")
    with pytest.raises(NoInbox, match=r"list.txt: is a list of more than \d+ MB; nothing was read"):
        list_inbox(f"{web.address}/list.txt")


def test_a_file_url_is_read_as_the_folder_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    assert keys(list_inbox(tmp_path.as_uri())) == ["a.txt"]
