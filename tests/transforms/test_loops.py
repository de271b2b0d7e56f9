"""The compiled loops find what those in Python find, to the last bit, whatever the page."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from transforms.compiled import MODULES, compiled
from transforms.select import characters, loops, page_near, page_walk, trees
from transforms.select import page_features as features
from transforms.select.characters import Characters, Words
from transforms.select.page_blocks import page_blocks
from transforms.select.page_features import page_features, shares
from transforms.select.page_group import Context, page_group
from transforms.select.page_walk import Walked
from transforms.select.trees import Masks, Steps, Trees, from_document
from transforms.select.vocabulary import attributes_of

ROOT = Path(__file__).parents[2]

COMPILED = [compiled(name) for name in MODULES]

needs_compiled = pytest.mark.skipif(None in COMPILED, reason="no C compiler was there at set-up")

_NAMES = (
    "a", "b", "strong", "span", "time", "q", "cite", "div", "p", "section", "main", "article", "nav", "ul", "li", "pre",
    "br", "hr", "h2", "table", "td", "math", "mi", "x-card", "st1:place", "custom", "dialog", "center", "param", "body",
    "i", "em", "img", "picture", "select", "option", "button", "svg", "object", "embed", "annotation-xml", "clipPath",
    "meta", "figcaption", "blockquote", "template", "Template",
)  # fmt: skip
_VALUES = (
    "x" * 190 + " story", "x" * 195 + " story",
    "story-body", "hidden", "sr-only", "articleBody", "ArticleBody", "relatedPosts moreLinks", "NEWSLETTER", "HTMLBox",
    "newsletter-signup", "x" * 300, "", "Ünter-titel", "side\u00a0rail Card", "a > b", "comment'list", "Ad", "aD",
)  # fmt: skip
_ATTRIBUTES = ("class", "id", "itemprop", "role", "data-testid", "data-component", "title", "href", "style", "hidden")
_TEXTS = (
    "Ships came in.", " ", "\n", "  The\tharbour \n is  full ", "&amp;", "&lt;p&gt;", "\u200b", "\u00ad", "\u00a0",
    "“Said”", "«no»", "港は満員です", "🚢 ahoy", "a\x85b", "\x1cq\x1f", "é", "<", ">", '"', "<!-- -->", "<!---", "-->",
    "< 3 and > 2", "&nbsp;", " &nbsp;14&nbsp;", "&gt;", "&amp;lt;", "&amp;nbsp;", "&#8212;", "&nbsp", "&ampx", "&",
    "&l;", "&nbs",
    "<?php echo '<option>'; ?>", "<?x", "<xmp><video></xmp>", "<noframes><head></noframes>", """<p ="='v='>""", " =",
    '<img alt="a" "="">', '<div class="b" "="">', '<p "="" =="">', '<p id=">', "&lt;\u200b", "\u200b &nbsp;",
)  # fmt: skip


def written(pairs: list[tuple[str, str]]) -> str:
    return "".join(f' {name}="{value}"' for name, value in pairs)


attributes = st.lists(st.tuples(st.sampled_from(_ATTRIBUTES), st.sampled_from(_VALUES)), max_size=4)
opened = st.builds(lambda name, pairs: f"<{name}{written(pairs)}>", st.sampled_from(_NAMES), attributes)
closed = st.sampled_from(_NAMES).map("</{}>".format)
markup = st.lists(st.one_of(opened, closed, st.sampled_from(_TEXTS)), max_size=60).map("".join)


def same(one: Walked, other: Walked) -> bool:
    return (
        one[:3] == other[:3]
        and one.blocks.tolist() == other.blocks.tolist()
        and one.elements.tolist() == other.elements.tolist()
    )


def serialised(page: str | bytes) -> str:
    body = LexborHTMLParser(page).body
    return (body.html if body is not None else None) or ""


