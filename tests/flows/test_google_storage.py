"""Inboxes on Google Cloud Storage, against a server of its JSON interface: listed, loaded, changed, read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from storage_servers import Gcs
from test_replay import Place
from test_stores import keys, read
from web_server import web_server
from written_articles import article

from flows import stores
from flows.pickup import NoInbox, list_inbox
from flows.places import Access


@pytest.fixture(autouse=True)
def address(gcs: Gcs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.address)


def test_the_objects_below_a_prefix_are_listed_with_size_and_tag_and_read_whatever_their_names(gcs: Gcs) -> None:
    bucket = gcs.bucket()
    text = "The ferry between the two ports runs again from Monday, the office said. " * 9
    names = ("in/a.txt", "in/deep/tab\there#1.txt", "in/é & ü? 5%.txt", "in/.hidden", "inn/x.txt", "in/folder/")
    tags = {name: gcs.put(bucket, name, text) for name in names}
    gcs.put(bucket, "in/a.txt.meta.json", '{"url": "https://quay-gazette.example/ferry"}')
    access = Access()
    inbox = list_inbox(f"gs://{bucket}/in/", (".*",), access)
    assert (keys(inbox), inbox.ignored) == (["a.txt", "deep/tab\\u{9}here\\#1.txt", "é & ü? 5%.txt"], 1)
    row = inbox.entries.sort_by("file_key").to_pylist()[0]
    assert (row["size"], row["etag"], row["has_sidecar"]) == (657, tags["in/a.txt"], True)
    rows = read(inbox, access)
    assert {key: row["outcome"] for key, row in rows.items()} == dict.fromkeys(keys(inbox), "article")
    assert rows["a.txt"]["url"] == "https://quay-gazette.example/ferry"
    assert keys(list_inbox(f"gs://{bucket}/in/a.txt", (), access)) == ["a.txt"]
    assert keys(list_inbox(f"gcs://{bucket}/nothing", (), access)) == []


def test_a_bucket_that_is_not_there_is_an_error_and_no_empty_one() -> None:
    with pytest.raises(NoInbox, match=r"^gs://nosuchbucket/x: nothing is there; name an existing place"):
        list_inbox("gs://nosuchbucket/x", (), Access())


def test_what_changed_or_vanished_since_the_listing_is_told_apart(gcs: Gcs) -> None:
    bucket = gcs.bucket()
    for name in ("changed.txt", "shorter.txt", "gone.txt", "kept.txt"):
        gcs.put(bucket, name, f"The ferry of {name} runs again from Monday on. " * 9)
    inbox = list_inbox(f"gs://{bucket}", (), Access())
    gcs.put(bucket, "changed.txt", "The ferry of another port runs again on Friday. " * 30)
    gcs.put(bucket, "shorter.txt", "None.")
    gcs.delete(bucket, "gone.txt")
    assert {key: row["reason"] or row["outcome"] for key, row in read(inbox, Access()).items()} == {
        "changed.txt": "changed_while_read",
        "gone.txt": "vanished",
        "kept.txt": "article",
        "shorter.txt": "changed_while_read",
    }


def test_a_listing_goes_on_from_page_to_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests gives all at once; the store gives pages like these."""
    monkeypatch.setattr(stores, "PAGE_KEYS", 1)
    with web_server() as web:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", web.address)
        first, second = ({"items": [{"name": f"in/{key}.txt", "size": "4", "etag": key}]} for key in "ab")
        listed = "/storage/v1/b/news/o?prefix=in/&maxResults=1"
        web.put(listed, json.dumps(first | {"nextPageToken": "more"}), "application/json")
        web.put(f"{listed}&pageToken=more", json.dumps(second), "application/json")
        assert keys(list_inbox("gs://news/in", (), Access())) == ["a.txt", "b.txt"]


@pytest.mark.usefixtures("prefect_server")
def test_objects_are_loaded_once_read_again_where_their_tag_changed_and_replayed_one_by_one(
    gcs: Gcs, tmp_path: Path, lake: Path
) -> None:
    from flows.ingest import ingest

    place = Place(tmp_path, lake)
    place.set('keep_raw = "none"\n')
    bucket = gcs.bucket()
    for number in range(3):
        gcs.put(bucket, f"news/{number}.html", article(number))

    def run() -> tuple[int, int, int]:
        counts = ingest(f"gs://{bucket}/news", warehouse=str(lake), settings_file=str(place.settings)).counts
        return counts.articles_new, counts.articles_edited, counts.unchanged

    assert [run(), run()] == [(3, 0, 0), (0, 0, 3)]
    gcs.put(bucket, "news/1.html", article(1).replace("Paragraph 5", "Paragraph V"))
    assert run() == (0, 1, 2)
    place.better_reader('keep_raw = "none"\n')
    again = place.replay(article_id=place.ask("select article_id from article where path = '2.html'")[0][0])
    assert (again.inputs, again.changed, again.unread) == (1, 1, ())
    assert place.ask("select path, extraction from article order by path") == [
        ("0.html", 1),
        ("1.html", 1),
        ("2.html", 2),
    ]
    assert place.is_sound()
