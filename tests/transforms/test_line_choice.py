"""Which lines of a page that was saved as text are chosen, and how broken lines are put together."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.pages import DATA
from transforms.select.line_choice import MODEL, completed, is_whole_page
from transforms.select.line_counts import rows_of
from transforms.select.line_features import line_features
from transforms.select.rejoin import join, line_words, rejoin
from transforms.select.trees import packaged
from transforms.strip.lines import split_lines
from transforms.strip.rules import rulebook

FIRST = 10  # trees that are trained again here; each builds on those before. `make test-training` trains all


def joined(text: str) -> list[str]:
    lines = split_lines(text)
    return [join(lines[a:b]).text for a, b in rejoin(lines)]


def test_a_sentence_that_links_broke_is_one_line_again() -> None:
    text = (
        "The harbour office of Port Alder said in a\nshort note\nto the town, which\n(\nunlike the last one\n)\n"
        "was signed, that the\nGull Watch\n, a club, had counted.\nNobody knows why."
    )
    assert joined(text) == [
        "The harbour office of Port Alder said in a short note to the town, which (unlike the last one) was signed, "
        "that the Gull Watch, a club, had counted.",
        "Nobody knows why.",
    ]


def test_a_name_in_the_middle_of_a_sentence_is_joined_on_both_sides() -> None:
    text = "The mayor, who had come on the first boat of the morning, said to\nThe Quay Gazette\nthat it was so."
    assert joined(text) == [text.replace("\n", " ")]


@pytest.mark.parametrize(
    "text",
    [
        "Home\nabout us\nwhat we do\ncase studies\ncontact",
        "The ferry has left the quay.\nand nobody was on board",
        "Two towns, one quay and a ferry that nobody wanted\nby\nMira Holm",
        "Two towns, one quay and a ferry that nobody wanted\n\nand a second paragraph",
        "Leia também\nPadaria centenária troca o forno e perde a chaminé",
    ],
    ids=["menu in small letters", "after an end mark", "by-line", "blank line", "heading of a list"],
)
def test_lines_that_are_no_pieces_of_one_sentence_stay_apart(text: str) -> None:
    assert joined(text) == [line for line in text.split("\n") if line]


def test_a_drop_capital_belongs_to_its_word() -> None:
    assert joined("W\nhile the ferry waited at the quay, the mayor and her dog went home on foot.") == [
        "While the ferry waited at the quay, the mayor and her dog went home on foot."
    ]


_TEXT = st.lists(st.text("aB 的.,(\n", max_size=50), max_size=12).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_every_line_is_in_one_group_and_its_characters_are_kept(text: str) -> None:
    lines = split_lines(text)
    groups = rejoin(lines)
    assert [index for a, b in groups for index in range(a, b)] == list(range(len(lines)))
    for a, b in groups:
        row = join(lines[a:b])
        assert "".join(row.text.split()) == "".join("".join(line.text for line in lines[a:b]).split())
        assert (row.start, row.end) == (lines[a].start, lines[b - 1].end)


@settings(max_examples=100, deadline=None)
@given(_TEXT)
def test_the_features_of_any_text_are_finite_and_the_same_in_name(text: str) -> None:
    lines = split_lines(text)
    if not lines:
        return
    names, matrix = line_features(rows_of(lines), rulebook())
    assert tuple(names) == packaged(MODEL).features
    assert np.isfinite(matrix).all()


def test_the_words_that_tell_are_folded_and_stand_once_in_a_list() -> None:
    words = line_words()
    assert all(word == word.lower() and " " not in word for kind in words.values() for word in kind)


def test_a_doubtful_sentence_beside_the_article_stays_and_a_doubtful_label_does_not() -> None:
    probability = np.array([0.4, 0.9, 0.4, 0.9, 0.4, 0.4, 0.2])
    sentence = np.array([False, True, False, True, True, True, True])
    assert (completed(probability, sentence) > 0.5).tolist() == [False, True, True, True, True, False, False]


def test_a_menu_without_a_page_or_a_page_without_a_menu_is_no_whole_page() -> None:
    menu = "\n".join(["Home", "News", "Sport", "Weather", "Culture", "Log in", "Search", "Privacy policy", "Contact"])
    prose = "\n".join(["The harbour office of Port Alder has counted its gulls for the ninth year in a row."] * 30)
    assert not is_whole_page(split_lines(prose))
    assert is_whole_page(split_lines(f"{menu}\n{menu}\n{prose}"))


@pytest.mark.timeout(900)
def test_the_file_of_the_model_begins_with_the_trees_that_training_makes() -> None:
    if not DATA.is_file():
        pytest.skip(f"{DATA} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    if importlib.util.find_spec("lightgbm") is None:
        pytest.skip("LightGBM is not installed, which trains the model")
    try:
        from training.boosting import written
        from training.lines import FILE, SHAPE, examples, model
    except OSError as error:
        pytest.skip(f"LightGBM can't be loaded here, it needs the system's libgomp: {error}")
    names, found, _ = examples()
    made = json.loads(written(model(names, found, replace(SHAPE, trees=FIRST))))
    shipped = json.loads(FILE.read_text(encoding="ascii"))
    assert made["features"] == shipped["features"]
    assert made["trees"] == shipped["trees"][:FIRST]
    assert len(shipped["trees"]) == SHAPE.trees
