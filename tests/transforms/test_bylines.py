"""Lines that say who wrote a piece and when, and names as such."""

from __future__ import annotations

import pytest

from transforms.read.byline import is_name, read_credit
from transforms.strip.rules import rulebook


@pytest.mark.parametrize(
    "name",
    [
        "Ina Halvorsen", "Will Otter", "Per Halvorsen", "Una Quist", "Des Bell", "An Nguyen", "Nguyễn Văn An",
        "Kim Jong Un", "Anita Das", "Ana de los Ríos", "राहुल शर्मा", "สมชาย ใจดี", "রাহুল সেন",
    ],
)  # fmt: skip
def test_a_name_may_have_a_word_that_is_also_another(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "text", ["Will It Rain", "Will Ships Return", "An Old Bridge", "The Harbour", "Der Weg nach", "Sign in", "In Port"]
)
def test_a_phrase_in_capitals_is_no_name_because_such_a_word_opens_it(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Will Otter", ["Will Otter"]),
        ("By Will Quay Otter", ["Will Quay Otter"]),
        ("By Per Halvorsen and An Nguyen", ["Per Halvorsen", "An Nguyen"]),
        ("By राहुल शर्मा", ["राहुल शर्मा"]),
        ("By the numbers", None),
    ],
)
def test_behind_a_by_stands_a_name(line: str, names: list[str] | None) -> None:
    credit = read_credit(line, rulebook())
    assert (credit and [author.name for author in credit.authors]) == names
