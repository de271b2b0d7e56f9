"""Titles, languages, sources and usable URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article import Hint, Hints, Origin
from transforms.describe import clean_title, is_brief, registrable_domain, source_of, tidy_url, usable_url
from transforms.people import split_authors


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Treaty signed - Quay Gazette", "Treaty signed"),
        ("Treaty signed | The Quay Gazette", "Treaty signed"),
        ("Quay Gazette: Treaty signed", "Treaty signed"),
        ("Treaty signed – quay-gazette.example", "Treaty signed"),
        ("Treaty signed | Harbour | Quay Gazette", "Treaty signed | Harbour"),
        ("Elections – a primer", "Elections – a primer"),
        ("Treaty signed ㅣ Quay Gazette", "Treaty signed"),
        ("Treaty signed | QuayGazette", "Treaty signed"),
        ("Treaty signed | Quay", "Treaty signed"),
        ("Treaty signed - Quay", "Treaty signed - Quay"),
        ("What the Quay Gazette got wrong", "What the Quay Gazette got wrong"),
        ("  Treaty\n signed ", "Treaty signed"),
        ("Quay Gazette", None),
        ("", None),
    ],
)
def test_a_title_loses_the_sites_name_and_nothing_else(title: str, cleaned: str | None) -> None:
    assert clean_title(title, ["Quay Gazette", "www.quay-gazette.example"]) == cleaned


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.quay-gazette.co.uk/news/1", "quay-gazette.co.uk"),
        ("news.quay-gazette.example", "quay-gazette.example"),
        ("//cdn.quay-gazette.com:8080/x", "quay-gazette.com"),
        ("https://ina.blogspot.com/2025/01/x.html", "ina.blogspot.com"),
        ("https://порт.рф/новости", "порт.рф"),
        ("co.uk", None),
        ("localhost", None),
        ("http://127.0.0.1/x", None),
        ("http://[::1]/x", None),
        ("http://[broken", None),
        ("Quay Gazette", None),
        ("", None),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(address: str, domain: str | None) -> None:
    assert registrable_domain(address) == domain


def test_a_tidy_url_is_absolute_and_without_tracking() -> None:
    assert (
        tidy_url("HTTPS://Quay-Gazette.example:443/a?utm_source=x&id=3&fbclid=y#part")
        == "https://quay-gazette.example/a?id=3"
    )
    assert tidy_url("/a?id=3", "https://quay-gazette.example/news/") == "https://quay-gazette.example/a?id=3"
    assert tidy_url("https://quay-gazette.example/a\0b") == "https://quay-gazette.example/a%00b"
    assert tidy_url("/a") is None
    assert tidy_url("javascript:void(0)", "https://quay-gazette.example/") is None
    assert tidy_url("http://localhost/a") is None


_FETCHED = Hints(url=Hint("https://www.quay-gazette.example/news/1?utm_source=feed", Origin.SIDECAR))


@pytest.mark.parametrize(
    ("candidates", "hints", "witness", "found"),
    [
        (["https://quay-gazette.example/news/1"], Hints(), None, ("https://quay-gazette.example/news/1", "declared")),
        (["/news/1"], _FETCHED, None, ("https://www.quay-gazette.example/news/1", "declared")),
        (["https://quay-gazette.example/"], Hints(), None, None),
        (["quay-gazette.example"], Hints(), None, None),
        (["/news/1"], Hints(), None, None),
        (["https://quay-gazette.example/"], _FETCHED, None, ("https://www.quay-gazette.example/news/1", "sidecar")),
        (["https://other.example/news/1"], _FETCHED, None, ("https://www.quay-gazette.example/news/1", "sidecar")),
        (["https://other.example/news/1"], Hints(), "https://quay-gazette.example/n", None),
        (
            ["https://quay-gazette.example/", "https://quay-gazette.example/news/1"],
            Hints(),
            None,
            ("https://quay-gazette.example/news/1", "declared"),
        ),
        (["https://other.example/a"], Hints(source=Hint("quay-gazette.example", Origin.PATH)), None, None),
    ],
)
def test_only_a_url_that_leads_to_a_page_of_this_site_is_usable(
    candidates: list[str], hints: Hints, witness: str | None, found: tuple[str, str] | None
) -> None:
    assert usable_url(candidates, hints, witness=witness) == found


def test_the_source_is_the_urls_domain_else_what_is_known_from_outside() -> None:
    hints = Hints(source=Hint("Quay Gazette", Origin.FEED))
    assert source_of("https://www.quay-gazette.example/a", hints) == ("quay-gazette.example", Origin.DECLARED)
    assert source_of(None, hints) == ("quay gazette", Origin.FEED)
    assert source_of(None, _FETCHED) == ("quay-gazette.example", Origin.SIDECAR)
    assert source_of(None, Hints()) is None


def test_a_brief_has_fewer_than_eighty_words() -> None:
    assert is_brief("word " * 79)
    assert not is_brief("word " * 80)
    assert is_brief("港" * 239)
    assert not is_brief("港" * 240)


@given(st.text(max_size=200))
def test_no_byline_and_no_address_is_an_error(text: str) -> None:
    for author in split_authors(text):
        assert author.name
        assert author.name == author.name.strip()
    registrable_domain(text)
    tidy_url(text, "https://quay-gazette.example/")
