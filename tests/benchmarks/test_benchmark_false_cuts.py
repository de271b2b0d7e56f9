"""What counts as a false cut, on an article written for it."""

from __future__ import annotations

import pytest

from benchmarks.false_cuts import Tally, on_body, on_page, rule_table, suspects
from transforms.article import Article, Kept, Rejection, Removed, Role

_FIRST = "The ferry to the islands keeps its winter hours."
_SECOND = "Two of the three boats are in the yard."
_NOTICE = "Sign up for our letter about all the boats."
_PAGE = f"{_NOTICE}\n\n{_FIRST}\n\n{_SECOND}\n\n{_FIRST}"


def article(source: str, kept: str, cuts: dict[str, str]) -> Article:
    """An article that keeps one line of a source text and cuts others, each by a rule; the first place counts."""
    return Article(
        format="text",
        engine="text",
        source_text=source,
        body=kept,
        identity_key="page",
        identity_kind="input",
        kept=(Kept(source.index(kept), source.index(kept) + len(kept), "body"),),
        removed=tuple(
            Removed(source.index(line), source.index(line) + len(line), Role.BOILERPLATE, rule)
            for line, rule in cuts.items()
        ),
    )


def test_of_what_was_cut_from_a_page_the_known_body_s_part_is_counted() -> None:
    tally = Tally()
    on_page(tally, article(_PAGE, _FIRST, {_NOTICE: "letter.notice", _SECOND: "teaser.block"}), f"{_FIRST}\n{_SECOND}")
    assert (tally.rules["letter.notice"].page_characters, tally.rules["letter.notice"].page_known) == (34, 0)
    assert (tally.rules["teaser.block"].page_characters, tally.rules["teaser.block"].page_known) == (30, 30)
    assert suspects(tally) == ["teaser.block"]


def test_text_that_is_kept_elsewhere_is_no_loss() -> None:
    """The page says the first sentence twice, the known body once: one of the two may go."""
    tally = Tally()
    begins = _PAGE.rindex(_FIRST)
    found = article(_PAGE, f"{_FIRST}\n\n{_SECOND}", {})
    repeated = Removed(begins, begins + len(_FIRST), Role.BOILERPLATE, "blocks.repeated")
    on_page(
        tally,
        Article(
            format="html", engine="blocks", source_text=found.source_text, body=found.body, identity_key="page",
            identity_kind="input", kept=found.kept, removed=(repeated,),
        ),
        f"{_FIRST}\n{_SECOND}",
    )  # fmt: skip
    assert (tally.rules["blocks.repeated"].page_characters, tally.rules["blocks.repeated"].page_known) == (39, 0)
    assert suspects(tally) == []


def test_what_is_cut_from_a_known_body_counts_and_what_stands_above_it_does_not() -> None:
    tally = Tally()
    body = f"{_FIRST}\n\n{_SECOND}"
    titled = f"Ferry keeps hours\n\n{body}"
    on_body(
        tally, "page-1", article(titled, _FIRST, {"Ferry keeps hours": "title.rule", _SECOND: "teaser.block"}), body
    )
    assert set(tally.rules) == {"teaser.block"}
    assert tally.rules["teaser.block"].body_characters == 30
    assert tally.rules["teaser.block"].bodies == {"page-1"}
    assert tally.known_characters == 69


def test_a_known_body_that_is_rejected_is_lost_as_a_whole() -> None:
    tally = Tally()
    on_body(tally, "page-1", Rejection("not_an_article", "page-1: only a menu"), _SECOND)
    assert tally.rules["rejected: not_an_article"].body_characters == 30
    assert tally.rejected == {"not_an_article": 1}


def test_the_table_begins_with_the_rule_that_costs_most() -> None:
    tally = Tally(known_characters=1_000)
    cheap, dear, idle = tally.of("share.bar"), tally.of("teaser.block"), tally.of("nav.row")
    cheap.page_characters = 5_000
    dear.bodies, dear.body_characters = {"page-1", "page-2"}, 25
    dear.page_characters, dear.page_known = 400, 8
    idle.bodies, idle.body_characters = {"page-3"}, 1
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rule_table(tally, 40).splitlines()[2:]]
    assert rows == [
        ["`teaser.block`", "2 of 40", "2.5000 %", "400", "8", "2.0 %"],
        ["`nav.row`", "1 of 40", "0.1000 %", "0", "0", "–"],
        ["`share.bar`", "0 of 40", "0.0000 %", "5,000", "0", "0.0 %"],
    ]
    assert suspects(tally) == ["teaser.block"]


def test_a_tally_takes_in_another() -> None:
    one, other = Tally(known_characters=10), Tally(known_characters=5)
    one.of("nav.row").bodies = {"page-1"}
    other.of("nav.row").bodies = {"page-1", "page-2"}
    other.of("nav.row").page_characters = 7
    one.add(other)
    assert one.rules["nav.row"].bodies == {"page-1", "page-2"}
    assert one.rules["nav.row"].page_characters == 7
    assert one.known_characters == 15


@pytest.mark.parametrize("rate", [0.0, 0.01])
def test_a_rule_is_suspect_only_above_the_bound(rate: float) -> None:
    tally = Tally()
    cuts = tally.of("nav.row")
    cuts.page_characters, cuts.page_known = 1_000, int(1_000 * rate)
    assert suspects(tally) == []
