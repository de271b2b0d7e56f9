"""What components hold is shown where a browser shows it; all else of a page stays as it was."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from transforms.article import Article, RawFile
from transforms.read.html import read_html
from transforms.read.markup import Markup
from transforms.read.shadow_roots import composed
from transforms.select.page_blocks import page_blocks

ROOT = "<template shadowrootmode='open'>"
SENTENCES = [
    "The harbour council voted on Monday to keep the roof of the old fish market, which storms have damaged twice.",
    "Repairs will cost 1.2 million crowns, and the stalls move to the eastern quay until the work is done in May.",
    "Traders had feared that the hall would be closed for good, said Ina Halvorsen, who has sold mackerel there.",
]
PROSE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
ARTICLE = f"<article>{PROSE}</article>"


def read(body: str, head: str = "<title>Hall keeps its roof</title>") -> Article:
    page = f"<html><head>{head}</head><body><h1>Hall keeps its roof</h1>{body}</body></html>"
    article = read_html(RawFile("page.html", page.encode()), Markup(page, page.encode()))
    assert isinstance(article, Article)
    return article


def seen(markup: str) -> str:
    """The visible text of a page."""
    return page_blocks(LexborHTMLParser(composed(markup) or markup)).source_text


@pytest.mark.parametrize(
    "template",
    [
        '<template shadowrootmode="open">',
        "<template shadowrootmode=closed>",
        "<TEMPLATE class='a>b' shadowRootMode = 'Open' shadowrootdelegatesfocus>",
        "<template class=it's shadowrootmode=open>",
        '<template shadowroot="open">',
    ],
)
def test_an_article_inside_a_component_is_read(template: str) -> None:
    article = read(f"<x-story>{template}<style>p {{ color: red }}</style><main>{PROSE}</main></template></x-story>")
    assert article.body.split("\n\n") == SENTENCES
    assert article.source_text.split("\n") == ["Hall keeps its roof", "", *SENTENCES]


def test_what_a_component_is_given_stands_in_its_slots_and_what_they_hold_themselves_is_not_shown() -> None:
    page = (
        f"<x-story>{ROOT}<h2><slot name='top'>No title</slot></h2><main><slot>Loading</slot></main>"
        "<footer><slot name='notes'>No notes</slot></footer></template>"
        "Some <b>light</b> text<p>a paragraph</p><span slot='top'>A title</span></x-story>"
    )
    assert seen(page).split("\n") == ["A title", "", "Some light text", "a paragraph", "", "No notes"]


def test_of_two_slots_of_a_name_the_first_is_filled_and_what_no_slot_takes_stays_behind() -> None:
    page = (
        f"<x-a>{ROOT}<div><slot>one</slot></div><div><slot>two</slot></div></template><p>given</p><p slot='z'>left</p>"
    )
    assert seen(page).split("\n") == ["given", "two", "left"]


def test_a_slot_hands_on_what_it_is_given() -> None:
    inner = f"<x-in>{ROOT}<h2>Inside</h2><slot></slot></template><slot></slot></x-in>"
    assert seen(f"<x-out>{ROOT}{inner}</template><p>given</p></x-out>").split("\n") == ["Inside", "given"]


def test_a_slot_within_what_a_filled_one_held_goes_with_it() -> None:
    page = f"<x-a>{ROOT}<slot>none <slot name='z'>at <slot name='y'>all</slot></slot></slot></template><p>given</p>"
    assert seen(f"{page}<i slot='z'>left</i></x-a>").split("\n") == ["given", "left"]


def test_an_empty_slot_of_a_component_is_not_filled_by_the_one_about_it() -> None:
    inner = f"<x-in>{ROOT}<h2>Inside</h2><slot></slot></template></x-in>"
    page = f"<x-out>{ROOT}{inner}<h3>Below</h3><slot></slot></template><p>given</p></x-out>"
    assert seen(page).split("\n") == ["Inside", "Below", "given"]


def test_a_component_within_a_sentence_is_part_of_it() -> None:
    said = f"It rained on <x-day>{ROOT}Tuesday</template></x-day> in the town."
    assert read(f"<main>{PROSE}<p>{said}</p></main>").body.endswith("It rained on Tuesday in the town.")


def test_components_within_one_another_are_both_shown_and_a_plain_template_is_not() -> None:
    inner = f"<x-text>{ROOT}{PROSE}</template></x-text>"
    plain = f"<template><p>A row that scripts fill in.</p><x-row>{ROOT}nor this</template></x-row></template>"
    article = read(f"<x-page>{ROOT}{plain}{inner}</template></x-page>")
    assert article.source_text.split("\n") == ["Hall keeps its roof", *SENTENCES]


@pytest.mark.parametrize(
    "markup",
    [
        f'<script>let page = "{ROOT}b</template>"</script><p>a</p>',
        f"<!-- {ROOT}b</template> --><p>a</p>",
        "<p>a</p><template title=\"shadowrootmode='open'\">b</template>",
        "<p>a</p><x-a><template data-shadowrootmode='open'>b</template></x-a>",
        "<p>a</p><x-a><template shadowrootmode='none'>b</template></x-a>",
        "<p>a</p><x-a><template shadowrootmode='open'",
        f"<p>a</p><ul>{ROOT}<li>b</li></template></ul><a href=x>{ROOT}b</template></a>",
        f"<title>On {ROOT}</title><p>a</p>",
        f"<head>{ROOT}b</template><title>c</title></head><p>a</p>",
    ],
)
def test_what_is_no_shadow_root_stays(markup: str) -> None:
    assert composed(markup) is None
    assert seen(markup) == "a"


def test_a_host_has_one_root_and_a_second_one_is_not_shown() -> None:
    assert seen(f"<x-a>{ROOT}<p>first</p></template>{ROOT}<p>second</p></template></x-a>") == "first"


def test_what_a_page_declares_stays_as_it_is_written() -> None:
    head = f'<title>Hall keeps its roof</title><meta name="description" content="How {ROOT} puts it">'
    assert read(f"<x-a>{ROOT}{PROSE}</template></x-a>", head).summary == f"How {ROOT} puts it"


@pytest.mark.parametrize(
    "component",
    [
        f"<x-a>{ROOT}<svg><style/></svg><p>one</p></template></x-a><template><style></style>tpl</template>",
        f"<x-a>{ROOT}<a title='<!--'>one</a></template></x-a><template><!-- c --></template>",
        f"<x-a>{ROOT}<p>one</p><!-- a --!></template></x-a><template><!-- c --></template>",
        f"<x-a>{ROOT}<input value='<iframe src=x>'>one</template></x-a><template><iframe></iframe></template>",
        f"<x-a>{ROOT}one<button>Menu</template></x-a>",
        f"<x-a>{ROOT}one<select><option>Menu</template></x-a>",
        f"<x-a>{ROOT}<p>one</template></x-a>\u017fcript",
    ],
)
def test_a_component_that_is_oddly_written_hides_nothing_behind_it(component: str) -> None:
    article = read(f"{component}{ARTICLE}")
    assert "one" in article.source_text.split("\n")[1]
    assert article.body.split("\n\n") == SENTENCES


_TOKENS = (
    "<x-a>", "</x-a>", "<div>", "</div>", "<template>", ROOT, "</template>", "<slot>", "<slot name=s>", "</slot>",
    "<p>", "<p slot=s>", "word ", "other ", "é ", "<svg><style/></svg>", "<!-- c --!>", "<a title='<!--'>", "</a>",
    "<b>", "</b>", f"<i title=\"{ROOT}\">", "</i>", "<table><tr><td>", "</table>", "<h2>", "</h2>",
)  # fmt: skip


@given(st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
@settings(max_examples=400)
def test_no_word_that_was_seen_is_lost_and_no_other_than_those_of_the_page_is_seen(markup: str) -> None:
    plain = Counter(re.findall(r"\w+", page_blocks(LexborHTMLParser(markup)).source_text))
    found = Counter(re.findall(r"\w+", seen(markup)))
    assert plain <= found
    assert found <= Counter(re.findall(r"\w+", markup))


@pytest.mark.parametrize(
    "page",
    [
        f"<x-a>{ROOT}" * 300,
        f"<x-a>{ROOT}a</template></x-a>" * 20_000,
        f"<x-a>{ROOT}{'<slot></slot>' * 20_000}</template>{'<p>a</p>' * 20_000}</x-a>",
        f"<x-a>{ROOT * 20_000}",
    ],
    ids=["deep", "many", "slots", "templates"],
)
def test_a_page_made_to_take_long_does_not(page: str) -> None:
    began = time.process_time()
    composed(page)
    assert time.process_time() - began < 10
