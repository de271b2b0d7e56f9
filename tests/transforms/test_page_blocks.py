"""A page cut into blocks: where each stands in the source text, and in which element."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from transforms.select.characters import Words, word_count
from transforms.select.page_blocks import PageBlocks, page_blocks
from transforms.select.page_features import page_features
from transforms.select.page_group import Context, page_group
from transforms.select.vocabulary import TAGS, TRAITS, attributes_of, place_of


def blocks_of(markup: str) -> PageBlocks:
    return page_blocks(LexborHTMLParser(markup))


def traits_of(attrs: str) -> set[str]:
    bits = attributes_of(attrs).traits
    return {name for index, name in enumerate(TRAITS) if bits >> index & 1}


def test_a_block_ends_where_a_block_level_element_begins_or_ends_and_at_a_break() -> None:
    found = blocks_of("<div>One <b>bold</b> word<p>Two</p>Three<br>Four</div><custom-box>Five</custom-box>")
    assert found.texts == ["One bold word", "Two", "Three", "Four", "Five"]


def test_a_landmark_leaves_a_blank_line_in_the_source_text_and_the_places_still_fit() -> None:
    found = blocks_of("<nav><a href=/>Home</a></nav><main><p>Ships  came\nin.</p></main>")
    assert found.source_text == "Home\n\nShips came in."
    assert found.starts.tolist() == [0, 6]
    assert found.ends.tolist() == [4, 20]


def test_what_nobody_reads_on_the_page_is_no_block() -> None:
    hidden = "<script>a()</script><style>b{}</style><noscript>c</noscript><template>d</template><button>e</button>"
    assert blocks_of(f"<p>Read</p>{hidden}<select><option>f</select><svg><text>g</text></svg>").texts == ["Read"]


def test_a_stray_mark_among_the_attributes_of_a_tag_loses_no_text() -> None:
    page = '<p>One.</p><div class="a""><p>Two.</p></div><a href="/b""">Three</a><p id="c" " ">Four.</p><img alt="d"">'
    assert blocks_of(f'{page}<p title="five">Five.</p>').texts == ["One.", "Two.", "Three", "Four.", "Five."]


def test_what_is_no_markup_for_the_parser_loses_no_text() -> None:
    leaked = """<p>One.</p><?php echo "<option value='$v'>$v</option>"; ?><p>Two.</p>"""
    assert blocks_of(leaked).texts[0] == "One."
    assert blocks_of(leaked).texts[-1] == "Two."
    assert blocks_of("<p>One.</p><?php include 'a.php'; ?><p>Two.</p>").texts == ["One.", "Two."]
    assert blocks_of("<p>One.</p><xmp><video src=a></xmp><p>Two.</p>").texts == ["One.", "Two."]
    hidden = "<object data=a><noembed><object data=b></noembed></object>"
    assert blocks_of(f"<p>One.</p>{hidden}<p>Two.</p>").texts == ["One.", "Two."]
    framed = "<frameset rows=1><frame src=a><noframes><p>Two.</p></noframes></frameset>"
    assert blocks_of(f"<html><head><title>One</title></head><div>{framed}</html>").texts == ["Two."]
    assert blocks_of("""<p>One.</p><p ="='v='>Two.</p><p class="x">Three.</p>""").texts == ["One.", "Two.", "Three."]


def test_what_is_within_a_line_or_shows_no_text_leaves_the_line_whole() -> None:
    page = '<p>The <i>har</i>bour <img alt="x">is <button>Open</button><b>full<em></em> </b><i> now</i>.</p>'
    found = blocks_of(page)
    assert found.texts == ["The harbour is full now."]
    assert found.bold_chars.tolist() == [4]
    assert blocks_of("<p>A<select><option>b<option>c</select>d<svg><text>e</text></svg></p>").texts == ["Ad"]


def test_an_unknown_element_within_a_sentence_is_a_part_of_it_and_one_that_holds_blocks_is_none() -> None:
    found = blocks_of(
        "<p>The mayor of <st1:place><st1:city>Northtown</st1:city></st1:place> said <x-link>no</x-link>.</p>"
        "<ul><li><x-card><p>One</p><p>Two</p></x-card></li></ul><div>Three<x-card>Four</x-card></div>"
    )
    assert found.texts == ["The mayor of Northtown said no.", "One", "Two", "Three", "Four"]


def test_a_formula_stands_within_its_sentence_and_its_source_is_not_read() -> None:
    formula = "<math><semantics><mi>E</mi><mo>=</mo><mi>m</mi><annotation>E = m</annotation></semantics></math>"
    assert blocks_of(f"<div>So {formula} it is.</div>").texts == ["So E=m it is."]


def test_a_button_that_is_all_of_a_heading_is_the_heading() -> None:
    found = blocks_of("<h2><button>What becomes of my ticket?</button></h2><h3>Times <button>Copy</button></h3>")
    assert found.texts == ["What becomes of my ticket?", "Times"]


def test_how_a_character_is_read_is_left_out_unless_it_stands_in_brackets() -> None:
    bare = "<ruby>漢字<rt>かんじ</rt></ruby>"
    bracketed = "<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>"
    assert blocks_of(f"<p>{bare}の町</p><p>{bracketed}の町</p>").texts == ["漢字の町", "漢字（かんじ）の町"]


def test_a_quotation_has_the_marks_that_browsers_show_unless_it_has_its_own() -> None:
    found = blocks_of("<p><q>We <b>wait</b></q>, she said, <q>«or go»</q>.</p>")
    assert found.texts == ["“We wait”, she said, «or go»."]


