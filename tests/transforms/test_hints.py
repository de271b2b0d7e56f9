"""What sidecars, paths and feeds say of a file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article import Hint, Hints, Origin
from transforms.hints import Feed, PatternError, content_charset, merge, raw_file, read_sidecar

_FETCHED = datetime(2025, 1, 17, 10, 0, tzinfo=UTC)


def test_a_sidecar_gives_url_fetch_time_and_charset() -> None:
    content = (
        b'{"url": "https://quay-gazette.example/news/1", "fetched_at": "2025-01-17T10:00:00Z",'
        b' "headers": {"Content-Type": "text/html; charset=\\"Windows-1251\\"", "ETag": "x"}}'
    )
    hints, problem = read_sidecar(content)
    assert problem is None
    assert hints == Hints(
        url=Hint("https://quay-gazette.example/news/1", Origin.SIDECAR),
        fetched_at=_FETCHED,
        fetched_origin=Origin.SIDECAR,
        charset="windows-1251",
    )


@pytest.mark.parametrize("fetched", ['"Fri, 17 Jan 2025 10:00:00 GMT"', "1737108000", "1737108000.25"])
def test_a_fetch_time_may_be_a_header_or_epoch_seconds(fetched: str) -> None:
    hints, problem = read_sidecar(f'{{"fetched_at": {fetched}}}'.encode())
    assert (hints.fetched_at, problem) == (_FETCHED, None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[1]", "not the JSON object"),
        (b"{", "not the JSON object"),
        (b"\xff\xfe", "not the JSON object"),
        (b"[" * 100_000, "not the JSON object"),
        (b'{"fetched_at": "2025-01-17 10:00"}', "no time with a zone"),
        (b'{"url": "http://localhost/a"}', "no public host"),
    ],
)
def test_what_a_sidecar_says_amiss_is_told_and_left_out(content: bytes, words: str) -> None:
    hints, problem = read_sidecar(content)
    assert hints == Hints()
    assert problem is not None
    assert words in problem


def test_a_path_names_source_language_and_the_day_of_filing() -> None:
    feed = Feed("wire", "inbox/{domain}/{language}/{date:%Y-%m-%d}/*.html", source="other.example")
    assert feed.match("quay-gazette.example/de/2025-01-17/a.html") == Hints(
        source=Hint("quay-gazette.example", Origin.PATH),
        language=Hint("de", Origin.PATH),
        fetched_at=datetime(2025, 1, 17, tzinfo=UTC),
        fetched_origin=Origin.PATH,
    )
    assert feed.match("quay-gazette.example/de/2025-13-17/a.html") is None
    assert feed.match("quay-gazette.example/de/2025-01-17/sub/a.html") is None
    assert feed.match("quay-gazette.example/de/2025-01-17/a.txt") is None


def test_a_feeds_defaults_stand_where_the_path_says_nothing() -> None:
    assert Feed("all", "**/*.json", source="quay-gazette.example", language="en").match("a/b/c.json") == Hints(
        source=Hint("quay-gazette.example", Origin.FEED), language=Hint("en", Origin.FEED)
    )
    assert Feed("all", "**/*.json").match("c.json") == Hints()
    assert Feed("literal", "a+b (1)/?.txt").match("a+b (1)/x.txt") == Hints()


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{outlet}/*", "known are domain, source, language"),
        ("{date:%B}/*", "date part %B"),
        ("{domain/*", "brace without its partner"),
        ("{domain}/{domain}/*", "twice"),
    ],
)
def test_a_pattern_that_cannot_be_read_names_itself_and_what_is_wrong(pattern: str, words: str) -> None:
    with pytest.raises(PatternError, match=words) as error:
        Feed("x", pattern)
    assert pattern in str(error.value)


def test_the_sidecar_goes_before_the_path_and_the_first_feed_that_matches_counts() -> None:
    feeds = [Feed("texts", "*.txt"), Feed("filed", "{date:%Y%m%d}/*"), Feed("rest", "**")]
    raw, problem = raw_file("20250110/a.html", b"x", b'{"fetched_at": "2025-01-17T10:00:00Z"}', feeds)
    assert problem is None
    assert (raw.feed, raw.hints.fetched_at, raw.hints.fetched_origin) == ("filed", _FETCHED, Origin.SIDECAR)
    raw, _ = raw_file("20250110/a.html", b"x", None, feeds)
    assert (raw.hints.fetched_at, raw.hints.fetched_origin) == (datetime(2025, 1, 10, tzinfo=UTC), Origin.PATH)
    raw, _ = raw_file("a.html", b"x")
    assert (raw.feed, raw.hints) == (None, Hints())


def test_merging_keeps_a_fetch_time_with_its_origin() -> None:
    path = Hints(source=Hint("quay-gazette.example", Origin.PATH), fetched_at=_FETCHED, fetched_origin=Origin.PATH)
    beside = Hints(url=Hint("https://quay-gazette.example/a", Origin.SIDECAR), charset="utf-8")
    assert merge(beside, path) == Hints(
        url=beside.url, source=path.source, fetched_at=_FETCHED, fetched_origin=Origin.PATH, charset="utf-8"
    )


def test_a_content_type_names_its_charset_or_none() -> None:
    assert content_charset("text/html; charset=UTF-8") == "utf-8"
    assert content_charset("text/html") is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sidecar_or_a_problem(content: bytes) -> None:
    hints, problem = read_sidecar(content)
    assert problem is None or hints.url is None or hints.fetched_at is None
