"""What goes out of the middle of a page's article: hidden elements, links to other articles, newsletter boxes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.account import unaccounted
from transforms.article import Article, RawFile
from transforms.extract import extract
from transforms.read.page_cuts import without_cuts
from transforms.select.page_blocks import page_blocks
from transforms.select.page_choice import Choice
from transforms.select.vocabulary import INVISIBLE, attributes_of

_AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
_FIRST = [
    "The harbour council of the northern district met on Monday to decide on the future of the old fish market hall.",
    "It voted for a plan that keeps the iron roof, moves the stalls to the quay and opens a reading room in the wing.",
]
_REST = [
    "The work begins in May and takes two years, said the harbour master, who asked the traders for their patience.",
    "A group of residents had wanted a swimming pool instead; its spokeswoman said that they would not go to court.",
]
_BODY = "\n\n".join([*_FIRST, *_REST])
_HIDDEN = "Thank you for your order, the first month of your reading costs one euro only, says this box to nobody."


def read(between: str, wrap: str = "{}") -> Article:
    first, rest = ("".join(f"<p>{line}</p>" for line in lines) for lines in (_FIRST, _REST))
    page = (
        f"<title>Hall keeps its roof</title><article><h1>Hall keeps its roof</h1>"
        f"{wrap.format(first + between + rest)}</article>"
    )
    (reading,) = extract(RawFile("hall.html", page.encode()), as_of=_AS_OF)
    assert isinstance(reading, Article)
    assert unaccounted(reading) == []
    return reading


def cuts(article: Article) -> list[tuple[str, str]]:
    return [(span.rule, article.source_text[span.start : span.end]) for span in article.removed]


@pytest.mark.parametrize(
    "attributes",
    [
        "style='display:none'",
        "style='color:red; visibility: hidden'",
        "hidden",
        "aria-hidden='true'",
        "class='sr-only'",
    ],
)
def test_what_is_hidden_in_the_middle_of_an_article_is_no_part_of_it(attributes: str) -> None:
    article = read(f"<div {attributes}><p>{_HIDDEN}</p></div>")
    assert article.body == _BODY
    assert cuts(article) == [("blocks.hidden", _HIDDEN)]


@pytest.mark.parametrize("attributes", ["style='display:none'", "class='story screen-reader-text'"])
def test_an_article_that_a_script_will_show_is_read(attributes: str) -> None:
    assert read("", f"<div {attributes}>{{}}</div>").body == _BODY


def test_paragraphs_that_a_script_will_show_one_by_one_are_read() -> None:
    lines = "".join(f"<p style='visibility:hidden'>{line}</p>" for line in (*_FIRST, *_REST))
    page = f"<title>Hall keeps its roof</title><article><h1>Hall keeps its roof</h1>{lines}</article>"
    (reading,) = extract(RawFile("hall.html", page.encode()), as_of=_AS_OF)
    assert isinstance(reading, Article)
    assert reading.body == _BODY


def test_what_the_reader_can_open_and_what_small_screens_hide_is_not_hidden() -> None:
    def is_hidden(attrs: str) -> bool:
        return bool(attributes_of(attrs).traits & INVISIBLE)

    assert is_hidden(' style="display:none"')
    assert not is_hidden(' class="paywall" aria-hidden="true"')
    assert not is_hidden(' aria-hidden="true" aria-labelledby="question-1" role="region"')
    assert not is_hidden(' class="hidden md:block"')


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("READ ALSO: <a href=/z>Lighthouse keeper retires after forty years</a>", "teaser.inline"),
        ("Read also <a href=/z>Lighthouse keeper retires after forty years</a>", "teaser.inline"),
        ("Lesen Sie auch: <a href=/z>Der Leuchtturm hat einen neuen Wärter</a>", "teaser.inline"),
        ("Sign up for our newsletter", "newsletter.signup"),
    ],
)
def test_a_line_that_leads_out_of_the_article_goes_as_it_does_from_a_text(line: str, rule: str) -> None:
    lines = [*_FIRST, line, *_REST]
    blocks = page_blocks(LexborHTMLParser("".join(f"<p>{line}</p>" for line in lines)))
    everything = Choice(np.full(5, 0.99), np.ones(5, bool), np.zeros(5, bool), 0.99)  # whatever a classifier says
    left = without_cuts(blocks, everything)
    assert left.chosen.tolist() == [True, True, False, True, True]
    assert left.cuts == {2: rule}


def test_a_sentence_that_begins_with_such_words_stays() -> None:
    line = "Read more about the plans for the hall in the minutes of the council."
    assert (
        line in read("<p>Read more <a href=/z>about the plans for the hall in the minutes of the council.</a></p>").body
    )


def test_a_newsletter_box_goes_and_an_article_named_after_one_stays() -> None:
    words = "Our letter from the coast comes every Friday, with the tides of the week and all that the council decided."
    article = read(f"<div class='newsletter-box'><p>{words}</p></div>")
    assert article.body == _BODY
    assert cuts(article) == [("blocks.newsletter", words)]
    assert read("", "<div class='newsletter-issue'>{}</div>").body == _BODY
