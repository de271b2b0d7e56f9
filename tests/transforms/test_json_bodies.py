"""The bodies of records and feeds: marked up more or less, cut short, or one level deep."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Author, RawFile
from transforms.extract import extract

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_FIRST = "The harbour council of Lowmouth agreed on Monday to dredge the eastern channel before the winter storms."
_SECOND = "The work begins in May and takes two years, said the harbour master, who asked the fishermen for patience."
_TITLE = "Channel to be dredged"
_BODY = f"{_FIRST}\n\n{_SECOND}"
_MARKED = f"<p>{_FIRST}</p><p>{_SECOND}</p>"


def article(record: object) -> Article:
    (reading,) = extract(RawFile("dump.json", json.dumps(record).encode()), as_of=_AS_OF)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def test_blank_lines_part_a_text_that_is_marked_up_within_its_lines() -> None:
    found = article(
        {"content": f"{_FIRST}\n\nTwo <em>boats</em> &amp; more.\n\n<strong>What next</strong>\n\n{_SECOND}"}
    )
    assert found.body == f"{_FIRST}\n\nTwo boats & more.\n\nWhat next\n\n{_SECOND}"


def test_a_text_that_speaks_of_a_tag_keeps_it_and_its_paragraphs() -> None:
    said = "The <title> tag and the <p> element are explained in chapter 3, of which nobody knew."
    assert article({"text": f"{_FIRST}\n\n{said}\n\n{_SECOND}"}).body == f"{_FIRST}\n\n{said}\n\n{_SECOND}"


def test_blank_lines_part_what_stands_between_the_blocks_of_a_body_too() -> None:
    found = article(
        {"content": f"{_FIRST}\n\n<em>Two</em> boats.\n<ul>\n\n<li>One\n\nend</li></ul>\n{_SECOND}\n\nEnd."}
    )
    assert found.body == f"{_FIRST}\n\nTwo boats.\n\n- One end\n\n{_SECOND}\n\nEnd."


def test_items_and_rows_are_marked_as_on_a_page() -> None:
    items = "<ul><li>First</li><li>Second</li></ul><table><tr><td>Ferries</td><td>17</td></tr></table>"
    assert article({"content": f"<p>{_FIRST}</p>{items}"}).body == f"{_FIRST}\n\n- First\n- Second\n\n| Ferries | 17"


@pytest.mark.parametrize(
    ("teaser", "whole"),
    [
        ({"content": "The harbour council of Lowmouth… [+230 chars]"}, {"full_text": _BODY}),
        ({"text": "The harbour council of Lowmouth…"}, {"content": _BODY}),
        ({"text": "They will dredge [...]"}, {"content": _BODY}),
        ({"text": _FIRST}, {"content_html": _MARKED}),
    ],
)
def test_a_teaser_gives_way_to_the_whole_text(teaser: dict[str, str], whole: dict[str, str]) -> None:
    assert article(teaser | whole).body == _BODY


def test_the_first_of_two_texts_stays_the_body_where_neither_is_a_teaser() -> None:
    assert article({"text": _FIRST, "content": f"{_SECOND} {_SECOND}"}).body == _FIRST


def test_the_line_that_says_where_an_item_appeared_first_is_cut_by_its_rule() -> None:
    footer = "The post Channel to be dredged appeared first on Quay Gazette."
    found = article(
        {"title": _TITLE, "content_html": f"{_MARKED}<p>{footer.replace('Quay', '<a href=/>Quay')}</a></p>"}
    )
    assert found.body == _BODY
    assert [(span.rule, found.source_text[span.start : span.end]) for span in found.removed] == [
        ("feed.footer", footer)
    ]


def test_fields_that_a_content_system_puts_one_level_deep_are_read() -> None:
    found = article(
        {
            "date": "2026-03-04T00:30:00", "date_gmt": "2026-03-03T23:30:00", "link": "https://quay.example/n",
            "title": {"rendered": "Council&#8217;s channel"}, "content": {"rendered": _MARKED, "protected": False},
            "excerpt": {"rendered": "<p>In short.</p>"}, "author": 7, "categories": [3],
        }
    )  # fmt: skip
    assert (found.title, found.summary, found.body) == ("Council’s channel", "In short.", _BODY)
    assert found.url == "https://quay.example/n"
    assert found.published is not None
    assert (found.published.day, found.published.offset_minutes) == (date(2026, 3, 4), 60)


def test_content_elements_are_the_body() -> None:
    found = article(
        {
            "headlines": {"basic": _TITLE}, "description": {"basic": "In short."},
            "content_elements": [
                {"type": "text", "content": _FIRST}, {"type": "image", "url": "x"},
                {"type": "header", "content": "Who pays"},
                {"type": "list", "items": [{"type": "text", "content": "The county"}]},
                {"type": "text", "content": f"{_SECOND} <b>So</b>."},
            ],
            "credits": {"by": [{"name": "Ina Halvorsen"}]}, "display_date": "2026-03-03T10:30:00Z",
            "canonical_url": "https://quay.example/n",
        }
    )  # fmt: skip
    assert (found.title, found.summary, found.headings) == (_TITLE, "In short.", ("Who pays",))
    assert found.body == f"{_FIRST}\n\nWho pays\n\n- The county\n\n{_SECOND} So."
    assert (found.authors, found.url) == ((Author("Ina Halvorsen"),), "https://quay.example/n")
    assert found.published is not None


def test_an_interfaces_answer_is_read_without_its_envelope() -> None:
    item = {
        "webTitle": _TITLE, "webPublicationDate": "2026-03-03T10:30:00Z", "webUrl": "https://quay.example/n",
        "sectionName": "Coast", "fields": {"body": _MARKED, "byline": "Ina Halvorsen", "trailText": "In short."},
    }  # fmt: skip
    for answer in ({"results": [item]}, {"status": "ok", "content": item}):
        found = article({"response": answer})
        assert (found.title, found.summary, found.section, found.body) == (_TITLE, "In short.", "Coast", _BODY)
        assert (found.authors, found.url) == ((Author("Ina Halvorsen"),), "https://quay.example/n")


def test_an_abstract_with_its_headline_and_byline_in_groups_is_read() -> None:
    document = {
        "headline": {"main": _TITLE, "kicker": None}, "byline": {"original": "By Ina Halvorsen", "person": []},
        "lead_paragraph": _FIRST, "pub_date": "2026-03-03T10:30:00+0000", "web_url": "https://quay.example/n",
    }  # fmt: skip
    found = article({"response": {"docs": [document]}})
    assert (found.title, found.body, found.authors) == (_TITLE, _FIRST, (Author("Ina Halvorsen"),))
    assert (found.url, found.published is not None) == ("https://quay.example/n", True)
