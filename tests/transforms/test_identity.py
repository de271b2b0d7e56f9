"""The key under which the same article is known however it arrives."""

from __future__ import annotations

import pytest

from transforms.identity import identify


def test_a_declared_id_counts_within_its_feed_and_goes_before_the_url() -> None:
    found = identify(key="a.json", feed="wire", record="3", record_id="A-17", url="https://quay-gazette.example/a")
    assert found == ("wire:A-17", "record")


def test_without_a_feed_an_id_counts_within_its_source_and_without_that_within_its_file() -> None:
    def found(feed: str | None, source: str | None) -> str:
        key, kind = identify(key="may/dump.jsonl", feed=feed, record="3", record_id="8", url=None, source=source)
        assert kind == "record"
        return key

    assert found("wire", "quay-gazette.example") == "wire:8"
    assert found(None, "quay-gazette.example") == "quay-gazette.example:8"
    assert found(None, None) == "may/dump.jsonl:8"


@pytest.mark.parametrize(
    "url",
    [
        "https://quay-gazette.example/news/1",
        "http://quay-gazette.example/news/1",
        "https://www.quay-gazette.example/news/1/",
        "https://QUAY-GAZETTE.example/news/1",
        "https://quay-gazette.example/news/1#comments",
    ],
)
def test_one_page_under_several_addresses_has_one_key(url: str) -> None:
    found = identify(key="a.html", feed=None, record=None, record_id=None, url=url)
    assert found == ("quay-gazette.example/news/1", "url")


def test_a_query_may_be_what_names_the_article() -> None:
    first = identify(key="a", feed=None, record=None, record_id=None, url="https://quay-gazette.example/read?id=1")
    second = identify(key="a", feed=None, record=None, record_id=None, url="https://quay-gazette.example/read?id=2")
    assert first == ("quay-gazette.example/read?id=1", "url")
    assert first != second


def test_the_last_resort_is_the_input_with_its_place_in_the_container() -> None:
    assert identify(key="a/b.txt", feed="x", record=None, record_id=None, url=None) == ("a/b.txt", "input")
    assert identify(key="a/b.jsonl", feed="x", record="12", record_id="", url=None) == ("a/b.jsonl#12", "input")


def test_an_id_with_a_nul_in_it_is_a_key_without_one_and_not_that_of_an_id_without_it() -> None:
    found = [
        identify(key="a", feed="wire", record=None, record_id=record_id, url=None)[0] for record_id in ("a\0b", "ab")
    ]
    assert found == ["wire:a\\0b", "wire:ab"]
