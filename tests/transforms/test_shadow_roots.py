"""What components hold is shown where they stand; all else of a page stays as it was."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.article import Article, RawFile
from transforms.read.html import read_html
from transforms.read.markup import Markup
from transforms.read.shadow_roots import shown_in_place

_SENTENCES = [
    "The harbour council voted on Monday to keep the roof of the old fish market, which storms have damaged twice.",
    "Repairs will cost 1.2 million crowns, and the stalls move to the eastern quay until the work is done in May.",
    "Traders had feared that the hall would be closed for good, said Ina Halvorsen, who has sold mackerel there.",
]
_PROSE = "".join(f"<p>{sentence}</p>" for sentence in _SENTENCES)


def read(body: str) -> Article:
    page = (
        f"<html><head><title>Hall keeps its roof</title></head><body><h1>Hall keeps its roof</h1>{body}</body></html>"
    )
    article = read_html(RawFile("page.html", page.encode()), Markup(page, page.encode()))
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    "template",
    [
        '<template shadowrootmode="open">',
        "<template shadowrootmode=closed>",
        "<TEMPLATE class='a>b' shadowrootmode = 'open' shadowrootdelegatesfocus>",
        '<template shadowroot="open">',
    ],
)
def test_an_article_inside_a_component_is_read(template: str) -> None:
    article = read(f"<x-story>{template}<style>p {{ color: red }}</style><main>{_PROSE}</main></template></x-story>")
    assert article.body.split("\n\n") == _SENTENCES
    assert article.source_text.split("\n") == ["Hall keeps its roof", "", *_SENTENCES]


def test_what_a_component_is_given_comes_behind_what_it_holds() -> None:
    article = read(
        f"<x-story><template shadowrootmode='open'><p>{_SENTENCES[0]}</p><slot></slot></template>"
        f"<p>{_SENTENCES[1]}</p><p>{_SENTENCES[2]}</p></x-story>"
    )
    assert article.body.split("\n\n") == _SENTENCES


def test_a_component_within_a_sentence_is_part_of_it() -> None:
    said = "It rained on <x-day><template shadowrootmode='open'>Tuesday</template></x-day> in the town."
    assert read(f"<main>{_PROSE}<p>{said}</p></main>").body.endswith("It rained on Tuesday in the town.")


def test_components_within_one_another_are_both_shown_and_a_plain_template_is_not() -> None:
    inner = f"<x-text><template shadowrootmode='open'>{_PROSE}</template></x-text>"
    plain = "<template><p>A row that scripts fill in, nobody reads it here.</p></template>"
    article = read(f"<x-page><template shadowrootmode='open'>{plain}{inner}</template></x-page>")
    assert article.source_text.split("\n") == ["Hall keeps its roof", *_SENTENCES]


@pytest.mark.parametrize(
    "markup",
    [
        "<script>let page = '<template shadowrootmode=open>'</script><p>a</p>",
        "<!-- <template shadowrootmode='open'> --><p>a</p>",
        "<!--><p>a</p><template title=\"shadowrootmode='open'\">b</template>",
        "<template data-shadowrootmode='open'>b</template>",
        "<template shadowrootmode='none'>b</template>",
        "<template shadowrootmode='open'",
        "<templates shadowrootmode='open'>b</templates>",
        "<title>On <template shadowrootmode='open'></title>",
        "<script>shadowrootmode <template shadowrootmode='open'>",
        "</template shadowrootmode='open'>",
    ],
)
def test_what_is_no_shadow_root_stays(markup: str) -> None:
    assert shown_in_place(markup) == markup


_TOKENS = (
    "<template>", "<template shadowrootmode='open'>", "</template>", "<script>", "</script>", "<!--", "-->", "<p>", "a",
    "<template shadowrootmode=\"", "'", '"', ">", "<title>", "</title>", "<textarea", "é",
)  # fmt: skip


@given(st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
@settings(max_examples=300)
def test_nothing_but_names_of_templates_changes(markup: str) -> None:
    assert shown_in_place(markup).replace("shadow-root", "template") == markup


@pytest.mark.parametrize(
    "piece", ["<script ", "<!--", "<template shadowrootmode='", "<template ", "</template", "<title>"]
)
def test_a_page_made_to_take_long_does_not(piece: str) -> None:
    began = time.process_time()
    shown_in_place(piece * 200_000)
    assert time.process_time() - began < 5  # of a quadratic one hours
