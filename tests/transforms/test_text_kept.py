"""No real sentence is lost: articles that speak of what the rules look for keep every word of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.account import unaccounted
from transforms.article import Article, Kind, RawFile
from transforms.read.text import read_text

NOW = datetime(2025, 2, 1, tzinfo=UTC)


def read(text: str) -> Article:
    reading = read_text(RawFile("kept/a.txt", text.encode()), text, as_of=NOW)
    assert isinstance(reading, Article), reading
    assert unaccounted(reading) == []
    return reading


TITLE = "Harbour office counts its gulls again"
P1 = "The harbour office of Port Alder has counted its gulls for the ninth year in a row, and found more than ever."
P2 = "Some 412 birds were seen on the long pier on Sunday morning, the office said in a short note to the town."
P3 = "Nobody knows why they prefer the pier to the fish market, where there would be far more to eat for them."
P4 = "The count is to be repeated in spring, when the young birds leave the roofs of the old town for the first time."

KEPT: dict[str, list[str]] = {
    "a sentence that speaks of recent posts": [
        P1,
        "In recent posts on the town's notice board, readers had asked for exactly such a count.",
        P2,
        P3,
    ],
    "a section called Recent posts": [
        P1,
        P2,
        "Recent posts",
        "The office manned two new posts on the pier last year, and both kept a log of the birds.",
        P3,
    ],
    "a section called Latest news": [
        P1,
        "Latest news",
        "A second pier will be counted as well, the office said on Monday in answer to a question.",
        P2,
    ],
    "a section called Related, at the end": [
        P1,
        P2,
        "Related",
        "The gull is related to the tern, and the office counts both of them on one and the same form.",
    ],
    "a quoted age": [
        P1,
        "“4 minutes ago there were none,” the counter said, and pointed at a pier that was white with birds.",
        P2,
        P3,
    ],
    "an age that ends a sentence": [
        P1,
        "The ferry with the counters on board left the long pier only 4 minutes ago.",
        P2,
        P3,
    ],
    "a paragraph that starts with Related": [
        P1,
        "Related: the office also counts cormorants, which are fewer but stay on the pier all year round.",
        P2,
        P3,
    ],
    "a paragraph that starts with Read more": [
        P1,
        "Read more, the teacher told the children, and then count the gulls as the office does each Sunday.",
        P2,
        P3,
    ],
    "a paragraph that starts with Source": [
        P1,
        "Source: the river rises below the town hall and reaches the sea beside the pier with the gulls.",
        P2,
        P3,
    ],
    "a paragraph that starts with By": [
        P1,
        "By Monday evening every one of the birds had left the pier, and the counters went home for supper.",
        P2,
        P3,
    ],
    "a paragraph that ends in an ellipsis": [P1, "And then, all at once, the pier was empty…", P2, P3],
    "a closing thought cut short": [P1, P2, P3, "Whether they come back is another matter…"],
    "a word that is a button elsewhere": [P1, P2, "Share", P3, P4],
    "a list of networks": [
        P1,
        "The office publishes its figures in three places, and each of them has its own readers:",
        "Facebook",
        "Telegram",
        "The notice board",
        P3,
        P4,
    ],
    "a list of ingredients": [
        P1,
        "For the counters' soup the harbour kitchen needs:",
        "- 200 g of barley",
        "- 2 onions",
        "- a bay leaf",
        P3,
        P4,
    ],
    "a sentence about cookies": [
        P1,
        "We use cookies to lure them, said the baker of the pier, but the gulls preferred the herring.",
        P2,
        P3,
    ],
    "a sentence about machine translation": [
        P1,
        "The note has been automatically translated into four languages by the office, which led to a flock of geese.",
        P2,
        P3,
    ],
    "a sentence about rights": [
        P1,
        "Copyright in the count belongs to the town, and all rights reserved for it go to the office.",
        P2,
        P3,
    ],
    "a sentence about a missing page": [
        P1,
        "The page you are looking for was not found in the log of 1912, the archive told the counters.",
        P2,
        P3,
    ],
    "a heading that asks": [P1, P2, "Where do they sleep?", P3, P4],
    "a heading with a colon": [P1, P2, "The office: no plans to feed them", P3, P4],
    "a date in a sentence": [
        P1,
        "The first count took place on 17 January 2016, in a storm that nobody has forgotten.",
        P2,
        P3,
    ],
    "a person's name in a line of its own inside": [P1, P2, "Tessa Varn", P3, P4],
    "a closing quotation and who said it": [P1, P2, P3, "“They are the true owners of the pier.”", "Tessa Varn"],
    "a name that the text has spoken of": [
        P1,
        P2,
        P3,
        "Tessa Varn has led the count since its first year.",
        "Tessa Varn",
    ],
    "a category in a sentence": [
        P1,
        "Categories: the office knows three of them, young birds, old birds and visitors from the sea.",
        P2,
        P3,
    ],
    "an advertisement in a sentence": [
        P1,
        "Advertisement on the pier is forbidden, as the birds would nest in it, the office said.",
        P2,
        P3,
    ],
    "messages with their times": [
        P1,
        "“The pier is empty and I do not know…”",
        "20 minutes ago",
        "“Now they come, and the first of them has…”",
        "10 minutes ago",
        "“All of them are here.”",
        P2,
        P3,
    ],
    "a sentence that begins with a picture": [
        P1,
        "Picture, if you will, a pier without gulls.",
        "Photo, poem and count hang side by side in the office.",
        P2,
        P3,
    ],
    "a sentence that begins with a picture and a colon": [
        P1,
        "Photo: there is none of the first count, which took place in a storm.",
        "写真：最初の調査のものは残っておらず、嵐の中で行われたという。",
        P2,
    ],
    "an invitation to follow": [
        P1,
        "„Folgen Sie uns auf den Pier“, sagte der Hafenmeister.",
        "Folgen Sie uns auf den Pier, stand auf dem Schild.",
        P2,
    ],
    "a time at the start of a sentence": [
        P1,
        "4 minutes ago is a long time for a gull, as anybody with a sandwich will know.",
        P2,
        P3,
    ],
}


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["tight", "spaced"])
@pytest.mark.parametrize("case", KEPT)
def test_an_article_keeps_every_line_whatever_it_speaks_of(case: str, between: str) -> None:
    article = read(between.join([TITLE, *KEPT[case]]))
    assert article.body.split("\n\n") == KEPT[case]
    assert article.title == TITLE
    assert article.authors == ()
    assert article.published is None
    assert article.removed == ()
    assert article.is_translated is None


def test_an_interview_keeps_its_questions_and_has_no_headings() -> None:
    lines = [
        "Who counts the gulls?",
        "Two of us, on Sundays. We take a flask of tea and a hand counter each, and begin at the light.",
        "Do they mind?",
        "Not at all. They look at us as if we were the ones to be counted, and perhaps they are right.",
        "What comes next?",
        "The cormorants. They are fewer, but they never sit still, and so the work is about the same.",
    ]
    article = read("\n\n".join(["“They count us as well”", *lines]))
    assert article.body.split("\n\n") == lines
    assert article.headings == ()


def test_a_poem_keeps_its_lines_and_its_signature() -> None:
    lines = [
        "Grey the pier and grey the morning",
        "grey the gulls that sit in rows",
        "no one gives the boats a warning",
        "no one counts them, no one knows",
        "Mira Holm",
    ]
    article = read("The pier\n\n" + "\n".join(lines))
    assert [line for line in article.body.split("\n") if line] == lines
    assert article.authors == ()
    assert article.headings == ()


def test_a_live_blog_keeps_its_times() -> None:
    lines = [
        "09:12 The first boat with counters has left the long pier and is heading for the outer light.",
        "09:40 A flock of some eighty birds has settled on the customs house, well outside the count.",
        "10:05 Rain. The counters go on under an umbrella that the harbour office had kept for the day.",
        "10:31 The count is over: 412 birds, more than in any year before, the office says.",
    ]
    article = read("Live: the gulls of Port Alder are being counted\n\n" + "\n".join(lines))
    assert article.kind is Kind.LIVEBLOG
    assert article.body.split("\n\n") == lines


def test_relative_times_of_a_live_blog_stay_with_their_entries() -> None:
    lines = [
        "4 minutes ago",
        "The last boat is back in the harbour, and the counters are having soup in the office kitchen.",
        "19 minutes ago",
        "Rain has set in on the pier, and the birds have put their heads under their wings.",
        "36 minutes ago",
        "The first two hundred have been counted, most of them on the roof of the fish market.",
    ]
    article = read("\n".join([TITLE, P1, *lines]))
    for line in lines[1::2]:
        assert line in article.body


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Ferry between Port Alder and Kaltenau stops until Monday because of ice.", 1),
        ("Ice on the sound\n\nThe ferry to Kaltenau stops until Monday. The harbour office expects a thaw.", 1),
        ("The ferry to Kaltenau stops until Monday because of ice.\n\nThe harbour office expects a thaw by then.", 2),
    ],
)
def test_one_or_two_sentences_are_a_brief(text: str, body: int) -> None:
    article = read(text)
    assert article.kind is Kind.BRIEF
    assert len(article.body.split("\n\n")) == body


def test_wrapped_lines_become_paragraphs_again() -> None:
    text = (
        "Harbour office counts its gulls again\n\n"
        "The harbour office of Port Alder has counted its gulls for the\n"
        "ninth year in a row, and found more of them than ever before on\n"
        "the long pier and the roofs behind it.\n\n"
        "Nobody knows why they prefer the pier to the fish market, where\n"
        "there would be far more to eat for them, as the office noted in\n"
        "its short report to the town council of Port Alder.\n"
    )
    article = read(text)
    assert article.title == "Harbour office counts its gulls again"
    assert article.body.split("\n\n") == [
        "The harbour office of Port Alder has counted its gulls for the ninth year in a row, and "
        "found more of them than ever "
        "before on the long pier and the roofs behind it.",
        "Nobody knows why they prefer the pier to the fish market, where there would be far more "
        "to eat for them, as the office "
        "noted in its short report to the town council of Port Alder.",
    ]


def test_a_dateline_is_the_articles_date_and_stays_in_the_body() -> None:
    first = "KALTENAU, 17 January 2025 (Hafenfunk) – The town of Kaltenau has counted its gulls for the first time."
    article = read("\n\n".join([TITLE, first, P2, P3]))
    assert article.published is not None
    assert article.published.day.isoformat() == "2025-01-17"
    assert article.body.split("\n\n") == [first, P2, P3]


def test_a_report_with_as_many_figures_as_letters_is_an_article() -> None:
    rows = "\n".join(f"{n}. Aldmouth {n} 4{n:02d},{n:03d} 1{n:02d}.7 20{n:02d}-01" for n in range(1, 60))
    prose = "The market cooled in the first half of the year, the land office says."
    text = f"Where houses sell fastest\n\n{prose}\n\n{rows}\n"
    raw = RawFile("figures.txt", text.encode())
    reading = read_text(raw, text, as_of=datetime(2026, 11, 22, tzinfo=UTC))
    assert isinstance(reading, Article)
    assert "17. Aldmouth 17 417,017 117.7 2017-01" in reading.body
