"""Which blocks of a page are chosen, and how sure that is."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from training.pages import DATA
from transforms.read.page_body import page_body
from transforms.select.page_blocks import page_blocks
from transforms.select.page_choice import MODEL, choice, choose, expected_f1
from transforms.select.page_features import page_features
from transforms.select.page_group import Context, page_group
from transforms.select.trees import from_document, packaged

# f0 <= 2: leaf -1; else f1 <= 0.5: leaf 2, else leaf 0.25. And a tree of one leaf.
_DOCUMENT = {
    "features": ["length", "density"],
    "trees": [
        {"feature": [0, 1], "threshold": [2.0, 0.5], "left": [-1, -2], "right": [1, -3], "leaves": [-1.0, 2.0, 0.25]},
        {"feature": [], "threshold": [], "left": [], "right": [], "leaves": [0.5]},
    ],
}

FIRST = 10  # trees that are trained again here; each builds on those before. `make test-training` trains all


def test_trees_add_the_log_odds_of_the_leaves_that_a_row_comes_to() -> None:
    rows = np.array([[2.0, 0.0], [3.0, 0.5], [3.0, 0.75]], dtype=np.float32)
    expected = [1 / (1 + math.exp(-x)) for x in (-0.5, 2.5, 0.75)]
    assert from_document(_DOCUMENT).probabilities(rows).tolist() == pytest.approx(expected)


def test_rows_of_another_width_than_the_trees_were_trained_on_are_refused() -> None:
    with pytest.raises(ValueError, match="3 features for trees that were trained on 2"):
        from_document(_DOCUMENT).probabilities(np.zeros((1, 3), dtype=np.float32))


def test_the_model_file_names_the_features_that_pages_have() -> None:
    blocks = page_blocks(LexborHTMLParser("<p>Some text that is long enough to be a block of its own.</p>"))
    names, _ = page_features(page_group([blocks], [Context()]))
    assert packaged(MODEL).features == tuple(names)


def test_likely_blocks_are_chosen_and_a_block_that_was_said_already_is_not() -> None:
    said = (
        "The harbour council met on Monday to decide on the future of the old fish market hall, and voted for a "
        "plan that keeps the iron roof."
    )
    texts = [said, "Menu", "Seven voted for it.", said, "Share"]
    found = choice(texts, np.array([0.9, 0.1, 0.8, 0.9, 0.2]))
    assert found.chosen.tolist() == [True, False, True, False, False]
    assert found.repeated.tolist() == [False, False, False, True, False]


def test_a_question_that_is_put_to_everybody_stays_each_time() -> None:
    question = "What would you change first if you were elected to the council?"
    found = choice([question, "The ferry.", question, "The school."], np.array([0.9, 0.9, 0.9, 0.9]))
    assert found.chosen.all()


def test_where_no_block_is_likely_the_least_unlikely_are_chosen() -> None:
    assert choice(["a", "b", "c"], np.array([0.3, 0.1, 0.25])).chosen.tolist() == [True, False, True]


def test_the_confidence_is_the_f1_that_the_probabilities_expect() -> None:
    probability, length = np.array([0.9, 0.5, 0.1]), np.array([100.0, 50.0, 10.0])
    # 2 · 90 / (100 + 90 + 25 + 1)
    assert expected_f1(probability, length, np.array([True, False, False])) == pytest.approx(180 / 216)
    assert expected_f1(probability, length, np.array([False, False, False])) == 0.0


_PAGE = (
    "<html><body><nav><ul><li><a href=/>Home</a></li><li><a href=/t>Tides</a></li></ul></nav><article>"
    "<h1>Hall stays</h1>"
    "<p>The harbour council of the northern district met on Monday to decide on the future of the old market hall.</p>"
    "<ul><li>The iron roof, which is from 1887, stays where it is and gets a new coat of paint next spring.</li>"
    "<li>The stalls move to the quay until the work is done, and nobody has to pay for the new places.</li></ul>"
    "<h2>Who pays</h2>"
    "<p>Half of the cost comes from the county, the other half from the sale of the old customs house.</p>"
    "<table><tr><td>County</td><td>4.1 million</td></tr><tr><td>Customs house</td><td>4.2 million</td></tr></table>"
    "<p>The work begins in May and takes two years, said the harbour master, who asked the traders for patience.</p>"
    "</article><footer>© The Quay Gazette. All rights reserved.</footer></body></html>"
)


def test_items_of_a_list_are_marked_and_cells_of_a_row_stay_on_one_line() -> None:
    blocks = page_blocks(LexborHTMLParser(_PAGE))
    context = Context("Hall stays")
    body = page_body(_PAGE, blocks, context, "fast", *choose([blocks], [context]))
    text = body.text()
    assert text.startswith("The harbour council of the northern district")
    assert "- The iron roof, which is from 1887" in text
    assert "paint next spring.\n- The stalls move" in text
    assert "Home" not in text
    assert "rights reserved" not in text
    assert body.headings == ("Who pays",)
    assert blocks.source_text[body.kept[0].start :].startswith("The harbour council")


def test_the_model_file_begins_with_the_trees_that_training_makes_of_the_pages() -> None:
    if not DATA.is_file():
        pytest.skip(f"{DATA} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    if importlib.util.find_spec("lightgbm") is None:
        pytest.skip("LightGBM is not installed, which trains the model")
    try:
        from training.boosting import written
        from training.page import FILE, SHAPE, examples, model
    except OSError as error:
        pytest.skip(f"LightGBM can't be loaded here, it needs the system's libgomp: {error}")
    names, found, _ = examples()
    made = json.loads(written(model(names, found, replace(SHAPE, trees=FIRST))))
    shipped = json.loads(FILE.read_text(encoding="ascii"))
    assert made["features"] == shipped["features"]
    assert made["trees"] == shipped["trees"][:FIRST]
    assert len(shipped["trees"]) == SHAPE.trees
