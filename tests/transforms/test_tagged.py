"""Tagged exports in every spelling: names, order, case, attributes, missing and broken tags, quoted tags, entities."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import unaccounted
from transforms.article import Article, Origin, RawFile, Reading, Rejection
from transforms.read.tagged import read_tagged

NOW = datetime(2025, 2, 1, tzinfo=UTC)
BODY = [
    "Port Alder and Kaltenau have agreed to run their harbours together for twelve years.",
    "The treaty covers the pilots, the tugs and a ferry that both towns will pay for.",
    "The two councils still have to vote. A date has not been set.",
]
TITLE = "Port Alder and Kaltenau share their harbours"
FULL = {
    "TITLE": TITLE,
    "PUBLISHED_DATE": "2025-01-17",
    "URL": "https://www.harbour-gazette.example/news/a1",
    "AUTHOR": "Mira Holm",
    "SUMMARY": "\nThe towns share their harbours.\n-  Pilots and tugs are covered.\n-  A ferry follows.\n\n",
    "HIGHLIGHTS": "\n- The treaty lasts twelve years.\n- A ferry will be shared.\n\n",
    "CONTENT": "\n" + "\n\n".join(BODY) + "\n\n",
}


def reading_of(text: str) -> Reading:
    return read_tagged(RawFile("tagged/a.txt", text.encode()), text, as_of=NOW)


def read(text: str) -> Article:
    reading = reading_of(text)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


def left_null(article: Article) -> list[str]:
    """The tags whose fields an article lacks."""
    found = {
        "TITLE": article.title,
        "PUBLISHED_DATE": article.published,
        "URL": article.url,
        "AUTHOR": article.authors or None,
        "SUMMARY": article.summary,
        "HIGHLIGHTS": article.highlights or None,
    }
    return [name for name, value in found.items() if value is None]


def export(fields: dict[str, str]) -> str:
    return "\n".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "\n"


def expect_full(article: Article) -> None:
    assert article.title == TITLE
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2025, 1, 17), Origin.DECLARED)
    assert (article.url, article.source) == ("https://www.harbour-gazette.example/news/a1", "harbour-gazette.example")
    assert [author.name for author in article.authors] == ["Mira Holm"]
    assert article.summary == "The towns share their harbours.\nPilots and tugs are covered.\nA ferry follows."
    assert article.highlights == ("The treaty lasts twelve years.", "A ferry will be shared.")
    assert article.body.split("\n\n") == BODY
    assert {span.rule for span in article.removed} == {"tag"}


def test_a_full_export_gives_every_field_as_declared() -> None:
    article = read(export(FULL))
    expect_full(article)
    assert dict(article.origins) == {
        "title": Origin.DECLARED,
        "published": Origin.DECLARED,
        "url": Origin.DECLARED,
        "source": Origin.DECLARED,
        "authors": Origin.DECLARED,
        "summary": Origin.DECLARED,
        "highlights": Origin.DECLARED,
        "language": Origin.TEXT,
    }
    assert (article.identity_key, article.identity_kind) == ("harbour-gazette.example/news/a1", "url")


@pytest.mark.parametrize(
    "text",
    [
        export(dict(reversed(FULL.items()))),
        export(FULL).replace("<TITLE>", "<title>").replace("</TITLE>", "</title>").replace("CONTENT>", "Content>"),
        export({name.lower(): value for name, value in FULL.items()}),
        export(FULL).removesuffix("</CONTENT>\n"),
        export(FULL).replace("<TITLE>", '<TITLE lang="en" id="7">').replace("<CONTENT>", "<CONTENT type='text'>"),
        export(FULL).replace("<URL>", "< URL >").replace("</URL>", "< /URL >"),
        export(FULL).replace("</AUTHOR>", ""),
        "<DOC>\n" + export(FULL) + "</DOC>\n",
        '<?xml version="1.0" encoding="utf-8"?>\n<ARTICLE>\n' + export(FULL) + "</ARTICLE>",
        export(FULL).replace("<CONTENT>", "<CONTENT><![CDATA[").replace("</CONTENT>", "]]></CONTENT>"),
        export(FULL).replace("\n</CONTENT>", "</CONTENT>"),
        export(FULL).replace("</PUBLISHED_DATE>\n", "</PUBLISHED_DATE>").replace("</TITLE>\n", "</TITLE> "),
    ],
    ids=[
        "reversed",
        "mixed case",
        "lower case",
        "last tag open",
        "attributes",
        "spaces",
        "author open",
        "wrapped",
        "xml",
        "cdata",
        "no line before the end",
        "one line",
    ],
)
def test_spelling_and_order_of_the_tags_make_no_difference(text: str) -> None:
    article = read(text)
    body_and_rules = {span.rule for span in article.removed} - {"tag", "tag.declaration", "engine.unselected"}
    assert body_and_rules == set()
    assert article.body.split("\n\n") == BODY
    assert (article.title, article.url) == (TITLE, "https://www.harbour-gazette.example/news/a1")
    assert [author.name for author in article.authors] == ["Mira Holm"]
    assert article.highlights == ("The treaty lasts twelve years.", "A ferry will be shared.")


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("HEADLINE", "DATE", "BYLINE", "BODY"), (TITLE, "17 January 2025", "By Mira Holm", "\n".join(BODY))),
        (
            ("headline", "pubdate", "byline", "text"),
            (TITLE, "Fri, 17 Jan 2025 09:00:00 GMT", "Mira Holm", "\n\n".join(BODY)),
        ),
        (
            ("Title", "Published", "Authors", "FullText"),
            (TITLE, "2025-01-17T09:00:00+01:00", "Mira Holm", "\n\n".join(BODY)),
        ),
        (("TITEL", "DATUM", "AUTOR", "TEXT"), (TITLE, "17.01.2025", "Von Mira Holm", "\n\n".join(BODY))),
    ],
)
def test_other_names_of_the_tags_are_known(names: tuple[str, ...], values: tuple[str, ...]) -> None:
    article = read(export(dict(zip(names, values, strict=True))))
    assert article.title == TITLE
    assert article.published is not None
    assert article.published.day == date(2025, 1, 17)
    assert [author.name for author in article.authors] == ["Mira Holm"]
    assert article.body.split("\n\n") == BODY


def test_source_language_section_categories_and_update_are_read() -> None:
    article = read(
        export(
            FULL
            | {
                "URL": "",
                "SOURCE": "Harbour Gazette",
                "LANGUAGE": "English",
                "SECTION": "Coast",
                "CATEGORY": "Harbours; Ferries",
                "UPDATED": "2025-01-18T10:00:00Z",
                "KICKER": "Two towns, one quay",
                "DOCNO": "HG-0117",
            }
        )
    )
    assert (article.source, article.source_name, article.language) == (None, "Harbour Gazette", "en")
    assert (article.section, article.categories, article.kicker) == (
        "Coast",
        ("Harbours", "Ferries"),
        "Two towns, one quay",
    )
    assert article.modified is not None
    assert article.modified.at == datetime(2025, 1, 18, 10, tzinfo=UTC)
    assert (article.record_id, article.identity_key, article.identity_kind) == (
        "HG-0117",
        "harbour gazette:HG-0117",
        "record",
    )


@pytest.mark.parametrize("missing", ["TITLE", "PUBLISHED_DATE", "URL", "AUTHOR", "SUMMARY", "HIGHLIGHTS"])
@pytest.mark.parametrize("how", ["left out", "empty", "blank", "self-closed"])
def test_a_missing_or_empty_tag_leaves_its_field_null(missing: str, how: str) -> None:
    fields = dict(FULL)
    if how == "left out":
        del fields[missing]
    else:
        fields[missing] = "" if how == "empty" else " \n "
    text = export(fields)
    if how == "self-closed":
        text = text.replace(f"<{missing}> \n </{missing}>", f"<{missing}/>")
    article = read(text)
    assert left_null(article) == [missing]
    assert article.body.split("\n\n") == BODY
    assert article.faults == ()


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Mira Holm; Odo Quill", ["Mira Holm", "Odo Quill"]),
        ("Mira Holm, Odo Quill", ["Mira Holm", "Odo Quill"]),
        ("By Mira Holm and Odo Quill", ["Mira Holm", "Odo Quill"]),
        ("Mira Holm\nOdo Quill", ["Mira Holm", "Odo Quill"]),
        ("Mira Holm</AUTHOR>\n<AUTHOR>Odo Quill", ["Mira Holm", "Odo Quill"]),
        ("三枝 澪", ["三枝 澪"]),
    ],
)
def test_several_authors_are_told_apart(value: str, names: list[str]) -> None:
    assert [author.name for author in read(export(FULL | {"AUTHOR": value})).authors] == names


def test_an_author_who_is_declared_unknown_is_none() -> None:
    article = read(export(FULL | {"AUTHOR": "Unknown"}))
    assert (article.authors, "Unknown" in article.body) == ((), False)


@pytest.mark.parametrize("missing", ["TITLE", "PUBLISHED_DATE", "URL", "AUTHOR", "SUMMARY", "HIGHLIGHTS"])
@pytest.mark.parametrize("value", ["None", "null", "NaN", "N/A", "[]", " - "])
def test_a_value_that_says_there_is_none_leaves_its_field_null(missing: str, value: str) -> None:
    article = read(export(FULL | {missing: value}))
    assert left_null(article) == [missing]
    assert article.faults == ()


@pytest.mark.parametrize("value", ["2025-13-45", "yesterday", "03/04/2025", "2025-02-30"])
def test_a_date_that_cannot_be_read_is_a_fault_and_null(value: str) -> None:
    article = read(export(FULL | {"PUBLISHED_DATE": value}))
    assert article.published is None
    assert [(f.field, f.raw_value, f.rule) for f in article.faults] == [("published_date", value, "date.unreadable")]


@pytest.mark.parametrize("value", ["not a url", "https://www.harbour-gazette.example/", "/news/a1"])
def test_a_url_that_is_none_is_a_fault_and_null(value: str) -> None:
    article = read(export(FULL | {"URL": value}))
    assert article.url is None
    assert [(f.field, f.rule) for f in article.faults] == [("url", "url.unusable")]


@pytest.mark.parametrize(
    "line",
    [
        "The depth is < 5 metres, and 7 > 5 as every pilot knows.",
        "The form asks for a <TITLE> and a <CONTENT> in this order.",
        "She wrote <TITLE>Gulls</TITLE> on the first card and <URL> on the second one.",
        "We <3 our ferry, the children wrote.",
        "The closing tag </CONTENT> was left out by the clerk, who was sorry.",
        "if (a<b) then the lock opens, the manual says.",
        "A tag such as <harbour> means nothing to the archive.",
    ],
)
def test_signs_and_quoted_tags_in_the_content_stay(line: str) -> None:
    article = read(export(FULL | {"CONTENT": "\n" + "\n\n".join([BODY[0], line, *BODY[1:]]) + "\n"}))
    assert article.body.split("\n\n") == [BODY[0], line, *BODY[1:]]
    assert article.title == TITLE


def test_an_open_content_that_quotes_a_tag_at_a_line_start_goes_on() -> None:
    text = export(FULL).removesuffix("</CONTENT>\n").rstrip() + "\n\n<TITLE> is what the form asks for first.\n"
    assert read(text).body.split("\n\n") == [*BODY, "<TITLE> is what the form asks for first."]


def test_entities_are_resolved_in_fields_and_content() -> None:
    article = read(
        export(
            FULL
            | {
                "TITLE": "Pilots &amp; tugs: &quot;a deal&quot;",
                "CONTENT": f"The quay&#8217;s depth is &lt; 5&nbsp;m.\n\n{BODY[0]}",
            }
        )
    )
    assert article.title == 'Pilots & tugs: "a deal"'
    assert article.body.split("\n\n") == ["The quay’s depth is < 5 m.", BODY[0]]


def test_markup_in_the_content_becomes_paragraphs() -> None:
    content = (
        "".join(f"<p>{line}</p>" for line in BODY)
        .replace("treaty", "<b>treaty</b>")
        .replace("pilots", '<a href="x">pilots</a>')
    )
    article = read(export(FULL | {"CONTENT": content}))
    assert article.body.split("\n\n") == BODY
    assert {span.rule for span in article.removed} == {"tag", "tag.inline"}


def test_headings_teasers_and_footers_of_a_content_are_told_from_its_text() -> None:
    content = "\n\n".join(
        [
            TITLE,
            BODY[0],
            "Who pays for the ferry",
            *BODY[1:],
            "Advertisement",
            "Recent Posts",
            "Goose halts tram",
            "The bird would not…",
            "4 minutes ago",
            "This article has been automatically translated.",
        ]
    )
    article = read(export(FULL | {"CONTENT": content}))
    assert article.body.split("\n\n") == [BODY[0], "Who pays for the ferry", *BODY[1:]]
    assert article.headings == ("Who pays for the ferry",)
    assert article.is_translated is True
    assert {"title.repeated", "ad.marker", "teaser.block", "translation.machine"} <= {
        span.rule for span in article.removed
    }


@pytest.mark.parametrize(
    "text",
    [export({"TITLE": TITLE}), export(FULL | {"CONTENT": " \n"}), "<TITLE>x</TITLE>\n<CONTENT>", "<CONTENT></CONTENT>"],
)
def test_an_export_without_content_is_refused(text: str) -> None:
    reading = reading_of(text)
    assert isinstance(reading, Rejection)
    assert reading.reason == "no_body"
    assert "tagged/a.txt" in reading.detail


_TOKENS = st.sampled_from(
    [
        "<TITLE>",
        "</TITLE>",
        "<CONTENT>",
        "</CONTENT>",
        "<AUTHOR>",
        "</AUTHOR>",
        "<DATE>",
        "</DATE>",
        "<p>",
        "</p>",
        "<br/>",
        "<![CDATA[",
        "]]>",
        "<DOC>",
        "\n",
        "\n\n",
        "2025-01-17",
        "By Mira Holm",
        "The ferry has left the quay.",
        "&amp;",
        "<",
        ">",
        "- ",
        "Recent Posts",
        "4 minutes ago",
        "<SUMMARY/>",
        "港は静かだ。",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_TOKENS, st.text(max_size=12)), max_size=30).map("".join))
def test_any_mixture_of_tags_and_words_is_accounted_for(text: str) -> None:
    reading = reading_of(text)
    if isinstance(reading, Article):
        assert unaccounted(reading) == []
    assert reading == reading_of(text)


def test_tags_of_words_go_where_no_tag_of_a_block_says_that_the_content_is_marked_up() -> None:
    content = f"{BODY[0]}\n\nWater is H<sub>2</sub>O, <b>said</b> the <a href='/x'>pilot</a>.\n\n{BODY[2]}"
    article = read(export(FULL | {"CONTENT": content}))
    assert article.body.split("\n\n") == [BODY[0], "Water is H2O, said the pilot.", BODY[2]]
    covered = [(span.start, span.end) for span in (*article.kept, *article.removed)]
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(sorted(covered)))


def test_a_content_that_speaks_of_a_tag_keeps_it() -> None:
    said = "The sign <b> and the sign <i> stood on the old door, which nobody has opened for twelve years."
    assert read(export(FULL | {"CONTENT": f"{BODY[0]}\n\n{said}"})).body.split("\n\n") == [BODY[0], said]