def test_what_can_be_compiled_here_is_compiled_and_used() -> None:
    if not (shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")):
        pytest.skip("no C compiler on the PATH")
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        pytest.skip(f"no headers of Python {sys.version_info.major}.{sys.version_info.minor}")
    assert None not in COMPILED, "make environment compiles them"


@needs_compiled
@pytest.mark.parametrize("module", COMPILED)
def test_what_was_compiled_from_another_source_is_left_alone(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = module.__name__.rpartition(".")[2]
    source = Path(str(module.__file__)).with_name(f"{name}.pyx").read_bytes()
    monkeypatch.setattr(module, "__file__", str(tmp_path / f"{name}.so"))
    assert compiled(name) is module  # of an installation without the source
    (tmp_path / f"{name}.pyx").write_bytes(source)
    assert compiled(name) is module
    (tmp_path / f"{name}.pyx").write_bytes(source + b"# changed")
    assert compiled(name) is None


def test_every_source_is_one_of_the_modules_that_set_up_asks_for() -> None:
    assert [source.stem for source in sorted((ROOT / "transforms/compiled").glob("*.pyx"))] == [*MODULES]


def test_what_was_never_compiled_is_not_there() -> None:
    assert compiled("nothing") is None


@needs_compiled
@given(markup)
@settings(max_examples=300)
def test_any_page_is_walked_alike(page: str) -> None:
    assert same(loops.walk(serialised(page)), page_walk.walk(serialised(page)))


@needs_compiled
@given(markup)
@settings(max_examples=300)
def test_markup_that_no_parser_wrote_is_walked_alike(page: str) -> None:
    assert same(loops.walk(page), page_walk.walk(page))


@needs_compiled
@given(markup)
def test_how_deep_a_page_may_nest_and_whether_it_has_templates_is_told_alike(page: str) -> None:
    found = loops.outline(page)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loops, "WALK", None)
        assert loops.outline(page) == found


def test_tags_that_open_above_those_that_close_bound_how_deep_a_page_nests() -> None:
    pages = ("", "<p>", "<p></p><p></p>", "</p></p><p><b>", "<p><b></b><i><u>")
    assert [loops.outline(page).deepest for page in pages] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("page", "has_one"), [("<Template x>", True), ("a<templates", True), ("</template>", False), ("< template", False)]
)
def test_a_template_is_seen_by_the_beginning_of_its_tag(page: str, has_one: bool) -> None:
    assert loops.outline(page).has_template is has_one


@needs_compiled
@pytest.mark.parametrize(("first", "end"), [(0, 0x3100), (0xD700, 0xE010), (0xFE00, 0x10010)])
def test_every_character_is_walked_alike(first: int, end: int) -> None:
    page = "".join(f"<p>a{chr(c)}b{chr(c)}</p><pre>x\n{chr(c)}</pre>" for c in range(first, end))
    assert same(loops.walk(page), page_walk.walk(page))


@needs_compiled
def test_values_that_share_a_place_are_told_apart() -> None:
    values = [f"{word}-{number}" for number in range(20_000) for word in ("ad", "story", "hidden", "x")]
    page = "".join(f'<div class="{value}">a</div>' for value in values)
    assert same(loops.walk(page + page), page_walk.walk(page + page))


@needs_compiled
@pytest.mark.parametrize("passed", [0, 300, 399, 400, 401, 900])
def test_an_unknown_element_is_looked_into_as_far(passed: int) -> None:
    page = f"<p>One <x-card>two{'<wbr>' * passed} three</x-card> four.</p>"
    assert (
        loops.walk(page).texts
        == page_walk.walk(page).texts
        == (["One two three four."] if passed < 400 else ["One", "two three", "four."])
    )


@needs_compiled
@given(attributes)
def test_what_an_element_says_is_remembered_with_its_value(pairs: list[tuple[str, str]]) -> None:
    page = f"<body><div{written(pairs)}>a</div><div{written(pairs[:1])}>b</div><div{written(pairs)}>c</div></body>"
    assert same(loops.walk(page), page_walk.walk(page))


@needs_compiled
@given(attributes)
def test_the_attributes_of_an_element_say_the_same(pairs: list[tuple[str, str]]) -> None:
    attrs = written(pairs)
    told = loops.walk(f"<body><div{attrs}>Ships</div></body>").elements[3]
    assert told[-1] == attributes_of(attrs).traits


