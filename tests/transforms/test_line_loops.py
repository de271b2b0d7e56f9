"""What is asked of each line says compiled what it says in Python, whatever the text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.compiled import IN_PYTHON, compiled

LINES = compiled("lines")
for module in ("transforms.read.decode", "transforms.read.text", "transforms.staged"):
    import_module(module)  # and with them all that have such functions

pytestmark = pytest.mark.skipif(LINES is None, reason="no C compiler was there at set-up")

_SIGNS = (
    ".", "!", "?", "।", "؟", "。", "！", "？", " ", "  ", "\n", "\t", "\r", "\u00a0", "”", '"', "'", "’", "»", ")",
    "(", "„", "‘", "a", "B", "abc", "Foo", "x1", "²", "_", "9", "é", "港", "ก", "ខ", "…", "...", "[...]",
    "( … )", "。。。", "⋯", "Inc.", "U.S.", "-", "–", "•", "(a)", "B)", "1)", "12.", "*", "」", "』", "）", "\u0307",
    "ß", "İ", "`", "ي", "ی", "\u064b", "\u200c", "\x1c", "\x85", "\u2028", "\ufeff", "\u3000", "か", "\u3099",
    "한", "ᄒ", "ᅡ", "☞", "➤", ">>", "#", "ﬁ", "①", "٣", "ς", "\x00", "\\", "\x7f", "\ud800", "🚢", "𠀀", "\u094d",
    "|", "Long words of a sentence that goes on ", "ー", "ｱ",
)  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(_SIGNS), max_size=40).map("".join), st.text(max_size=60))
of_a_text = [
    "has_dense", "count_dense", "has_unspaced", "split_lines", "has_inner_stop", "sentence_count", "has_bullet", "fold",
    "tidy", "latin_letters", "is_clean", "word_count", "quoted", "run_together",
]  # fmt: skip
with_more = {"form_of", "stretches", "has_more_words", "said_again"}


def both(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return IN_PYTHON[f"lines.{name}"], getattr(LINES, name)


def test_every_function_that_is_compiled_is_held_to_the_one_in_python() -> None:
    assert {name.removeprefix("lines.") for name in IN_PYTHON} == {*of_a_text, *with_more}


@pytest.mark.parametrize("name", of_a_text)
@given(text=texts)
@settings(max_examples=400)
def test_a_text_is_told_alike(name: str, text: str) -> None:
    in_python, in_c = both(name)
    assert in_c(text) == in_python(text)


@given(text=texts, weight=st.integers(0, 600))
@settings(max_examples=400)
def test_a_line_has_the_same_form(text: str, weight: int) -> None:
    in_python, in_c = both("form_of")
    if text := text.strip():
        for heavy in (weight, 50, 100, 101, 120, 121, 160, 161, 250, 251, 500, 501):
            assert in_c(text, heavy) is in_python(text, heavy)


def test_a_text_of_which_no_copy_is_made_is_written_alike() -> None:
    in_python, in_c = both("quoted")
    text = 'It\'s "said".\n' * 100_000
    assert in_c(text) == in_python(text)


@given(text=texts, data=st.data())
@settings(max_examples=400)
def test_a_stretch_of_a_text_is_cut_alike(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text) + 2))
    for name in ("split_lines", "stretches", "has_dense"):
        in_python, in_c = both(name)
        assert in_c(text, start, end) == in_python(text, start, end)


@given(text=texts, count=st.integers(0, 8))
def test_words_are_counted_up_to_the_same_number(text: str, count: int) -> None:
    in_python, in_c = both("has_more_words")
    assert in_c(text, count) == in_python(text, count)


@pytest.mark.parametrize("name", of_a_text)
def test_every_character_of_the_basic_plane_is_told_alike(name: str) -> None:
    in_python, in_c = both(name)
    # Words of the scripts that the compiled function leaves to Python are counted there by tables, at leisure.
    step = 16 if name == "word_count" else 1
    for code in (*range(0x3100), *range(0x3100, 0xD800, step), *range(0xF900, 0x10000)):
        sign = chr(code)
        for text in (f"Aa{sign}b.", f"é{sign}E", f"{sign}“Ab"):
            assert in_c(text) == in_python(text), hex(code)


_SAID = st.lists(st.text("ab é港", max_size=30), max_size=8)


@given(_SAID, st.data(), st.integers(1, 6), st.integers(0, 6))
@settings(max_examples=400)
def test_what_was_said_before_is_told_alike(texts: list[str], data: st.DataObject, piece: int, more: int) -> None:
    in_python, in_c = both("said_again")
    places = [place for place in range(len(texts)) if data.draw(st.booleans())]
    assert in_c(texts, places, piece + more, piece) == in_python(texts, places, piece + more, piece)


def test_what_was_said_in_a_long_text_is_told_alike() -> None:
    in_python, in_c = both("said_again")
    texts = [f"The {number % 700}th ship of the day came in at noon and left again. " * 4 for number in range(900)]
    assert in_c(texts, list(range(900)), 120, 24) == in_python(texts, list(range(900)), 120, 24) == [*range(700, 900)]


def test_a_text_of_which_all_pieces_were_said_is_said_again() -> None:
    texts = ["The ships came in at noon and left.", "They sailed.", "ships came in at noon", "The ships sailed at noon"]
    for said_again in both("said_again"):
        assert said_again(texts, [0, 1, 2, 3], 20, 8) == [2]
        assert said_again(texts, [1, 2, 3], 20, 8) == []