def test_code_and_poems_keep_their_lines() -> None:
    found = blocks_of("<pre>The tide\n  comes in\n\n<b>and</b> goes &amp; comes\n</pre><p>One\ntwo</p>")
    assert found.texts == ["The tide comes in and goes & comes", "One two"]
    assert [found.shown(0), found.shown(1)] == ["The tide\n  comes in\n\nand goes & comes", "One two"]


def test_entities_are_resolved_once_and_characters_that_show_nothing_are_left_out() -> None:
    assert blocks_of("<p>Fish &amp;amp; chips&nbsp;&#8203;&shy;today</p>").texts == ["Fish &amp; chips today"]


def test_links_and_bold_text_are_counted_within_their_block() -> None:
    found = blocks_of('<p>See <a href="/a">the tides</a> and <strong>more</strong></p><p>Plain</p>')
    assert found.links.tolist() == [1, 0]
    assert found.link_chars.tolist() == [9, 0]
    assert found.bold_chars.tolist() == [4, 0]


def test_a_block_names_its_element_and_an_element_the_blocks_that_it_holds() -> None:
    found = blocks_of('<article class="story"><h1>Gates</h1><p>One.</p></article><footer>End</footer>')
    article = int(found.parent[found.element[0]])
    assert found.tag[found.element].tolist() == [TAGS["h1"], TAGS["p"], TAGS["footer"]]
    assert found.tag[article] == TAGS["article"]
    assert (found.first[article], found.last[article]) == (0, 2)
    assert found.depth[found.element].tolist() == [3, 3, 2]


def test_siblings_of_the_same_class_share_a_class_path_and_others_do_not() -> None:
    found = blocks_of('<p class="a">1</p><p class="a">2</p><p class="b">3</p>')
    paths = found.class_path[found.element].tolist()
    assert paths[0] == paths[1] != paths[2]
    assert len(set(found.path[found.element].tolist())) == 1


def test_a_short_word_counts_as_a_part_of_a_name_only() -> None:
    assert traits_of(' class="ad-slot"') == {"ad"}
    assert traits_of(' class="loader shadow"') == set()
    assert traits_of(' class="site-nav"') == {"navigation"}
    assert traits_of(' id="commentList"') == {"comment", "card"}
    assert traits_of(' class="x9f2k"') == set()


def test_hidden_elements_and_declared_bodies_are_told_by_their_attributes() -> None:
    assert traits_of(' style="display:none"') == {"hidden"}
    assert traits_of(' class="sr-only"') == {"hidden"}
    assert traits_of(' itemprop="articleBody"') >= {"article_body"}


def test_the_most_telling_name_is_the_place_of_an_element() -> None:
    assert place_of(TAGS["div"], attributes_of(' class="comments footer"').traits) == "comment"
    assert place_of(TAGS["nav"], 0) == "navigation"
    assert place_of(TAGS["div"], 0) is None


def test_a_page_without_text_has_no_blocks() -> None:
    assert len(blocks_of("<div><p> </p></div>")) == 0


_TAGS = st.sampled_from(
    ["div", "p", "a", "b", "br", "li", "ul", "table", "td", "nav", "article", "h1", "script", "span"]
)
_PIECES = st.one_of(
    _TAGS.map(lambda tag: f"<{tag}>"),
    _TAGS.map(lambda tag: f"</{tag}>"),
    st.sampled_from(['<div class="comments">', '<p id="x" hidden>', "<!-- - -->", "&amp;", "&nbsp;", "&lt;b&gt;"]),
    st.text(max_size=12),
)


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(deadline=None)
def test_any_markup_gives_blocks_that_stand_where_they_say(markup: str) -> None:
    found = blocks_of(markup)
    for text, start, end in zip(found.texts, found.starts.tolist(), found.ends.tolist(), strict=True):
        assert found.source_text[start:end] == text
    assert [line for line in found.source_text.split("\n") if line] == found.texts
    assert (found.first <= found.last).all()
    assert (found.parent <= range(len(found.parent))).all()
    if len(found):
        names, rows = page_features(page_group([found], [Context("A title", None, None)]))
        assert rows.shape == (len(found), len(names))
        assert (rows == rows).all()  # noqa: PLR0124 - no NaN: the trees know no missing value


@given(st.lists(st.lists(_PIECES, max_size=30).map("".join), min_size=1, max_size=4))
@settings(deadline=None)  # the first example loads the tables of characters
def test_a_page_has_the_same_features_in_any_company(markups: list[str]) -> None:
    pages = [found for markup in markups if len(found := blocks_of(markup))]
    contexts = [Context(page.texts[0], page.texts[-1], page.source_text) for page in pages]
    if not pages:
        return
    alone = [
        page_features(page_group([page], [context]))[1].tolist() for page, context in zip(pages, contexts, strict=True)
    ]
    assert page_features(page_group(pages, contexts))[1].tolist() == [row for rows in alone for row in rows]


def test_words_of_a_page_are_told_apart_by_line() -> None:
    words = Words("the ferry\n\nThe ferry, the quay\n…")
    assert words.of_line.tolist() == [2, 4, 0]
    first, second, third = (line.tolist() for line in words.lines())
    assert second == [*first, first[0], second[3]]  # capitals make no other word
    assert len({*first, *second}) == 3
    assert third == []
    assert word_count("The ferry's 2 quays — «été»_x") == 7
