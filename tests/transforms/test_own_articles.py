"""Of the articles that a page's JSON-LD and scripts describe, which is its own; the pages are made up."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Author
from transforms.read.declared import Declared, declared

_PROSE = "The harbour council voted for a plan that keeps the iron roof of the fish market hall and moves its stalls."
_META = "<meta property='article:published_time' content='2026-05-05T10:00:00Z'>"
_CANONICAL = "<link rel='canonical' href='https://quay.example/hall'>"
_OWN = (
    '{"@type": "NewsArticle", "headline": "Hall keeps its roof", "url": "https://www.quay.example/hall/",'
    ' "datePublished": "2026-05-05", "author": {"name": "Ina Halvorsen"}}'
)
_OTHER = (
    '{"@type": "NewsArticle", "headline": "Old locks to be rebuilt", "url": "https://quay.example/locks",'
    ' "datePublished": "2025-01-01", "author": {"name": "Jo Otter"}}'
)


def said(json: str, head: str = "", script: str = "") -> Declared:
    return declared(
        LexborHTMLParser(
            f"<head>{head}<script type='application/ld+json'>{json}</script></head><body><h1>Hall keeps its roof</h1>"
            f"<p>{_PROSE}</p>{script}</body>"
        )
    )


def day(found: Declared) -> str | None:
    return found.published.day.isoformat() if found.published else None


@pytest.mark.parametrize(
    ("json", "head"),
    [
        pytest.param(f"[{_OTHER}, {_OWN}]", _CANONICAL, id="by its address"),
        pytest.param(f"[{_OTHER}, {_OWN}]", "", id="by its headline"),
        pytest.param(f"[{_OWN}, {_OTHER}]", _CANONICAL, id="whatever comes first"),
    ],
)
def test_the_article_of_the_pages_address_or_headline_is_the_pages(json: str, head: str) -> None:
    found = said(json, head)
    assert (found.title, found.authors, day(found)) == (
        "Hall keeps its roof",
        (Author("Ina Halvorsen"),),
        "2026-05-05",
    )


def test_an_article_that_nothing_contradicts_is_the_pages() -> None:
    assert day(said('{"@type": "NewsArticle", "datePublished": "2026-05-05"}', _CANONICAL)) == "2026-05-05"
    assert day(said(_OTHER.replace("locks", "hall"), _CANONICAL)) == "2025-01-01"


@pytest.mark.parametrize("kind", ["VideoObject", "Product", "PodcastEpisode", "Event"])
def test_the_day_of_a_video_in_the_page_is_not_the_pages(kind: str) -> None:
    json = f'{{"@type": "{kind}", "name": "A walk round the locks", "datePublished": "2019-01-01"}}'
    assert day(said(json)) is None
    assert day(said(json, _META)) == "2026-05-05"


def test_the_day_of_the_page_as_a_whole_comes_behind_what_is_said_of_the_article() -> None:
    json = '{"@type": "WebPage", "datePublished": "2019-01-01"}'
    assert day(said(json)) == "2019-01-01"
    assert day(said(json, _META)) == "2026-05-05"


def test_a_change_before_publication_that_another_place_states_is_none() -> None:
    page = '{"@type": "WebPage", "dateModified": "2020-01-02"}'
    assert said(f"[{_OWN}, {page}]").modified is None
    own = _OWN.replace('"author"', '"dateModified": "2026-05-07", "author"')
    changed = said(f"[{page}, {own}]").modified
    assert changed is not None
    assert changed.day.isoformat() == "2026-05-07"


@pytest.mark.parametrize(
    ("script", "published"),
    [
        pytest.param('self.push({"datePublished":"2026-05-05"})', "2026-05-05", id="the one day in the page's data"),
        pytest.param(
            'var related=[{"title":"Locks","datePublished":"2025-11-11"}]', None, id="that of a related piece"
        ),
        pytest.param(
            '{"related":[{"publishedAt":"2025-11-03"}],"article":{"publishedAt":"2026-05-05"}}',
            "2026-05-05",
            id="beside those of related pieces",
        ),
    ],
)
def test_a_day_in_the_scripts_is_the_pages_where_it_is_in_no_list_of_others(script: str, published: str | None) -> None:
    assert day(said("", script=f"<script>{script}</script>")) == published


def test_a_day_in_linked_data_of_other_things_is_not_read_as_a_scripts() -> None:
    listed = '{"@type": "ItemList", "itemListElement": [{"item": {"name": "Locks", "datePublished": "2025-11-11"}}]}'
    assert day(said(listed)) is None
