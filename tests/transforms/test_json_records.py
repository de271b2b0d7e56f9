"""Article records in JSON and JSON Lines, under the names that their makers use."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import unaccounted
from transforms.article import Article, Author, FieldFault, Kind, Origin, RawFile, Reading, Rejection, Role
from transforms.extract import extract

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_PARAGRAPHS = [
    "The harbour council of Lowmouth agreed on Monday to dredge the eastern channel before the winter storms.",
    "The work begins in May and takes two years, said the harbour master, who asked the fishermen for patience.",
]
_LINES = "\n".join(_PARAGRAPHS)
_BODY = "\n\n".join(_PARAGRAPHS)
_SUMMARY = "Work begins in May."
_URL = "https://www.quay-gazette.example/news/channel"


def readings(content: bytes | str | object, key: str = "dump.json") -> list[Reading]:
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
    return extract(RawFile(key, content), as_of=_AS_OF)


def article(record: object, key: str = "dump.json") -> Article:
    (reading,) = readings(record, key)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


_TRAFILATURA = {
    "title": "Channel to be dredged", "author": "Ina Halvorsen; Jo Bell", "hostname": "quay-gazette.example",
    "date": "2025-01-17", "fingerprint": "1f2e", "id": None, "license": None, "comments": "", "raw_text": _LINES,
    "text": _LINES, "language": None, "image": None, "pagetype": "article", "filedate": "2026-11-22", "source": _URL,
    "source-hostname": "Quay Gazette", "excerpt": "Work begins in May.", "categories": "News",
    "tags": "Harbour;Dredging",
}  # fmt: skip
_NEWS_PLEASE = {
    "authors": ["Ina Halvorsen", "Jo Bell"], "date_download": "2025-01-18 10:00:00", "date_modify": None,
    "date_publish": "2025-01-17 08:15:00", "description": "Work begins in May.", "filename": "x.json",
    "language": "en", "localpath": None, "maintext": _LINES, "source_domain": "www.quay-gazette.example",
    "title": "Channel to be dredged", "title_page": None, "url": _URL,
}  # fmt: skip
_FUNDUS = {
    "title": "Channel to be dredged", "plaintext": _BODY, "authors": ["Ina Halvorsen", "Jo Bell"],
    "body": {"summary": [], "sections": [
        {"headline": [], "paragraphs": [_PARAGRAPHS[0]]},
        {"headline": ["Two years"], "paragraphs": [_PARAGRAPHS[1]]},
    ]},
    "publishing_date": "2025-01-17 08:15:00+01:00", "topics": ["Harbour", "Dredging"], "lang": "en",
}  # fmt: skip
_NEWSPAPER = {
    "url": _URL, "source_url": "https://www.quay-gazette.example", "title": "Channel to be dredged", "text": _BODY,
    "authors": ["Ina Halvorsen", "Jo Bell"], "publish_date": "2025-01-17T08:15:00+01:00",
    "keywords": ["channel", "may"], "meta_keywords": ["Harbour", "Dredging"], "tags": [], "meta_lang": "en",
    "summary": "Work begins in May.", "top_image": "https://www.quay-gazette.example/a.jpg", "movies": [],
}  # fmt: skip
_NEWSAPI = {
    "source": {"id": None, "name": "Quay Gazette"}, "author": "Ina Halvorsen, Jo Bell",
    "title": "Channel to be dredged - Quay Gazette", "description": "Work begins in May.", "url": _URL,
    "urlToImage": None, "publishedAt": "2025-01-17T07:15:00Z", "content": _LINES + "… [+2310 chars]",
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "url", "source_name", "summary", "categories", "at"),
    [
        (_TRAFILATURA, _URL, "Quay Gazette", _SUMMARY, ("Harbour", "Dredging", "News"), None),
        (_NEWS_PLEASE, _URL, None, _SUMMARY, (), None),
        (_FUNDUS, None, None, None, ("Harbour", "Dredging"), "2025-01-17T08:15:00+01:00"),
        (_NEWSPAPER, _URL, None, _SUMMARY, ("Harbour", "Dredging"), "2025-01-17T08:15:00+01:00"),
        (_NEWSAPI, _URL, "Quay Gazette", _SUMMARY, (), "2025-01-17T07:15:00+00:00"),
    ],
    ids=["trafilatura", "news-please", "fundus", "newspaper4k", "NewsAPI"],
)  # fmt: skip
def test_a_record_is_read_under_its_makers_names(
    record: object,
    url: str | None,
    source_name: str | None,
    summary: str | None,
    categories: tuple[str, ...],
    at: str | None,
) -> None:
    found = article(record)
    assert (found.format, found.engine, found.kind) == ("json", "json", Kind.BRIEF)
    assert found.title == "Channel to be dredged"
    assert found.authors == (Author("Ina Halvorsen"), Author("Jo Bell"))
    assert found.published is not None
    assert found.published.day == date(2025, 1, 17)
    assert found.published.at == (datetime.fromisoformat(at) if at else None)
    assert (found.url, found.source, found.source_name) == (url, url and "quay-gazette.example", source_name)
    assert (found.summary, found.categories, found.language) == (summary, categories, "en")
    assert found.body.replace("Two years\n\n", "") == _BODY
    assert found.headings == (("Two years",) if record is _FUNDUS else ())
    assert dict(found.origins)["published"] is Origin.DECLARED


def test_names_differ_in_case_hyphens_and_underscores_only() -> None:
    found = article(
        {"Headline": "A", "Article-Body": _LINES, "Pub Date": "17 January 2025", "BYLINE": "By Ina Halvorsen"}
    )
    assert (found.title, found.body, found.authors) == ("A", _BODY, (Author("Ina Halvorsen"),))
    assert found.published is not None
    assert found.published.day == date(2025, 1, 17)


def test_a_declared_id_is_the_identity_within_its_source_and_place_in_the_container_the_last_resort() -> None:
    found = article({"id": 17, "text": _LINES, "url": _URL})
    assert (found.record_id, found.identity_key, found.identity_kind) == ("17", "quay-gazette.example:17", "record")
    one, two = readings([{"text": _LINES}, {"text": _LINES, "url": _URL}])
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert (one.identity_key, one.identity_kind) == ("dump.json#1", "input")
    assert (two.identity_key, two.identity_kind) == ("quay-gazette.example/news/channel", "url")


@pytest.mark.parametrize("value", ["None", "null", "nan", "N/A", "[]"])
def test_a_value_that_says_there_is_none_is_null_and_no_id_of_two_records(value: str) -> None:
    stated = dict.fromkeys(("id", "title", "author", "description", "date", "section", "url", "source"), value)
    found, other = (
        article(stated | {"tags": [value, "Harbour"], "text": f"{_LINES} For the {time} time."}, f"dump.jsonl#{n}")
        for n, time in enumerate(("first", "second"))
    )
    assert (found.record_id, found.title, found.summary, found.published, found.section) == (None,) * 5
    assert (found.authors, found.url, found.source, found.source_name) == ((), None, None, None)
    assert (found.categories, found.faults) == (("Harbour",), ())
    assert found.identity_key != other.identity_key


def test_the_members_of_a_list_are_records_with_their_own_bytes() -> None:
    content = (
        '{"status": "ok", "articles": [{"title": "A",   "text": "One sentence."}, {"text": "Two", "b": 1, "a": 2}]}'
    )
    one, two = readings(content)
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert (one.record, one.content) == ("1", b'{"text":"One sentence.","title":"A"}')
    assert (two.record, two.content) == ("2", b'{"a":2,"b":1,"text":"Two"}')


def test_a_file_that_is_one_record_is_no_container() -> None:
    found = article({"text": _LINES, "items": [{"text": "other"}]})
    assert (found.record, found.content) == (None, None)


def test_a_broken_line_costs_itself_only_and_says_where_it_breaks() -> None:
    lines = [
        b'{"title": "A", "text": "First record."}',
        b'{"title": "B", "text": broken}',
        b"",
        b"17",
        b'{"text": "Last."}\r',
    ]
    first, broken, number, last = readings(b"\n".join(lines), "dump.jsonl")
    assert isinstance(first, Article)
    assert (first.record, first.content, first.body) == ("1", lines[0], "First record.")
    assert isinstance(broken, Rejection)
    assert (broken.reason, broken.record, broken.content) == ("unreadable_json", "2", lines[1])
    assert broken.detail.startswith("dump.jsonl#2: not the JSON it should be: Expecting value at line 2, column 24;")
    assert isinstance(number, Rejection)
    assert (number.reason, number.record) == ("not_a_record", "4")
    assert isinstance(last, Article)
    assert (last.record, last.content, last.body) == ("5", lines[4], "Last.")


def test_where_a_string_that_does_not_end_begins_is_said_in_a_sentence() -> None:
    _, broken = readings(b'{"text": "First record."}\n{"text": "Second', "dump.jsonl")
    assert isinstance(broken, Rejection)
    assert broken.detail == (
        "dump.jsonl#2: not the JSON it should be: Unterminated string starting at line 2, column 10; "
        "mend the record or fetch it again"
    )


def test_lines_of_records_are_told_by_content_whatever_the_name() -> None:
    found = readings(b'{"text": "One."}\n{"text": "Two."}\n', "dump.txt")
    assert [r.record for r in found] == ["1", "2"]


@pytest.mark.parametrize("body", [None, "", "  ", "…", [], {}, 17, "[+500 chars]"])
def test_a_record_without_text_is_a_rejection_that_names_the_fields(body: object) -> None:
    (reading,) = readings({"title": "A", "content": body})
    assert isinstance(reading, Rejection)
    assert reading.reason == "no_body"
    assert "text, maintext, body" in reading.detail


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[]", "no_record"),
        (b'{"articles": []}', "no_record"),
        (b'{"title": ', "unreadable_json"),
        (b"[" * 100_000, "unreadable_json"),
        (b'{"a":' * 100_000, "unreadable_json"),
        (b'[{"text": "One."}', "unreadable_json"),
        (b'{"id": ' + b"9" * 5_000 + b', "text": NaN}', "unreadable_json"),
        (b"This is not JSON at all.", "unreadable_json"),
    ],
)
def test_a_file_without_records_is_one_rejection(content: bytes, reason: str) -> None:
    (reading,) = readings(content)
    assert isinstance(reading, Rejection)
    assert reading.reason == reason
    assert reading.detail.startswith("dump.json: ")


def test_the_mark_of_a_truncated_text_is_removed_and_on_record() -> None:
    found = article(_NEWSAPI)
    removed = [(found.source_text[r.start : r.end], r.role, r.rule) for r in found.removed]
    assert removed == [("… [+2310 chars]", Role.MARKUP, "json.truncation_mark")]
    assert found.faults == (FieldFault("body", "… [+2310 chars]", "json.truncated_by_source"),)


def test_a_body_of_markup_is_read_as_markup() -> None:
    found = article(
        {"content": "<p>One <b>word</b> &amp; more.</p><h2>Head</h2><ul><li>First</li><li>Second</li></ul>"}
    )
    assert found.body == "One word & more.\n\nHead\n\n- First\n- Second"
    assert found.headings == ("Head",)


def test_a_body_that_speaks_of_less_and_more_is_no_markup() -> None:
    assert article({"text": "If a < b and b > c, then <nothing> follows."}).body == (
        "If a < b and b > c, then <nothing> follows."
    )


def test_paragraphs_are_blank_lines_where_there_are_any_else_lines() -> None:
    assert article({"text": "One\ntwo.\r\n\r\nThree."}).body.split("\n\n")[-1] == "Three."
    assert article({"text": ["One.", "Two."]}).body == "One.\n\nTwo."


def test_prose_under_an_unknown_name_is_accounted_for() -> None:
    comment = "What a splendid decision, and high time too, if you ask me."
    found = article({"text": _LINES, "comments": comment, "imageUrl": "https://quay-gazette.example/a.jpg"})
    assert [(found.source_text[r.start : r.end], r.rule) for r in found.removed] == [(comment, "json.unmapped_field")]


def test_an_unreadable_date_and_address_are_faults_and_null() -> None:
    found = article({"text": _LINES, "date": "2025-13-45", "url": "https://quay-gazette.example/"})
    assert (found.published, found.url) == (None, None)
    assert found.faults == (
        FieldFault("published_date", "2025-13-45", "date.unreadable"),
        FieldFault("url", "https://quay-gazette.example/", "url.unusable"),
    )


def test_dates_may_be_numbers_or_wrapped() -> None:
    at = datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC)
    for stamp in (1737108930, 1737108930123, {"$date": "2025-01-17T10:15:30Z"}):
        published = article({"text": _LINES, "published": stamp}).published
        assert published is not None
        assert published.at == at


def test_the_fetch_time_of_a_record_is_when_it_was_observed() -> None:
    found = article({"text": _LINES, "date_download": "2025-01-18T10:00:00+01:00"})
    assert found.observed_at == datetime(2025, 1, 18, 10, tzinfo=timezone(timedelta(hours=1)))
    assert found.observed_origin is Origin.DECLARED


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b'\xef\xbb\xbf{"text": "After a mark."}', "After a mark."),
        ('{"text": "Wide, très wide."}'.encode("utf-16"), "Wide, très wide."),
        (b'{"text": "Not strict.", "score": NaN}', "Not strict."),
        (b'{"text": "A raw\nline end."}', "A raw\n\nline end."),
        (b'{"text": "Half \\ud83d of a pair."}', "Half \ufffd of a pair."),
        (b'{"text": "First.", "text": "Second."}', "Second."),
        (b'{"text": "Large.", "n": 123456789012345678901234567890}', "Large."),
    ],
)
def test_what_strict_json_refuses_but_programs_write_is_read(content: bytes, body: str) -> None:
    (reading,) = readings(content)
    assert isinstance(reading, Article)
    assert reading.body == body


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["title", "text", "body", "authors", "date", "url", "source", "tags", "id", "language", "summary", "comments"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=8), max_size=4))
def test_any_records_are_read_or_rejected_and_all_their_text_is_accounted_for(records: list[dict[str, object]]) -> None:
    content = json.dumps(records).encode()
    found = readings(content)
    assert found == readings(content)
    assert len(found) == max(len(records), 1)
    for reading in found:
        assert isinstance(reading, Article) or reading.reason in ("no_body", "no_record"), reading
        assert isinstance(reading, Rejection) or unaccounted(reading) == []


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_after_a_brace_are_read_or_rejected(tail: bytes) -> None:
    for reading in readings(b'{"text": "' + tail, "x.jsonl"):
        assert isinstance(reading, Article) or reading.reason != "reader_failed", reading


def test_the_names_of_a_records_fields_are_kept_as_written_also_where_it_is_refused() -> None:
    [good, bad] = readings([{"Head-Line": "A title", "text": _BODY}, {"headline": "A title", "copy": 1}])
    assert isinstance(good, Article) and isinstance(bad, Rejection)
    assert good.field_names == ("Head-Line", "text")
    assert bad.field_names == ("headline", "copy")
    [many] = readings({"text": _BODY} | {f"key-{number}" * 40: number for number in range(500)})
    assert len(many.field_names) == 200
    assert max(map(len, many.field_names)) == 100
