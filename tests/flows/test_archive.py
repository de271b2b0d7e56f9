"""The archive: what is loaded is moved there after its commit; what is refused stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from storage_servers import S3
from written_articles import article, write_articles

from flows.archive import Archive, archive_of
from flows.pickup import list_inbox
from flows.places import Access
from flows.settings import SettingsError, load
from warehouse.audit import audit
from warehouse.lake import connect

KEEP = '[extraction]\nengine = "fast"\n[pickup]\n'
ARCHIVE = KEEP + 'after_load = "archive"\n'
GOOD_LINE = '{"title": "Ferry returns", "text": "%s"}\n' % (
    "The ferry between the ports runs again from Monday on. " * 6
)


def run(inbox: str, folder: Path, settings: str) -> Any:
    from flows.ingest import ingest

    file = folder / "newslake.toml"
    file.write_text(settings, encoding="utf-8")
    summary = ingest(inbox=inbox, warehouse=str(folder / "lake"), settings_file=str(file))
    con = connect(folder / "lake", read_only=True)
    assert audit(con) == []
    con.close()
    return summary


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.usefixtures("prefect_server", "lake")
def test_what_is_loaded_is_archived_under_its_name_and_what_is_refused_stays(tmp_path: Path) -> None:
    inbox, archive = tmp_path / "inbox", tmp_path / "archive"
    write_articles(inbox / "gazette", range(3))
    (inbox / "gazette/0000.html.meta.json").write_text('{"url": "https://quay-gazette.example/news/0"}')
    (inbox / "gazette/0001.html.meta.json").write_text("{}")
    (inbox / "copy.html").write_text(article(0), encoding="utf-8")
    (inbox / "empty.html").write_bytes(b"")
    (inbox / "half.jsonl").write_text(GOOD_LINE + "{broken\n")
    (inbox / "whole.jsonl").write_text(GOOD_LINE.replace("ferry", "tram"))
    (inbox / "link.html").symlink_to("gazette/0001.html")
    (inbox / "link.html.meta.json").write_text("{}")
    everything = below(inbox)
    assert run(str(inbox), tmp_path, KEEP).counts.archived == 0
    assert below(inbox) == everything

    # As a run leaves it that was killed after its commit, having moved the first sidecar; then somebody edits a file.
    (archive / "gazette").mkdir(parents=True)
    (inbox / "gazette/0000.html.meta.json").rename(archive / "gazette/0000.html.meta.json")
    listed = list_inbox(inbox)
    (inbox / "gazette/0002.html").write_text(article(2).replace("Paragraph 5", "Paragraph V"), encoding="utf-8")
    mover = Archive(str(archive), Access())
    mover.take(connect(tmp_path / "lake"), listed)
    assert (mover.archived, mover.left) == (5, 0)
    assert below(inbox) == ["empty.html", "gazette/0002.html", "half.jsonl"]
    assert below(archive) == [
        "copy.html",
        "gazette/0000.html",
        "gazette/0000.html.meta.json",
        "gazette/0001.html",
        "gazette/0001.html.meta.json",
        "link.html",
        "link.html.meta.json",
        "whole.jsonl",
    ]
    assert (archive / "link.html").read_text() == article(1)

    # The edited file is a new revision, and a file that comes again under an archived name does not overwrite it.
    (inbox / "copy.html").write_text(article(7), encoding="utf-8")
    summary = run(str(inbox), tmp_path, f'{ARCHIVE}archive = "archive"\n')
    assert (summary.counts.articles_edited, summary.counts.articles_new, summary.counts.archived) == (1, 1, 2)
    assert below(inbox) == ["empty.html", "half.jsonl"]
    (again,) = archive.glob("copy.????????????????????????????????.html")
    assert [(archive / "copy.html").read_text(), again.read_text()] == [article(0), article(7)]


@pytest.mark.usefixtures("prefect_server", "lake")
def test_loaded_objects_are_archived_with_their_sidecars_and_refused_ones_stay(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    bucket, client = s3.bucket(), s3.client()

    def there() -> list[str]:
        return [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]

    client.put_object(Bucket=bucket, Key="in/a/1.html", Body=article(1).encode())
    client.put_object(Bucket=bucket, Key="in/a/1.html.meta.json", Body=b"{}")
    client.put_object(Bucket=bucket, Key="in/2.html", Body=article(2).encode())
    client.put_object(Bucket=bucket, Key="in/empty.html", Body=b"")
    client.put_object(Bucket=bucket, Key="done/2.html", Body=b"something else")
    place = f's3_endpoint = "{s3.endpoint}"\ns3_region = "us-east-1"\n'
    summary = run(f"s3://{bucket}/in", tmp_path, f'{ARCHIVE}archive = "s3://{bucket}/done"\n{place}')
    assert (summary.counts.loaded, summary.counts.quarantined, summary.counts.archived) == (2, 1, 2)
    keys = there()
    (second,) = (key for key in keys if key.startswith("done/2.") and key != "done/2.html")
    assert keys == sorted(["done/2.html", second, "done/a/1.html", "done/a/1.html.meta.json", "in/empty.html"])
    assert client.get_object(Bucket=bucket, Key=second)["Body"].read() == article(2).encode()


@pytest.mark.parametrize(
    ("inbox", "archive", "message"),
    [
        ("inbox", "", "pickup.archive: empty; name the folder or prefix that loaded inputs are moved to"),
        ("inbox", "inbox/done", "lie one in the other; name a place beside it"),
        ("inbox", "inbox/../inbox", "lie one in the other"),
        ("inbox", "s3://bucket/done", "is no place of the same kind as the inbox"),
        ("s3://bucket/in", "done", "is no place of the same kind as the inbox s3://bucket/in"),
        ("s3://bucket/in", "s3://bucket/in/done", "lie one in the other"),
        ("https://user:s3cret@x.example/list.txt", "done", r"https://\*\*\*@x.example/list.txt can't be archived"),
    ],
)
def test_an_archive_that_cannot_be_this_inbox_s_is_an_error_that_says_why(
    tmp_path: Path, inbox: str, archive: str, message: str
) -> None:
    file = tmp_path / "newslake.toml"
    file.write_text(f'[pickup]\nafter_load = "archive"\narchive = "{archive}"\n')
    loaded = load(file, environ={})
    with pytest.raises(SettingsError, match=message):
        archive_of(loaded, inbox if "://" in inbox else str(tmp_path / inbox), Access())


def test_where_the_settings_keep_inputs_there_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "newslake.toml").write_text('[pickup]\narchive = "done"\n')
    assert archive_of(load(tmp_path / "newslake.toml", environ={}), "inbox", Access()) is None
