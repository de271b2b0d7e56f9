"""What the comparison of extractors stands on: which pages are of one site, what plain rules do, what is compared."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.known_pages import KnownPage, Said, known_pages, one_site, sample
from benchmarks.plain_rules import all_lines, best_stretch, sentence_blocks
from training.pages import DATA, scorer

ROOT = Path(__file__).parents[2]


def page(number: int, **fields: object) -> KnownPage:
    values: dict[str, object] = {
        "page_id": f"page-{number}", "group": "a", "site": "quay.example", "url": None, "html": b"", "text": "",
        "lines": "", "body": "The ferry keeps its winter hours.", "title": None, "authors": (), "day": None,
    }  # fmt: skip
    return KnownPage(**(values | fields))  # type: ignore[arg-type]


def test_sites_that_share_a_domain_are_one_and_others_keep_their_names() -> None:
    found = one_site(
        [
            ("Quay Gazette", "https://www.quay.org/a"),
            ("quay.org", "https://quay.org/b"),
            ("Quay Gazette", "https://quaynews.com/c"),
            ("tidal.net", "https://tidal.net/d"),
            ("no address", None),
        ]
    )
    assert found == {
        "Quay Gazette": "Quay Gazette",
        "quay.org": "Quay Gazette",
        "tidal.net": "tidal.net",
        "no address": "no address",
    }


def test_a_sample_is_the_same_each_time_and_keeps_the_order() -> None:
    pages = [page(number) for number in range(100)]
    drawn = [one.page_id for one in sample(pages, 10)]
    assert drawn == [one.page_id for one in sample(list(reversed(pages)), 10)][::-1]
    assert len(drawn) == 10
    assert drawn == sorted(drawn, key=lambda name: int(name.removeprefix("page-")))
    assert sample(pages, None) == pages


_TEXT = """Home
News
Sport
The ferry to the islands keeps its winter hours until the end of April.
Photo: the quay
Two of the three boats are in the yard and need new glass in the wheelhouse.
Related
Log in
Contact us for anything that you would like to see in these pages
© The Quay Gazette"""


def test_the_best_stretch_is_the_sentences_and_what_is_long_between_them() -> None:
    assert best_stretch(_TEXT.encode()).split("\n") == [
        "The ferry to the islands keeps its winter hours until the end of April.",
        "Two of the three boats are in the yard and need new glass in the wheelhouse.",
    ]
    assert best_stretch(b"Home\nNews\nSport") == ""
    assert all_lines(_TEXT.encode()) == _TEXT


def test_blocks_with_a_sentence_are_taken_wherever_they_stand() -> None:
    markup = (
        "<nav>Home</nav><p>The ferry to the islands keeps its winter hours.</p><h2>Related</h2><footer>We use cookies "
        "to make these pages better for you.</footer>"
    )
    assert sentence_blocks(markup.encode()).split("\n") == [
        "The ferry to the islands keeps its winter hours.",
        "We use cookies to make these pages better for you.",
    ]


def test_an_answer_is_compared_in_what_page_and_extractor_both_give() -> None:
    if not DATA.is_file():
        pytest.skip(f"{DATA.parent / 'pages.py'} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    from benchmarks.extraction import judged

    known = page(1, title="Ferry keeps  its hours", authors=("Ada Reed", "Jon Holm"), day="2026-02-03")
    said = Said(known.body, "ferry keeps its hours", ("jon holm", "Ada Reed"), "2026-02-03")
    found = judged(known, "quay.example", said, scorer())
    assert (found.scored.precision, found.scored.recall, found.empty) == (1.0, 1.0, False)
    assert (found.title, found.authors, found.day) == (True, True, True)
    body_alone = judged(known, "quay.example", Said(""), scorer())
    assert (body_alone.title, body_alone.authors, body_alone.day, body_alone.empty) == (None, None, None, True)
    nothing = judged(known, "quay.example", Said("", None, (), None), scorer())
    assert (nothing.title, nothing.authors, nothing.day) == (False, False, False)


def test_the_public_pages_are_read_with_their_answers() -> None:
    if not DATA.is_file():
        pytest.skip(f"{DATA} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    pages = known_pages()
    assert {one.group for one in pages} == {"fundus", "scrapinghub", "wcxb"}
    assert all(one.html and one.body for one in pages if one.group == "scrapinghub")
    sites = one_site((one.site, one.url) for one in pages)
    assert len(set(sites.values())) < len({one.site for one in pages}) <= len(pages)


def test_without_the_pages_the_command_says_so_and_measures_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("lightgbm") is None:
        pytest.skip("LightGBM is not installed, which trains what is measured")
    for module in ("benchmarks.extraction", "benchmarks.false_cuts"):
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={"NEWSLAKE_PAGES": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert f"{tmp_path / 'pages-dev.parquet'} is not there" in done.stdout
        assert "nothing was measured" in done.stdout