@needs_compiled
@pytest.mark.parametrize("page", sorted(ROOT.glob("samples/**/*.html")), ids=lambda path: path.name)
def test_a_sample_is_walked_alike(page: Path) -> None:
    found = serialised(page.read_bytes())
    assert same(loops.walk(found), page_walk.walk(found))


lines = st.lists(st.one_of(st.sampled_from(_TEXTS), st.text(max_size=12)), max_size=30).map("\n".join)


def words_in_python(text: str) -> Words:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(characters, "FEATURES", None)
        return Words(text)


@needs_compiled
@given(lines)
def test_the_words_of_a_text_have_the_same_numbers(text: str) -> None:
    found, expected = Words(text), words_in_python(text)
    assert found.numbers.tolist() == expected.numbers.tolist()
    assert found.of_line.tolist() == expected.of_line.tolist()


@needs_compiled
@given(st.lists(st.one_of(st.sampled_from([*_TEXTS, *_VALUES]), st.text()).filter(bool), min_size=1, max_size=30))
def test_the_characters_of_lines_count_to_the_same(texts: list[str]) -> None:
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    starts = ends - [len(text) for text in texts]
    found = Characters("\n".join(texts), starts, ends)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(characters, "FEATURES", None)
        expected = Characters("\n".join(texts), starts, ends)
    for kind in range(12):
        assert found.count(1 << kind).tolist() == expected.count(1 << kind).tolist()
    assert found.words().tolist() == expected.words().tolist()
    assert found.capitalised().tolist() == expected.capitalised().tolist()
    for edge in (Characters.first, Characters.last, Characters.before_last):
        assert edge(found).tolist() == edge(expected).tolist()


@needs_compiled
@given(markup)
def test_a_page_has_the_same_features(page: str) -> None:
    blocks = page_blocks(LexborHTMLParser(f"<body>{page}<p>Ships came in.</p></body>"))
    assume(blocks.texts)  # a comment that never ends swallows the sentence
    group = page_group([blocks, blocks], [Context("Ships came", "The harbour", page), Context()])
    _, found = page_features(group)
    with pytest.MonkeyPatch.context() as patched:
        for module in (characters, features, page_near):
            patched.setattr(module, "FEATURES", None)
        _, expected = page_features(group)
    assert found.tobytes() == expected.tobytes()


@needs_compiled
def test_every_letter_of_unicode_becomes_the_small_one_that_it_becomes_in_python() -> None:
    signs = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000 and point != ord("\n")]
    # These two alone have the whole text lowered by Python: one becomes two, of the other its neighbours decide.
    others = [sign for sign in signs if sign not in "İΣ"]
    written = [signs, [f"a{sign}b {sign}" for sign in signs], others, [f"a{sign}b {sign}" for sign in others]]
    for text in (joint.join(words) for words in written for joint in ("\n", " ")):
        found, expected = Words(text), words_in_python(text)
        assert found.numbers.tobytes() == expected.numbers.tobytes()
        assert found.of_line.tobytes() == expected.of_line.tobytes()


@needs_compiled
@pytest.mark.parametrize(("starts", "ends"), [([0], [0]), ([-1], [2]), ([2], [6]), ([3], [1])])
def test_a_line_that_is_none_of_the_text_is_refused(starts: list[int], ends: list[int]) -> None:
    with pytest.raises(IndexError, match=f"line 0 is {starts[0]}:{ends[0]} of 5 characters"):
        Characters("ships", np.array(starts), np.array(ends))


numbers = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1)), max_size=12)
known_pages = st.lists(st.tuples(st.lists(numbers, min_size=1, max_size=6), numbers), min_size=1, max_size=4)


