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
        ("By Mira Holm, 17 January 2025", ["Mira Holm"]),
        ("By Will Otter, May 3, 2024", ["Will Otter"]),
        ("Von Jan Holm, 3. Mai 2024", ["Jan Holm"]),
        ("By Mira Holm, Friday, 17 January 2025", ["Mira Holm"]),
        ("By Mira Holm Friday, 17 January 2025", ["Mira Holm"]),
        ("By Mira Friday, 17 January 2025", None),
    ],
)
def test_behind_a_by_stands_a_name(line: str, names: list[str] | None) -> None:
    credit = read_credit(line, rulebook())
    assert (credit and [author.name for author in credit.authors]) == names


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("May 5, 2026 at 11:30 a.m. ET", "2026-05-05", None),
        ("5 mei 2026 om 11:30", "2026-05-05", None),
        ("5 maggio 2026 ore 11:30", "2026-05-05", None),
        ("5 de mayo de 2026 a las 11:30 h", "2026-05-05", None),
        ("5 mai 2026 à 11 h 30", "2026-05-05", None),
        ("5. mai 2026 kl. 11.30", "2026-05-05", None),
        ("5 मई 2026, 11:30", "2026-05-05", None),
        ("5 พ.ค. 2569 11:30 น.", "2026-05-05", None),
        ("5 במאי 2026", "2026-05-05", None),
        ("ngày 5 tháng 5 năm 2026", "2026-05-05", None),
        ("令和8年5月5日", "2026-05-05", None),
        ("2026. 5. 5. 오후 11:30", "2026-05-05", None),
        ("입력 2026.05.05. 오전 11:30 수정 2026.05.06. 오후 1:00", "2026-05-05", "2026-05-06"),
        ("Published: May 5, 2026. Updated: May 6, 2026.", "2026-05-05", "2026-05-06"),
    ],
)
def test_a_line_that_is_a_date_is_known_in_any_usual_notation(line: str, published: str, modified: str | None) -> None:
    credit = read_credit(line, rulebook())
    assert credit is not None
    assert (credit.published and credit.published.day.isoformat()) == published
    assert (credit.modified and credit.modified.day.isoformat()) == modified
