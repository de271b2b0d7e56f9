"""Gates: what is counted of a slice, and which bounds and which past it is held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from staged_articles import AS_OF, sound, spoilt, staged

from expectations.gates import Counts, Earlier, GateBounds, Slice, Tally, judge
from expectations.verdict import apply_nulls
from expectations.verdict import judge as verdict_of
from transforms.article import Origin, Precision, Published, Rejection

SOUND = Counts(
    inputs=100,
    rejected=4,
    articles=96,
    with_title=95,
    with_published=90,
    with_language=96,
    languages={"en": 90, "de": 6},
    sources={"a": 60, "b": 36},
)
WIRE = Slice("feed", "wire")


def past(*inputs: int, counts: Counts = SOUND) -> list[Earlier]:
    """Earlier slices, newest first, an hour apart."""
    return [
        Earlier(replace(counts, inputs=number), AS_OF - timedelta(hours=hours + 1))
        for hours, number in enumerate(inputs)
    ]


def breaches(counts: Counts, earlier: list[Earlier] | None = None, **bounds: float) -> list[tuple[str, float, float]]:
    found = judge(counts, earlier or [], GateBounds(**bounds), as_of=AS_OF, among=counts.inputs)  # type: ignore[arg-type]
    return [(each.measure, round(each.observed, 3), round(each.bound, 3)) for each in found]


def test_a_batch_is_counted_by_feed_then_source_then_the_rest() -> None:
    old = Published(date(2025, 1, 1), Precision.DAY, Origin.DECLARED)
    never = Published(date(2031, 1, 1), Precision.DAY, Origin.DECLARED)
    refused = Rejection("empty", "x.html: the file holds no bytes")
    batch = staged(
        sound(0),
        spoilt(0, language="de", title=None),
        spoilt(2, published=old, modified=None),
        spoilt(3, published=never, modified=None),
        spoilt(4, body="Too short.", source=None, source_name=None),
        refused,
        sound(6),
        refused,
    )
    feeds = ["wire", "wire", "wire", "wire", None, None, None, "wire"]
    batch = batch.set_column(batch.column_names.index("feed"), "feed", pa.array(feeds, pa.string()))
    judged = verdict_of(batch, as_of=AS_OF)
    tally = Tally({WIRE: 30.0}, 0.0, AS_OF)
    codes, slices = tally.add(apply_nulls(batch, judged.faults), judged)
    assert [str(slices[code]) for code in codes] == [
        *["feed wire"] * 4,
        *["what has neither feed nor source"] * 2,
        "source quay-gazette.example",
        "feed wire",
    ]
    gazette = {"languages": {"en": 1}, "sources": {}}
    assert tally.taken() == {
        WIRE: Counts(
            inputs=5,
            rejected=1,
            articles=4,
            with_title=3,
            with_published=3,
            with_language=4,
            impossible_dates=1,
            outside_dates=1,
            same_bytes=0,
            same_bodies=1,
            languages={"en": 3, "de": 1},
            sources={"dc69e84db359da39": 4},
        ),
        Slice("rest", ""): Counts(inputs=2, rejected=2),
        Slice("source", "quay-gazette.example"): Counts(
            inputs=1, articles=1, with_title=1, with_published=1, with_language=1, **gazette
        ),
    }
    assert tally.taken() == {}


def test_counts_add_up_over_batches_and_copies_are_known_across_them() -> None:
    tally = Tally({}, 0.0, AS_OF)
    for _ in range(2):
        batch = staged(sound(0), sound(1))
        tally.add(batch, verdict_of(batch, as_of=AS_OF))
    (counts,) = tally.taken().values()
    assert (counts.inputs, counts.articles, counts.same_bytes, counts.same_bodies) == (4, 4, 2, 2)


def test_a_sound_slice_passes_no_bound_whatever_its_past() -> None:
    assert breaches(SOUND) == []
    assert breaches(SOUND, past(*[100] * 9)) == []
    assert breaches(SOUND, past(*[3] * 9)) == []


@pytest.mark.parametrize(
    ("counts", "bounds", "expected"),
    [
        (replace(SOUND, rejected=91, articles=9), {}, [("gate.rejected_share", 0.91, 0.9)]),
        (replace(SOUND, with_title=40), {"min_title_share": 0.5}, [("gate.title_share", 0.417, 0.5)]),
        (replace(SOUND, with_published=0), {"min_published_share": 0.1}, [("gate.published_share", 0.0, 0.1)]),
        (replace(SOUND, with_language=9), {"min_language_share": 0.8}, [("gate.language_share", 0.094, 0.8)]),
        (replace(SOUND, same_bytes=95), {}, [("gate.same_bytes_share", 0.95, 0.9)]),
        (replace(SOUND, same_bodies=95), {}, [("gate.same_body_share", 0.99, 0.9)]),
        (replace(SOUND, impossible_dates=60, outside_dates=30), {}, [("gate.outside_dates_share", 0.6, 0.5)]),
        (SOUND, {"max_inputs": 99}, [("gate.volume", 100, 99)]),
        (SOUND, {"min_inputs": 101}, [("gate.volume", 100, 101)]),
    ],
)
def test_each_bound_of_the_settings_is_kept_to(
    counts: Counts, bounds: dict[str, float], expected: list[tuple[str, float, float]]
) -> None:
    assert breaches(counts, **bounds) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (replace(SOUND, rejected=60, articles=40), [("gate.rejected_share", 0.6, 0.54)]),
        (replace(SOUND, with_published=30), [("gate.published_share", 0.312, 0.438)]),
        (replace(SOUND, same_bodies=60), [("gate.same_body_share", 0.625, 0.5)]),
        (replace(SOUND, languages={"ru": 96}), [("gate.language_mix", 1.0, 0.8)]),
        (replace(SOUND, sources={"x": 90, "a": 6}), [("gate.source_mix", 0.938, 0.8)]),
        (replace(SOUND, inputs=2001, articles=1997), [("gate.volume", 2001, 2000)]),
    ],
)
def test_a_slice_is_held_against_its_past_from_five_earlier_ones_on(
    counts: Counts, expected: list[tuple[str, float, float]]
) -> None:
    relevant = expected[0][0]
    assert [found for found in breaches(counts, past(*[100] * 5)) if found[0] == relevant] == expected
    assert [found for found in breaches(counts, past(*[100] * 4)) if found[0] == relevant] == []


def test_what_comes_after_a_long_pause_may_be_as_much_as_the_pause_brings() -> None:
    many = replace(SOUND, inputs=7_000, articles=6_000, with_title=6_000, with_published=6_000, with_language=6_000)
    assert ("gate.volume", 7000, 2000) in breaches(many, past(*[100] * 6))
    weekend = [Earlier(each.counts, each.judged_at - timedelta(hours=72)) for each in past(*[100] * 6)]
    assert [found for found in breaches(many, weekend) if found[0] == "gate.volume"] == []


def test_a_feed_of_many_sources_may_bring_new_ones() -> None:
    many = replace(SOUND, sources={f"s{number}": 4 for number in range(24)})
    assert breaches(replace(SOUND, sources={"x": 96}), past(*[100] * 5, counts=many)) == []


def test_fewer_records_than_a_share_needs_are_not_judged() -> None:
    bad = Counts(inputs=19, rejected=19)
    assert breaches(bad) == []
    assert breaches(replace(bad, inputs=20, rejected=20)) == [("gate.rejected_share", 1.0, 0.9)]
    assert breaches(bad, min_rows=10) == [("gate.rejected_share", 1.0, 0.9)]


def test_the_rest_is_a_share_of_all_that_has_no_feed() -> None:
    """What could not be read names no source: 60 such among 1,000 articles of known ones are nothing to hold."""
    refused = Counts(inputs=60, rejected=60)
    assert judge(refused, [], GateBounds(), as_of=AS_OF, among=1_060) == []
    (found,) = judge(refused, [], GateBounds(), as_of=AS_OF, among=60)
    assert found.in_words() == (
        "gate.rejected_share: too large a share was refused by the readers or the rules (100.0%, bound 90.0%). "
        "Open some of the inputs: an error page, a login or a new format looks like this"
    )
