"""Tables of a page: rows of data stay on one line, tables that lay the page out hold paragraphs."""

from __future__ import annotations

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from transforms.read.page_body import body_of_choice
from transforms.select.page_blocks import page_blocks
from transforms.select.page_choice import Choice
from transforms.select.page_group import Context

_FIRST = (
    "The council voted on Tuesday to close the old ferry terminal for eighteen months, after engineers had found "
    "cracks in three of its pillars."
)
_SECOND = (
    "Until the work is done the ferries leave from the northern quay, where the harbour master has put up a tent for "
    "those who wait."
)


def body_of(markup: str, left_out: tuple[str, ...] = ()) -> str:
    """The body where all blocks are chosen but those that are left out."""
    blocks = page_blocks(LexborHTMLParser(markup))
    chosen = np.array([text not in left_out for text in blocks.texts])
    found = Choice(np.ones(len(blocks)), chosen, np.zeros(len(blocks), dtype=bool), 1.0)
    return body_of_choice(blocks, Context("Hall stays"), found).text()


def test_the_paragraphs_of_a_table_that_lays_out_the_page_stay_paragraphs() -> None:
    markup = (
        f"<table><tr><td>Menu<br>Tides</td><td><p>{_FIRST}</p><p>{_SECOND}</p></td></tr>"
        f"<tr><td><p>{_SECOND} And so on.</p></td></tr></table>"
    )
    assert body_of(markup, left_out=("Menu", "Tides")) == f"{_FIRST}\n\n{_SECOND}\n\n{_SECOND} And so on."


@pytest.mark.parametrize("cell", [f"{_FIRST} {_SECOND} {_FIRST}", f"<p>{_FIRST}</p><p>Ferries</p>"])
def test_a_row_with_a_cell_of_paragraphs_is_none(cell: str) -> None:
    found = body_of(f"<table><tr><td>Ferries</td><td>{cell}</td></tr></table>")
    assert found.startswith(f"Ferries\n\n{_FIRST}")


def test_a_bar_stands_between_cells_only_and_empty_cells_keep_their_places() -> None:
    markup = (
        f"<p>{_FIRST}</p><table><tr><th></th><th>2024</th><th>2025</th><th></th></tr>"
        "<tr><td colspan=4>Harbours</td></tr>"
        "<tr><td>Aldmouth<br>North</td><td></td><td><div><p>17 ferries</p></div></td><td> </td></tr>"
        "<tr><td></td><td>Total</td></tr></table>"
    )
    assert body_of(markup) == (f"{_FIRST}\n\n| | 2024 | 2025\n\nHarbours\n\n| Aldmouth North | | 17 ferries\n| | Total")


def test_short_items_of_a_cell_stay_in_its_row_and_longer_ones_are_a_list() -> None:
    markup = (
        "<table><tr><td>Terminal</td><td><ul><li>Kiosk</li><li>Lift</li></ul></td><td>Closed</td></tr>"
        "<tr><td><ul><li>The iron roof stays where it is and gets a new coat</li><li>Nobody pays</li></ul></td>"
        "<td><ul><li>It takes two years</li></ul></td></tr></table>"
    )
    assert body_of(markup) == (
        "| Terminal | Kiosk; Lift | Closed\n\n- The iron roof stays where it is and gets a new coat\n- Nobody pays\n"
        "- It takes two years"
    )


def test_a_title_in_the_table_that_lays_out_the_page_is_no_part_of_the_body() -> None:
    assert body_of(f"<table><tr><td>Hall stays</td><td>{_FIRST}</td></tr></table>") == _FIRST
