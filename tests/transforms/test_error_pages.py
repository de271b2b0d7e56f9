"""What says of itself that it is no article, and the headlines that begin like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.article import Article, RawFile, Rejection
from transforms.extract import extract

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_STORY = [
    "About five hundred people had to leave their flats in the harbour district early on Tuesday, the council said.",
    "Nobody was hurt.",
]
_HEADLINES = [
    "500 evacuated after fire in harbour block",
    "500 jobs lost at northern shipyard",
    "500 - the number of jobs that the yard lost",
    "503 new cases on the island",
    "404 days at sea: a skipper comes home",
    "Coming soon: a new ferry terminal for the town",
    "Coming soon to the quay: a reading room",
    "Under construction: the bridge",
    "Just a moment of silence",
    "Sign in to continue the fight, says union",
    "Register to read to children at the library",
    "Access denied to the beach, residents complain",
    "The story was not over for the ferry",
    "The page was not the first to go missing from the archive",
    "Nothing found in search for missing boat",
    "Attention required at the level crossing",
]
_NOTICES = [
    "404",
    "404 Not Found",
    "Error 503 Service Unavailable",
    "404 – Page not found | The Quay Gazette",
    "Page not found - The Quay Gazette",
    "Oops! That page can’t be found.",
    "Sorry, the page you are looking for could not be found.",
    "Seite nicht gefunden | Hafenblatt",
    "Access denied",
    "Just a moment...",
    "Attention Required! | Shield",
    "Please enable JavaScript and cookies to continue",
    "Log in to continue reading",
    "This content is only available to our subscribers",
    "Coming soon",
    "This site is under construction",
]
_NOTE = "It may have been moved when we tidied the archive up, so please try the search or go on to the front page."


@pytest.mark.parametrize("headline", _HEADLINES)
def test_a_brief_whose_headline_begins_like_an_error_is_an_article(headline: str) -> None:
    text = "\n\n".join([headline, *_STORY])
    page = f"<title>{headline}</title><h1>{headline}</h1>{''.join(f'<p>{line}</p>' for line in _STORY)}"
    for name, content in (("a.txt", text), ("a.html", page)):
        (reading,) = extract(RawFile(name, content.encode()), as_of=_AS_OF)
        assert isinstance(reading, Article), reading
        assert (reading.title, reading.body) == (headline, "\n\n".join(_STORY))


@pytest.mark.parametrize("notice", _NOTICES)
def test_a_notice_is_no_article_with_a_sentence_under_it(notice: str) -> None:
    page = f"<title>{notice}</title><h1>{notice}</h1><p>{_NOTE}</p>".encode()
    for name, content in (("a.txt", f"{notice}\n\n{_NOTE}\n".encode()), ("a.html", page)):
        (reading,) = extract(RawFile(name, content), as_of=_AS_OF)
        assert isinstance(reading, Rejection), reading
        assert reading.reason == "not_an_article"


@pytest.mark.parametrize("notice", ["404 | The Quay Gazette", "Sign in to continue to your account"])
def test_a_line_that_might_be_a_headline_is_a_notice_where_nothing_is_told(notice: str) -> None:
    (reading,) = extract(RawFile("a.txt", f"{notice}\n\nTry again later.\n".encode()), as_of=_AS_OF)
    assert isinstance(reading, Rejection)
    assert reading.reason == "not_an_article"
