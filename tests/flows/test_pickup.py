"""Picking up: every entry of an inbox is listed once, under a key of its own, and nothing outside is followed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.opening import open_input, read_sidecar_of
from flows.pickup import NoInbox, list_inbox
from transforms.keys import printable, unescaped


def keys(folder: Path, *ignore: str) -> list[str]:
    return [file.file_key for file in list_inbox(folder, ignore).sorted() if file.problem is None]


def reasons(folder: Path) -> dict[str, str]:
    return {entry.file_key: entry.problem[0] for entry in list_inbox(folder).sorted() if entry.problem}


def test_files_of_all_folders_are_listed_in_the_order_of_their_keys(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    assert keys(tmp_path) == ["a/b/c.html", "a/z.txt", "b.txt"]


def test_a_single_file_is_an_inbox_too(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("text")
    assert keys(tmp_path / "one.txt") == ["one.txt"]


def test_names_that_the_settings_ignore_are_counted_and_not_listed(tmp_path: Path) -> None:
    for name in (".hidden", "half.part", "kept.txt"):
        (tmp_path / name).write_text("text")
    inbox = list_inbox(tmp_path, (".*", "*.part"))
    assert ([f.file_key for f in inbox.sorted()], inbox.ignored) == (["kept.txt"], 2)


def test_a_sidecar_belongs_to_its_file_and_is_an_input_of_its_own_only_without_it(tmp_path: Path) -> None:
    for name in ("a.html", "a.html.meta.json", "lonely.html.meta.json"):
        (tmp_path / name).write_text("{}")
    assert keys(tmp_path) == ["a.html", "lonely.html.meta.json"]


def test_a_name_with_newline_quotes_or_bytes_that_are_not_utf8_gets_a_printable_key(tmp_path: Path) -> None:
    for name in (b"new\nline.txt", b"quote'\".txt", b"\xff\xfe.txt", b"back\\slash.txt", b"number#1.txt"):
        with os.fdopen(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT | os.O_WRONLY), "wb") as file:
            file.write(b"text")
    assert sorted(keys(tmp_path)) == [
        "\\xff\\xfe.txt",
        "back\\\\slash.txt",
        "new\\u{a}line.txt",
        "number\\#1.txt",
        "quote'\".txt",
    ]


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=2, max_size=8, unique=True))
def test_two_names_never_share_a_key_and_every_key_can_be_printed(names: list[bytes]) -> None:
    found = [printable(os.fsdecode(name)) for name in names]
    assert len(set(found)) == len(names)
    assert all(key.isprintable() for key in found)
    assert [os.fsencode(unescaped(key)) for key in found] == names


def test_a_file_of_a_clock_that_is_centuries_off_is_listed_and_read_as_what_it_is(tmp_path: Path) -> None:
    for name, year in (("a.txt", 2400), ("b\n.txt", 2400), ("c.txt", 1600)):
        (tmp_path / name).write_text("A text.")
        os.utime(tmp_path / name, (datetime(year, 1, 1, tzinfo=UTC).timestamp(),) * 2)
    if (tmp_path / "a.txt").stat().st_mtime_ns < 2**63:
        pytest.skip("this file system keeps no such times")
    found = list_inbox(tmp_path).sorted()
    assert [file.mtime_ns == 2**63 - 1 for file in found] == [True, True, False]
    for file in found:
        with open_input(file) as opened:
            assert opened.stream.read() == b"A text."


def test_what_cannot_be_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "good.txt").write_text("text")
    (inbox / "out").symlink_to(outside)
    (inbox / "up").symlink_to("../outside.txt")
    (inbox / "nowhere").symlink_to("gone.txt")
    (inbox / "folder").symlink_to(tmp_path)
    (inbox / "within").symlink_to("good.txt")
    os.mkfifo(inbox / "pipe")
    assert keys(inbox) == ["good.txt", "within"]
    assert reasons(inbox) == {
        "folder": "link_out_of_inbox",
        "nowhere": "broken_link",
        "out": "link_out_of_inbox",
        "pipe": "not_a_file",
        "up": "link_out_of_inbox",
    }


def test_a_link_to_a_neighbour_whose_name_begins_like_the_inbox_leads_out(tmp_path: Path) -> None:
    (tmp_path / "inbox-private").mkdir()
    (tmp_path / "inbox-private" / "a.txt").write_text("secret")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").symlink_to("../inbox-private/a.txt")
    assert reasons(inbox) == {"a.txt": "link_out_of_inbox"}


def test_the_warehouse_is_no_part_of_the_inbox_that_it_lies_in(tmp_path: Path) -> None:
    lake = tmp_path / "inbox" / "deep" / "lake"
    (lake / "data").mkdir(parents=True)
    (lake / "data" / "a.parquet").write_bytes(b"PAR1")
    (tmp_path / "inbox" / "deep" / "a.txt").write_text("A text.")
    (tmp_path / "link").symlink_to(tmp_path / "inbox")
    for inbox in (tmp_path / "inbox", tmp_path / "link"):
        assert [file.file_key for file in list_inbox(inbox, warehouse=lake).sorted()] == ["deep/a.txt"]
    with pytest.raises(NoInbox, match="it is the warehouse itself"):
        list_inbox(lake, warehouse=lake)


def test_a_sidecar_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"url": "https://example.com/a"}')
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.txt").write_text("A text.")
    (tmp_path / "inbox" / "a.txt.meta.json").symlink_to(tmp_path / "secret.json")
    (file,) = list_inbox(tmp_path / "inbox").sorted()
    assert read_sidecar_of(file) is None


def test_an_inbox_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(NoInbox, match="gone: No such file or directory; name an existing folder"):
        list_inbox(tmp_path / "gone")


def test_a_pipe_is_no_inbox(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoInbox, match="neither a folder nor a file"):
        list_inbox(tmp_path / "pipe")


def test_a_listing_holds_sizes_and_times_of_files_and_paths_of_those_whose_names_are_not_their_keys(
    tmp_path: Path,
) -> None:
    (tmp_path / "plain.txt").write_text("four")
    (tmp_path / "number#1.txt").write_text("seven77")
    os.utime(tmp_path / "plain.txt", ns=(5, 5))
    os.utime(tmp_path / "number#1.txt", ns=(7, 7))
    inbox = list_inbox(tmp_path)
    rows = inbox.entries.select(["file_key", "size", "mtime_ns", "path"]).sort_by("file_key").to_pylist()
    assert rows == [
        {"file_key": "number\\#1.txt", "size": 7, "mtime_ns": 7, "path": os.fsencode(tmp_path / "number#1.txt")},
        {"file_key": "plain.txt", "size": 4, "mtime_ns": 5, "path": None},
    ]
    assert [Path(file.path).read_text() for file in inbox.sorted()] == ["seven77", "four"]


def test_a_sidecar_of_what_is_ignored_or_of_a_folder_is_an_input_of_its_own(tmp_path: Path) -> None:
    for name in ("half.part", "half.part.meta.json", "folder.meta.json", ".meta.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "folder").mkdir()
    assert keys(tmp_path, "*.part") == [".meta.json", "folder.meta.json", "half.part.meta.json"]


def test_a_folder_that_cannot_be_listed_is_accounted_for_and_its_neighbours_are_listed(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may list every folder")
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.txt").write_text("text")
    assert (keys(tmp_path), reasons(tmp_path)) == (["a.txt"], {"closed": "unreadable_folder"})


def test_files_younger_than_asked_are_counted_and_those_of_a_wrong_clock_are_not(tmp_path: Path) -> None:
    for name, mtime_ns in (("old.txt", 40), ("young.txt", 60), ("younger.txt", 99), ("tomorrow.txt", 101)):
        (tmp_path / name).write_text("text")
        os.utime(tmp_path / name, ns=(mtime_ns, mtime_ns))
    inbox = list_inbox(tmp_path).without_younger(50, 100)
    assert [file.file_key for file in inbox.sorted()] == ["old.txt", "tomorrow.txt"]
    assert (inbox.settling, inbox.settling_example, inbox.listed) == (2, "young.txt", 4)
