"""Addresses: what is a URL, and that none is shown with its credentials."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.pickup import NoInbox, check_inbox
from flows.places import has_credentials, is_url, path_of, refusal, shown


@pytest.mark.parametrize("address", ["s3://bucket/news", "https://example.org/list.txt", "gs://b", "memory://x"])
def test_what_has_a_scheme_is_a_url(address: str) -> None:
    assert is_url(address)


@pytest.mark.parametrize("address", ["inbox", "/srv/inbox", "C:/inbox", "simplecache::s3://b/x", "file:///srv/inbox"])
def test_a_path_is_none_and_neither_is_one_that_is_written_as_a_file_url(address: str) -> None:
    assert not is_url(address)


def test_a_file_url_is_a_path() -> None:
    assert (path_of("file:///srv/in%20box"), path_of("srv/in%20box")) == ("/srv/in box", "srv/in%20box")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/@writer/story?page=2", "https://example.org/@writer/story?page=2"),
        ("https://user:s3cret@example.org/list.txt", "https://***@example.org/list.txt"),
        ("https://example.org:8080/a", "https://example.org:8080/a"),
        ("https://[::1]:8080/@a", "https://[::1]:8080/@a"),
        ("s3://AKIAKEY:se/cr@et@bucket/news", "s3://***@bucket/news"),
        ("s3://bucket/news/a@b.html", "s3://bucket/news/a@b.html"),
        (
            "https://store.example/a.html?X-Amz-Expires=60&X-Amz-Signature=abc&X-Amz-Credential=k%2F1",
            "https://store.example/a.html?X-Amz-Expires=60&X-Amz-Signature=***&X-Amz-Credential=***",
        ),
        ("/srv/user:s3cret@inbox", "/srv/user:s3cret@inbox"),
    ],
)
def test_an_address_is_shown_without_its_credentials(address: str, expected: str) -> None:
    assert shown(address) == expected
    assert has_credentials(address) == (address != expected)


@given(st.text("abc:/@?#%.!$'", min_size=0, max_size=12))
def test_no_password_is_shown_whatever_it_is_made_of(noise: str) -> None:
    assert "s3cret" not in shown(f"https://user:{noise}s3cret@example.org/list.txt")


def test_an_address_that_nothing_opens_is_an_error_that_names_it_without_its_password() -> None:
    with pytest.raises(NoInbox, match=r"nosuch://\*\*\*@x/y: no library opens nosuch://"):
        check_inbox("nosuch://user:s3cret@x/y")


def test_a_store_whose_library_is_not_installed_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from fsspec.registry import _registry

    monkeypatch.delitem(_registry, "gs", raising=False)
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(
        NoInbox, match=r"gs://news: gs:// needs a library that is not here; `make environment EXTRAS=gcs` adds it"
    ):
        check_inbox("gs://news")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError("s3://AKIA:secret@b/x"), "is not there any more"),
        (PermissionError("Forbidden for AKIA"), "access was refused; check the credentials and their rights"),
        (OSError("Forbidden: https://h/?token=secret"), "access was refused; check the credentials and their rights"),
        (TimeoutError(), "the server gave no answer in time"),
        (ConnectionRefusedError("http://user:secret@h"), "the server could not be reached"),
        (ValueError("http://user:secret@h"), "it could not be read (ValueError)"),
    ],
)
def test_what_a_library_says_is_put_in_words_without_addresses(error: Exception, words: str) -> None:
    assert refusal(error).strerror == words
