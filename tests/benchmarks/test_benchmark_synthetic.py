"""Synthetic articles: as many as asked for, the same ones however they are cut, and such as the pipeline stages."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from benchmarks.synthetic import SOURCES, staged
from transforms.staged import SCHEMA, digest


@pytest.fixture(scope="module")
def articles() -> pa.Table:
    return pa.concat_tables(staged(12_000, rows=5_000))


def test_a_batch_has_the_rows_asked_for_and_the_last_one_the_rest() -> None:
    assert [batch.num_rows for batch in staged(12_000, rows=5_000)] == [5_000, 5_000, 2_000]


def test_an_article_is_the_same_whatever_the_cuts_and_wherever_one_begins(articles: pa.Table) -> None:
    later = pa.concat_tables(staged(1_500, first=9_500, rows=700, a_day=33))
    assert later.equals(articles.slice(9_500, 1_500).combine_chunks())


def test_another_seed_makes_other_articles(articles: pa.Table) -> None:
    (other,) = staged(10, seed=2)
    assert set(other["body_hash"].to_pylist()).isdisjoint(articles["body_hash"].to_pylist())


def test_the_articles_have_the_staged_schema_and_keys_of_their_own(articles: pa.Table) -> None:
    assert articles.schema.equals(SCHEMA)
    for column in ("input_key", "identity_key", "content_hash", "reading_hash", "body_hash"):
        assert len(set(articles[column].to_pylist())) == 12_000


def test_bodies_are_about_two_kilobytes_and_their_measures_are_true(articles: pa.Table) -> None:
    bodies = articles["body"].to_pylist()
    assert 1_800 < sum(len(body.encode()) for body in bodies) / 12_000 < 2_800
    assert articles["char_count"].to_pylist() == [len(body) for body in bodies]
    assert articles["body_hash"].to_pylist() == [digest(body) for body in bodies]


def test_the_days_are_those_of_one_year_in_order(articles: pa.Table) -> None:
    days = articles["published_date"].to_pylist()
    assert days == sorted(days)
    assert (days[0], days[-1]) == (date(2025, 1, 1), date(2025, 12, 30))


def test_few_sources_have_most_articles_and_each_keeps_mostly_to_one_language(articles: pa.Table) -> None:
    sizes = sorted((c["counts"] for c in articles["source"].value_counts().to_pylist()), reverse=True)
    assert len(sizes) > 0.95 * SOURCES
    assert sizes[0] > 0.1 * 12_000
    largest = max(articles["source"].value_counts().to_pylist(), key=lambda c: c["counts"])["values"]
    of_largest = [
        language
        for source, language in zip(articles["source"].to_pylist(), articles["language"].to_pylist(), strict=True)
        if source == largest
    ]
    assert max(map(of_largest.count, set(of_largest))) > 0.9 * len(of_largest)


def test_removed_spans_follow_the_body_and_each_other(articles: pa.Table) -> None:
    for row in articles.slice(0, 200).to_pylist():
        at = row["char_count"]
        for span in row["removed"]:
            assert span["start"] == at + 2
            assert span["end"] == span["start"] + len(span["text"])
            assert span["text_hash"] == digest(span["text"])
            at = span["end"]
        assert row["removed_chars"] == sum(len("".join(span["text"].split())) for span in row["removed"])


def test_a_batch_of_more_rows_than_the_pipeline_takes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 to 50,000 rows, not 60,000"):
        next(staged(10, rows=60_000))
