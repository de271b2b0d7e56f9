"""Documents whose source is written in characters are refused by name, texts that look like them are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.article import Article, RawFile, Reading, Rejection
from transforms.extract import extract

STORY = "The harbour council voted on Friday. The mayor said that the ferries run again from Monday on. " * 6


def read(content: str) -> Reading:
    (reading,) = extract(RawFile("a.txt", content.encode()), as_of=datetime(2026, 11, 22, tzinfo=UTC))
    return reading


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{\\rtf1\\ansi\\deff0 " + STORY + "}", "a document in RTF"),
        (
            "From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/1\nSubject: Ferries\n"
            'MIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype="text/html"\n\n' + STORY,
            "an e-mail, or a page saved as one",
        ),
        ("Received: by mail.example\r\nMIME-Version: 1.0\r\nSubject: Ferries\r\n\r\n" + STORY, "an e-mail"),
        ("title,url,date,text\nFerries,https://a.example/1,2026-03-01," + STORY, "a table"),
        ('"ID";"Headline";"Body"\n"1";"Ferries";"' + STORY + '"', "a table"),
        ("id\ttitle\tcontent\n1\tFerries\t" + STORY, "a table"),
    ],
    ids=["RTF", "MHTML", "e-mail", "CSV", "semicolons", "tabs"],
)
def test_what_is_no_text_is_refused_with_what_can_be_done(content: str, what: str) -> None:
    reading = read(content)
    assert isinstance(reading, Rejection)
    assert reading.reason == "unsupported_format"
    assert reading.detail.startswith(f"a.txt: {what}")
    assert reading.detail.endswith("or leave it out of the inbox")


@pytest.mark.parametrize(
    "head",
    [
        "Title: Ferries run again\nAuthor: Ina Halvorsen\nDate: 2026-03-01\n\n",
        "Title, date, place\n\n",
        "Ferries, buses and trams run again\nBy Ina Halvorsen, March 1, 2026\n\n",
        "{\\ is how the note began\n\n",
    ],
)
def test_a_text_is_an_article_however_it_begins(head: str) -> None:
    assert isinstance(read(head + STORY), Article)
