"""Five texts, one of each shape, against their whole expected records in tests/golden/expected.json."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.account import unaccounted
from transforms.article import Article, RawFile
from transforms.read.decode import decode
from transforms.read.tagged import read_tagged
from transforms.read.text import read_text

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


def record(article: Article) -> dict[str, object]:
    """The article under the names that ``newslake extract --json`` prints."""
    published = article.published
    return {
        "kind": article.kind.value,
        "title": article.title,
        "kicker": article.kicker,
        "summary": article.summary,
        "highlights": list(article.highlights),
        "authors": [author.name for author in article.authors],
        "published_date": published.day.isoformat() if published else None,
        "published_at": published.at.isoformat() if published and published.at else None,
        "published_precision": published.precision.value if published else None,
        "published_origin": published.origin.value if published else None,
        "modified_at": article.modified.day.isoformat() if article.modified else None,
        "url": article.url,
        "source": article.source,
        "section": article.section,
        "categories": list(article.categories),
        "language": article.language,
        "is_translated": article.is_translated,
        "headings": list(article.headings),
        "items": list(article.items),
        "body": article.body.split("\n\n"),
        "removed": [
            {"rule": r.rule, "role": r.role.value, "text": article.source_text[r.start : r.end]}
            for r in article.removed
        ],
    }


def test_every_golden_text_has_its_record() -> None:
    assert sorted(want["file"] for want in EXPECTED) == sorted(path.name for path in GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("want", EXPECTED, ids=[want["file"] for want in EXPECTED])
def test_a_golden_text_is_read_as_its_record_says(want: dict[str, object]) -> None:
    content = (GOLDEN / str(want["file"])).read_bytes()
    text = decode(content)
    assert isinstance(text, str)
    reader = read_tagged if text.startswith("<") else read_text
    article = reader(RawFile(str(want["file"]), content), text, as_of=datetime(2025, 2, 1, tzinfo=UTC))
    assert isinstance(article, Article)
    assert unaccounted(article) == []
    assert record(article) == {name: value for name, value in want.items() if name != "file"}
