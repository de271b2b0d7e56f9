"""A site's rule applied to pages: fields, body, cuts, their spans, what matched nothing. Pages and rules are ours."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from growth import least_ratio
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from transforms.article import FieldFault, Role
from transforms.read.site_page import SitePage, apply_site_rule
from transforms.read.site_rules import parse_site_rule
from transforms.select.page_blocks import page_blocks

_PAGE = """\
<html><head><title>Ferry back | Aldmouth Courier</title>
<meta property="og:title" content="The ferry is back"></head>
<body class="story-page"><header><nav><ul><li>Home</li><li>Sport</li></ul></nav></header>
<main>
<h1 class="head">The ferry is back &amp; early</h1>
<div class="meta"><p class="by">By <a rel="author">Ina Halvorsen</a> and <a rel="author">Tom Reed</a></p>
<time datetime="2026-03-04T08:15:00+01:00">4 March 2026</time></div>
<div id="story">
<p>The ferry to the <b>outer</b> islands sailed again on Wed&shy;nesday.</p>
<aside class="promo"><p>Read also: The bridge that never came</p></aside>
<p>“We are glad,” said the mayor.<br>Nobody was late.</p>
<div class="share-bar-wide"><span>Share</span> <span>Print</span></div>
<p>The next boat leaves at noon, wrote <a rel="author">Ina Halvorsen</a> in her column about the islands.</p>
</div>
<div id="more"><p>More from the coast</p></div>
</main><footer>All rights reserved</footer></body></html>
"""
_RULE = """\
title: //h1[@class='head']
author: //a[@rel='author']
date: //time
body: //div[@id='story']
strip: //aside
strip_id_or_class: share-bar
"""
_LINES = (
    "The ferry to the outer islands sailed again on Wednesday.",
    "“We are glad,” said the mayor.",
    "Nobody was late.",
    "The next boat leaves at noon, wrote Ina Halvorsen in her column about the islands.",
)


def source(markup: str) -> str:
    return page_blocks(LexborHTMLParser(markup)).source_text


def applied(rule: str, markup: str = _PAGE) -> SitePage:
    parsed = parse_site_rule(rule, host="aldmouth.example", place="own/aldmouth.example.txt")
    page = apply_site_rule(parsed, markup, source(markup))
    assert page is not None
    return page


def kept(page: SitePage, field: str, markup: str = _PAGE) -> list[str]:
    text = source(markup)
    return [text[k.start : k.end] for k in page.kept if k.field == field]


def removed(page: SitePage, markup: str = _PAGE) -> dict[str, str]:
    text = source(markup)
    return {text[r.start : r.end]: r.rule for r in page.removed}


def test_a_rule_gives_title_authors_date_and_body() -> None:
    page = applied(_RULE)
    assert page.title == "The ferry is back & early"
    assert page.authors == ("Ina Halvorsen", "Tom Reed")
    assert page.date == "2026-03-04T08:15:00+01:00"
    assert page.body == _LINES
    assert page.unmatched == ()
    assert page.unusable == ()
    assert page.faults() == ()


def test_what_a_rule_strips_is_a_removed_span_of_its_own_line() -> None:
    page = applied(_RULE)
    assert removed(page) == {
        "Read also: The bridge that never came": "site_rule.aldmouth.example.strip:5",
        "Share Print": "site_rule.aldmouth.example.strip_id_or_class:6",
    }
    assert {r.role for r in page.removed} == {Role.BOILERPLATE}


def test_the_spans_of_the_body_hold_its_lines_and_nothing_that_was_cut() -> None:
    page = applied(_RULE)
    assert kept(page, "body") == [
        _LINES[0],
        f"{_LINES[1]}\n{_LINES[2]}",
        _LINES[3],
    ]
    assert kept(page, "title") == ["The ferry is back & early"]
    assert kept(page, "authors") == ["Ina Halvorsen", "Tom Reed"]
    assert kept(page, "published_date") == ["4 March 2026"]


def test_a_by_line_in_the_body_is_a_field_and_a_name_in_a_sentence_stays() -> None:
    page = applied("title: //h1\nauthor: //a[@rel='author']\ndate: //time\nbody: //main\nstrip: //div[@id='more']\n")
    assert page.body is not None
    assert "By Ina Halvorsen and Tom Reed" not in page.body
    assert "The ferry is back & early" not in page.body
    assert "4 March 2026" not in page.body
    assert page.body[-1] == _LINES[3]
    assert kept(page, "authors") == ["By Ina Halvorsen and Tom Reed"]


def test_a_headline_that_repeats_a_declared_title_is_no_line_of_the_body() -> None:
    markup = '<meta property="og:title" content="The ferry is back"><article><h1>The Ferry Is Back</h1><p>It is.</p>'
    page = applied('title: //meta[@property="og:title"]/@content\nbody: //article\n', markup)
    assert page.title == "The ferry is back"
    assert page.body == ("It is.",)
    assert kept(page, "title", markup) == ["The Ferry Is Back"]


def test_of_several_bodies_the_first_that_gives_text_is_taken_and_none_is_reported() -> None:
    page = applied("body: //div[@id='gone']\nbody: //hr\nbody: //div[@id='more']\nbody: //main\n")
    assert page.body == ("More from the coast",)
    assert page.unmatched == ()


def test_the_elements_of_a_body_follow_one_another_and_one_within_another_counts_once() -> None:
    page = applied(
        "body: //div[@id='story'] | //div[@id='story']/p | //div[@id='more']\nstrip: //div[@id='story']/*[2]\n"
    )
    assert page.body == (*_LINES[:3], "Share Print", _LINES[3], "More from the coast")


def test_spans_that_are_a_body_are_lines_of_their_own() -> None:
    markup = "<p><span class=t>One thing.</span><i>x</i><span class=t>Another thing.</span></p>"
    page = applied("body: //span[@class='t']\n", markup)
    assert page.body == ("One thing.", "Another thing.")


def test_a_body_that_matches_nothing_leaves_the_page_to_the_reader_and_cuts_nothing() -> None:
    page = applied("title: //h1\nbody: //div[@id='gone']\nbody: //div[@id='lost']\nstrip: //aside\n")
    assert page.body is None
    assert page.removed == ()
    assert page.title == "The ferry is back & early"
    assert [d.line for d in page.unmatched] == [2, 3]
    assert page.faults() == (FieldFault("body", "own/aldmouth.example.txt:2,3 body", "site_rule.unmatched"),)


def test_a_body_without_text_leaves_the_page_to_the_reader() -> None:
    page = applied("body: //hr | //img\n", "<hr><img src=a><p>Text.</p>")
    assert page.body is None
    assert [d.line for d in page.unmatched] == [1]


def test_a_rule_without_a_body_still_cuts() -> None:
    page = applied("strip: //aside\n")
    assert page.body is None
    assert removed(page) == {"Read also: The bridge that never came": "site_rule.aldmouth.example.strip:1"}


def test_each_directive_that_matched_nothing_is_recorded_once_with_its_lines() -> None:
    page = applied(
        "title: //h5\nauthor: //p[@class='nobody']\ndate: //meta[@name='d']/@content\nbody: //main\n"
        "strip: //div[@class='a']\nstrip: //aside\nstrip: //div[@class='b']\nstrip_id_or_class: banner-x\n"
        "replace_string(<amp-img): <img\nwrap_in(p): //tt\n"
    )
    assert [(f.field, f.raw_value, f.rule) for f in page.faults()] == [
        ("title", "own/aldmouth.example.txt:1 title", "site_rule.unmatched"),
        ("authors", "own/aldmouth.example.txt:2 author", "site_rule.unmatched"),
        ("published_date", "own/aldmouth.example.txt:3 date", "site_rule.unmatched"),
        ("body", "own/aldmouth.example.txt:5,7 strip", "site_rule.unmatched"),
        ("body", "own/aldmouth.example.txt:8 strip_id_or_class", "site_rule.unmatched"),
        ("body", "own/aldmouth.example.txt:9 replace_string", "site_rule.unmatched"),
        ("body", "own/aldmouth.example.txt:10 wrap_in", "site_rule.unmatched"),
    ]


def test_what_cannot_be_evaluated_is_recorded_with_its_line_and_the_rest_applies() -> None:
    page = applied(
        "body: //div[@id='story']\nnonsense: x\nstrip: ends-with('a', 'b')\nstrip: //x:aside\n"
        "strip: document('/etc/passwd')\nstrip: //aside\n"
    )
    assert page.body is not None
    assert [(r.line, r.reason.split(" in ")[0]) for r in page.unusable] == [
        (2, "unknown directive 'nonsense'"),
        (3, "Unregistered function"),
        (4, "Undefined namespace prefix"),
        (5, "Unregistered function"),
    ]
    assert page.faults() == (FieldFault("body", "own/aldmouth.example.txt:2,3,4,5", "site_rule.unusable"),)


def test_fields_may_be_strings_that_an_expression_makes() -> None:
    page = applied(
        "title: //meta[@property='og:title']/@content\nauthor: substring-after(//p[@class='by'], 'By ')\n"
        "date: concat(//time/@datetime, '')\nbody: //main\n"
    )
    assert page.title == "The ferry is back"
    assert page.authors == ("Ina Halvorsen and Tom Reed",)
    assert page.date == "2026-03-04T08:15:00+01:00"


def test_a_body_that_is_made_of_strings_has_its_place_in_the_source_text() -> None:
    page = applied("body: //div[@id='story']/p[1]/text() | //div[@id='more']/p/text()\n")
    assert page.body == ("The ferry to the", "islands sailed again on Wednesday.", "More from the coast")
    assert "islands sailed again on Wednesday." in "".join(kept(page, "body"))


def test_a_condition_that_does_not_hold_leaves_the_directive_out_and_unreported() -> None:
    live = "body: //main\nstrip: //div[@id='story']\nif_page_contains: //div[@class='live']\n"
    page = applied(live)
    assert page.removed == ()
    assert page.unmatched == ()
    there = _PAGE.replace('<div id="more">', '<div class="live"></div><div id="more">')
    assert len(applied(live, there).removed) == 1


def test_strings_are_replaced_before_the_page_is_read_and_are_no_patterns() -> None:
    page = applied(
        "replace_string(<p class=.lead.>): <h2>\nreplace_string(<tt>): <p>\nbody: //p\n", "a<tt>Dear reader.</tt>"
    )
    assert page.body == ("Dear reader.",)
    assert [d.line for d in page.unmatched] == [1]


def test_replacements_cannot_blow_a_page_up() -> None:
    page = applied("".join(f"replace_string(aa): {'a' * 2000}\n" for _ in range(4)) + "body: //p\n", "<p>" + "a" * 2000)
    assert page.body is not None
    assert [r.line for r in page.unusable] == [2, 3, 4]
    assert page.unusable[0].reason == "makes the page longer than 20,000,000 characters"


def test_a_wrapped_element_is_a_line_of_its_own() -> None:
    markup = "<div id=s><span class=lede>The lede stands here.</span> The text goes on.</div>"
    assert applied("body: //div\n", markup).body == ("The lede stands here. The text goes on.",)
    page = applied("body: //div[@id='s']\nwrap_in(p): //span[@class='lede']\n", markup)
    assert page.body == ("The lede stands here.", "The text goes on.")


def test_an_attribute_that_is_stripped_is_gone_for_the_lines_after_it() -> None:
    page = applied("body: //main\nstrip: //div[@id='story']/@id\nstrip: //div[@id='story']\n")
    assert page.removed == ()
    assert [d.line for d in page.unmatched] == [3]


def test_the_text_after_a_stripped_element_stays() -> None:
    markup = "<div id=s>Before <em class=ad>advert</em> after.</div>"
    page = applied("body: //div[@id='s']\nstrip: //em\n", markup)
    assert page.body == ("Before after.",)
    assert removed(page, markup) == {"advert": "site_rule.aldmouth.example.strip:2"}


def test_no_string_cuts_the_whole_page() -> None:
    page = applied("body: //div[@id='story']\nstrip_id_or_class: story-page\nstrip: //html\n")
    assert page.body is not None
    assert page.removed == ()


def test_a_word_that_stands_on_the_page_twice_is_cut_where_the_rule_cut_it() -> None:
    markup = "<nav>Share</nav><div id=s><p>Share</p><p>The harbour is open.</p><p class=x>Share</p></div><p>Share</p>"
    page = applied("body: //div[@id='s']\nstrip: //p[@class='x']\n", markup)
    text = source(markup)
    assert page.body == ("Share", "The harbour is open.")
    assert [text[: r.start].count("Share") for r in page.removed] == [2]


def test_a_deep_page_is_read_to_its_end() -> None:
    markup = "<html><body>" + "<div>" * 1900 + "deep" + "</div>" * 1900 + "<p id=end>The end of it.</p></body></html>"
    assert applied("body: //p[@id='end']\n", markup).body == ("The end of it.",)


def test_a_rule_that_matches_every_element_costs_no_more_than_one_that_matches_the_outermost() -> None:
    markup = "<html><body>" + "<div>" * 1900 + "<p>deep</p>" * 10_000 + "</div>" * 1900 + "</body></html>"

    def applying(rule: str) -> Callable[[], object]:
        return lambda: applied(rule, markup)

    for every, outermost in (("body: //*", "body: //html"), ("strip: //div", "strip: //body/div")):
        assert applied(every, markup).unmatched == applied(outermost, markup).unmatched == ()
        # 1,900 times the elements, were each gone through anew
        assert least_ratio(applying(every), applying(outermost), within=8) < 8


def test_no_file_and_no_address_is_opened_for_a_page() -> None:
    markup = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>A &x; b.</p></body></html>'
    page = applied("body: //p\n", markup)
    assert page.body is not None
    assert "root:" not in "".join(page.body)


def test_lists_tables_and_headings_are_marked_as_the_readers_own_engine_does() -> None:
    markup = (
        "<article><h2>Times</h2><ul><li>Noon <b>boat</b></li><li><p>Night boat</p><p>On Fridays only</p></li></ul>"
        "<table><tr><th>Port</th><td>Fare</td></tr><tr><td>Skerry</td><td>£4</td></tr></table></article>"
    )
    page = applied("body: //article\n", markup)
    assert page.body == ("Times", "- Noon boat", "- Night boat", "On Fridays only", "| Port | Fare", "| Skerry | £4")
    assert page.headings == ("Times",)


def test_a_rule_sees_the_same_elements_as_the_source_text() -> None:
    markup = (
        "<article><h2><button>What happens with my ticket?</button></h2><h3>Times <button>Copy</button></h3>"
        "<p>The mayor of <st1:place><st1:city>Northtown</st1:city></st1:place> and <x-link><b>Jo Bell</b></x-link> saw "
        "<ruby>漢字<rt>かんじ</rt></ruby> and <math><mi>E</mi><annotation>E = mc^2</annotation></math>.</p>"
        "<p><x-card><b>A</b> card</x-card></p><div>A<x-card>box</x-card></div></article>"
    )
    expected = (
        "What happens with my ticket?",
        "Times",
        "The mayor of Northtown and Jo Bell saw 漢字 and E.",
        "A card",
        "A",
        "box",
    )
    assert applied("body: //article\n", markup).body == expected
    assert page_blocks(LexborHTMLParser(markup)).texts == list(expected)


_PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div id='story'>", "<div class='share-bar'>", "</div>", "<br>", "<h1 class='head'>", "</h1>",
        "<aside>", "</aside>", "<table><tr><td>", "</table>", "<ul><li>", "</ul>", "<time datetime='x'>", "</time>",
        "<script>", "</script>", "<noscript>", "</noscript>", "<a rel=author>", "</a>", "<!--", "-->", "<svg>",
        "&amp;", "&nbsp;", "&#0;", "\0", "\u00ad", "\u200b", "\ud800", "<", ">", "The ferry sailed again.", "Share",
        "Ina Halvorsen", "港は月曜日に再開した。", " ", "\n", "<plaintext>", "<frameset>", "<body>", "<math>",
        "<?pi x?>", "</svg>",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_PIECES, max_size=40),
    st.sampled_from([_RULE, "body: //body\nstrip: //div | //p\n", "body: //p\nstrip: //*\n"]),
)
def test_any_heap_of_markup_gives_sound_spans_that_do_not_overlap(pieces: list[str], rule: str) -> None:
    markup = "<html><body>" + "".join(pieces)
    text = source(markup)
    parsed = parse_site_rule(rule, host="aldmouth.example", place="own/aldmouth.example.txt")
    page = apply_site_rule(parsed, markup, text)
    if page is None:
        return
    spans = sorted((s.start, s.end) for s in (*page.kept, *page.removed))
    assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    assert page.body is None or all(line.strip() for line in page.body)
