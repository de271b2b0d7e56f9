"""RSS and Atom files: items with their text are articles, teasers are turned away, hostile XML is not read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.article import Article, RawFile, Reading, Rejection
from transforms.extract import extract

LONG = "".join(
    f"<p>Paragraph {n} says that the harbour council met on quay {n} and voted for its plan again.</p>"
    for n in range(12)
)


def an_item(number: int, text: str) -> str:
    return (
        f"<item><title>Council votes, part {number}</title><link>https://quay.example/news/{number}</link>"
        f"<guid>quay-{number}</guid><pubDate>Mon, 02 Mar 2026 08:15:00 +0100</pubDate>"
        f"<dc:creator>Ina Halvorsen</dc:creator><category>Harbour</category>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def an_rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Quay Gazette</title>'
        f"{''.join(items)}</channel></rss>"
    ).encode()


def read(content: bytes) -> list[Reading]:
    return extract(RawFile("feed.xml", content), as_of=datetime(2026, 11, 22, tzinfo=UTC))


def test_an_item_with_its_text_is_an_article_and_a_teaser_is_turned_away() -> None:
    article, teaser = read(an_rss(an_item(1, LONG), an_item(2, "<p>The council met. Read more…</p>")))
    assert isinstance(article, Article)
    assert (article.record, article.title, article.url) == (
        "quay-1",
        "Council votes, part 1",
        "https://quay.example/news/1",
    )
    assert [author.name for author in article.authors] == ["Ina Halvorsen"]
    assert article.published is not None
    assert article.published.at == datetime(2026, 3, 2, 7, 15, tzinfo=UTC)
    assert article.categories == ("Harbour",)
    assert article.source_name == "The Quay Gazette"
    assert article.body.startswith("Paragraph 0 says that the harbour council")
    assert isinstance(teaser, Rejection)
    assert (teaser.reason, teaser.record) == ("only_a_teaser", "quay-2")
    assert teaser.detail == "feed.xml#quay-2: an item with a teaser only; fetch the page that it links to"


def test_an_atom_entry_is_read_too() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Quay Gazette</title>'
        "<entry><id>tag:quay.example,2026:7</id>"
        '<title>Council votes</title><link href="https://quay.example/news/7"/><updated>2026-03-02T08:15:00Z</updated>'
        f'<author><name>Ina Halvorsen</name></author><content type="html"><![CDATA[{LONG}]]></content></entry></feed>'
    )
    (article,) = read(atom.encode())
    assert isinstance(article, Article)
    assert (article.record, article.url) == ("tag:quay.example,2026:7", "https://quay.example/news/7")


def test_an_item_keeps_its_place_when_others_are_added_before_it() -> None:
    before = read(an_rss(an_item(1, LONG)))[0]
    after = read(an_rss(an_item(2, LONG), an_item(1, LONG)))[1]
    assert (before.record, before.content) == (after.record, after.content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'<?xml version="1.0"?><urlset><url><loc>https://quay.example/</loc></url></urlset>', "unsupported_format"),
        (b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + an_rss(an_item(1, LONG)), "entities_declared"),
        (
            b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "file:///etc/passwd" [<!ENTITY % p SYSTEM "x">]><rss/>',
            "entities_declared",
        ),
        (an_rss(), "no_record"),
    ],
)
def test_what_holds_no_item_or_may_expand_is_turned_away(content: bytes, reason: str) -> None:
    from transforms.read.syndicated import read_syndicated

    (found,) = read_syndicated(RawFile("feed.xml", content))
    assert isinstance(found, Rejection)
    assert found.reason == reason


def test_a_feed_that_breaks_off_gives_what_came_before_and_says_so() -> None:
    whole = an_rss(an_item(1, LONG), an_item(2, LONG))
    found = read(whole[: whole.index(b"quay-2")])
    assert isinstance(found[0], Article)
    assert isinstance(found[-1], Rejection)
    assert found[-1].reason == "torn_container"


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3000), st.binary(max_size=60))
def test_noise_in_a_feed_costs_no_more_than_the_feed(at: int, noise: bytes) -> None:
    whole = an_rss(an_item(1, LONG), an_item(2, LONG))
    assert read(whole[:at] + noise + whole[at:])