@needs_compiled
@given(known_pages, st.booleans())
def test_words_that_a_page_declares_are_found_alike(
    pages: list[tuple[list[list[int]], list[int]]], threes: bool
) -> None:
    lines = [line for of_page, _ in pages for line in of_page]
    said, known = Words(""), Words("")
    said.numbers = np.array([number for line in lines for number in line], dtype=np.uint64)
    said.of_line = np.array([len(line) for line in lines])
    known.numbers = np.array([number for _, declared in pages for number in declared], dtype=np.uint64)
    known.of_line = np.array([len(declared) for _, declared in pages])
    edges = np.cumsum([0, *(len(of_page) for of_page, _ in pages)])
    found = shares(said, edges, known, threes=threes)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(features, "FEATURES", None)
        assert shares(said, edges, known, threes=threes).tolist() == found.tolist()


@needs_compiled
@given(st.lists(st.lists(st.sampled_from(["", "a", "b", "c" * 40]), max_size=9), min_size=1, max_size=4))
def test_texts_that_recur_on_a_page_are_counted(pages: list[list[str]]) -> None:
    assert loops.FEATURES is not None
    edges = np.cumsum([0, *map(len, pages)])
    found = loops.FEATURES.repeats([text for page in pages for text in page], edges)
    assert found.tolist() == [page.count(text) for page in pages for text in page]


def rows_for(steps: Steps, width: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Rows of values at which the trees ask, just above them, and of none."""
    asked = steps.threshold[np.isfinite(steps.threshold)]
    values = np.concatenate((asked, np.nextafter(asked, np.float32(np.inf)), [np.nan, np.inf, -np.inf, 0, -1]))
    return np.asfortranarray(np.random.default_rng(count).choice(values, (count, width)).astype(np.float32))


def both_ways(model: str) -> tuple[Trees, Trees, Steps]:
    """The trees of a packaged model by masks, and by steps."""
    document = json.loads((ROOT / "transforms/select" / model).read_text(encoding="ascii"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trees, "TREES", None)
        plain = from_document(document)
    assert isinstance(plain.way, Steps)
    return from_document(document), plain, plain.way


@needs_compiled
@pytest.mark.parametrize("model", ["page.json", "lines.json"])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 200, 1001])
def test_trees_send_every_row_to_the_same_leaves(model: str, count: int) -> None:
    masked, plain, steps = both_ways(model)
    assert isinstance(masked.way, Masks)
    rows = rows_for(steps, len(plain.features), count)
    assert masked.probabilities(rows).tobytes() == plain.probabilities(rows).tobytes()


@needs_compiled
@pytest.mark.parametrize(("first", "end"), [(0, 40), (40, None), (7, 8), (0, 0)])
def test_some_of_the_trees_are_asked_alike(first: int, end: int | None) -> None:
    masked, plain, steps = both_ways("lines.json")
    rows = rows_for(steps, len(plain.features), 50)
    assert masked.part(first, end).probabilities(rows).tobytes() == plain.part(first, end).probabilities(rows).tobytes()


@needs_compiled
def test_a_tree_with_more_leaves_than_bits_is_gone_down() -> None:
    chain = {
        "feature": [0] * 32,
        "threshold": [float(n) for n in range(32)],
        "left": [-1 - n for n in range(32)],
        "right": [*range(1, 32), -33],
        "leaves": [float(n) for n in range(33)],
    }
    found = from_document({"features": ["x"], "trees": [chain]})
    assert isinstance(found.way, Steps)
    expected = 1 / (1 + np.exp(-np.array([0.0, 5.0, 32.0])))
    assert found.probabilities(np.array([[0], [4.5], [99]], dtype=np.float32)).tolist() == expected.tolist()


def test_a_tree_of_one_leaf_and_one_of_as_many_leaves_as_bits_are_asked() -> None:
    alone = {"feature": [], "threshold": [], "left": [], "right": [], "leaves": [0.5]}
    chain = {
        "feature": [0] * 31,
        "threshold": [float(n) for n in range(31)],
        "left": [-1 - n for n in range(31)],
        "right": [*range(1, 31), -32],
        "leaves": [float(n) for n in range(32)],
    }
    found = from_document({"features": ["x"], "trees": [alone, chain]})
    expected = 1 / (1 + np.exp(-np.array([0.5, 5.5, 31.5])))
    assert found.probabilities(np.array([[0], [4.5], [99]], dtype=np.float32)).tolist() == expected.tolist()
