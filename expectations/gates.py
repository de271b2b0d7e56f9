"""Gates: a slice of a run in, the bounds that it passes out. A slice with any is held, the others load.

A slice is what a run picked up of one feed; of what has no feed, of one source; and what names no source either is the
rest. :class:`Tally` counts a run's slices batch by batch, from staged rows and their verdict, without a validation of
its own; :func:`judge` holds the counts of a whole slice against bounds and against the counts of earlier slices of the
same name. Nothing here knows a database or a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from expectations.verdict import Verdict
from transforms.staged import Outcome, digest

# The stubs know few of these functions' arguments.
pc: Any = pyarrow.compute

FEED, SOURCE, REST = "feed", "source", "rest"
_IMPOSSIBLE_DATE = "article.published.range"
_BETWEEN = "\x1f"
# A feed of more sources than these brings new ones every day.
_FEW_SOURCES = 20


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """Whose inputs: ``unit`` is feed, source or rest; ``name`` the feed's, the source's domain or name, or empty."""

    unit: str
    name: str

    def __str__(self) -> str:
        return f"{self.unit} {self.name}" if self.name else "what has neither feed nor source"


@dataclass(frozen=True, slots=True)
class GateBounds:
    """What a slice must keep to; every bound has its meaning in newslake.toml. A bound of 0 that asks for at least so
    much asks for nothing; ``max_inputs`` and ``max_age_days`` of 0 are none."""

    enabled: bool = True
    min_rows: int = 20
    max_rejected_share: float = 0.9
    min_title_share: float = 0.0
    min_published_share: float = 0.0
    min_language_share: float = 0.0
    max_duplicate_share: float = 0.9
    max_age_days: float = 0.0
    max_outside_share: float = 0.5
    min_inputs: int = 0
    max_inputs: int = 0
    min_history: int = 5
    max_shift: float = 0.5
    max_mix_shift: float = 0.8
    max_volume_ratio: float = 20.0


@dataclass(frozen=True, slots=True)
class Counts:
    """A slice in numbers, which add up over batches save the two of sameness. ``inputs`` are articles and what was
    refused of them; ``languages`` and ``sources`` count articles, sources by a hash of their name."""

    inputs: int = 0
    rejected: int = 0
    articles: int = 0
    with_title: int = 0
    with_published: int = 0
    with_language: int = 0
    impossible_dates: int = 0
    outside_dates: int = 0
    same_bytes: int = 0
    same_bodies: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The counts of an earlier slice of the same name, and when it was judged."""

    counts: Counts
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """A bound that a slice passes. ``usual`` is the same measure of the earlier slices, None where they have no say."""

    measure: str
    observed: float
    bound: float
    usual: float | None
    why: str
    remedy: str

    def in_words(self) -> str:
        """The breach as a sentence; the same for the same slice, whatever the run."""
        counted = "{:,.0f}" if self.measure == "gate.volume" else "{:.1%}"
        observed, bound = counted.format(self.observed), counted.format(self.bound)
        usual = "" if self.usual is None else f", usual {counted.format(self.usual)}"
        return f"{self.measure}: {self.why} ({observed}, bound {bound}{usual}). {self.remedy}"


@dataclass(slots=True)
class _Growing:
    """The counts of one slice under way, with what tells copies apart."""

    sums: Counter[str] = field(default_factory=Counter)
    contents: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)


class Tally:
    """Counts the slices of a run, batch by batch. Memory grows with two hashes a record until it is cleared."""

    def __init__(self, max_age_days: Mapping[Slice, float], default_age_days: float, as_of: datetime) -> None:
        self._ages = dict(max_age_days)
        self._default_age = default_age_days
        self._as_of = as_of
        self._slices: dict[Slice, _Growing] = {}

    def add(self, staged: pa.Table, verdict: Verdict) -> tuple[np.ndarray[Any, Any], list[Slice]]:
        """Count a batch, impossible values already null; for each row the place of its slice in the list."""
        codes, names = slices_of(staged)
        for name in names:
            self._slices.setdefault(name, _Growing())
        facts = _facts(staged, verdict)
        facts["outside_dates"] = facts["articles"] & self._outside(staged, codes, names)
        for name_of, mask in facts.items():
            for place, count in enumerate(np.bincount(codes[mask], minlength=len(names)).tolist()):
                self._slices[names[place]].sums[name_of] += count
        self._add_copies("same_bytes", facts["inputs"], codes, names, staged["content_hash"])
        self._add_copies("same_bodies", facts["articles"], codes, names, staged["body_hash"])
        articles = pa.array(facts["articles"])
        own = codes[facts["articles"]].tolist()
        languages = staged["language"].filter(articles).to_pylist()
        sources = pc.coalesce(staged["source"], staged["source_name"]).filter(articles).to_pylist()
        for (place, language), count in Counter(zip(own, languages, strict=True)).items():
            if language is not None:
                self._slices[names[place]].languages[language] += count
        for (place, source), count in Counter(zip(own, sources, strict=True)).items():
            if source is not None and names[place].unit == FEED:
                self._slices[names[place]].sources[digest(source)[:16]] += count
        return codes, names

    def taken(self) -> dict[Slice, Counts]:
        """The counts so far, by slice, in order; the tally begins anew."""
        found = {
            name: Counts(**grown.sums, languages=dict(grown.languages), sources=dict(grown.sources))
            for name, grown in sorted(self._slices.items())
        }
        self._slices = {}
        return found

    def _outside(self, staged: pa.Table, codes: np.ndarray[Any, Any], names: list[Slice]) -> np.ndarray[Any, Any]:
        ages = [self._ages.get(name, self._default_age) for name in names]
        if not any(ages):
            return np.zeros(len(codes), bool)
        first = [(self._as_of - timedelta(days=age)).date() if age else None for age in ages]
        days = staged["published_date"].cast(pa.int32()).to_numpy()
        bounds = pa.array(first, pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False)
        before: np.ndarray[Any, Any] = days < bounds[codes]  # false where either is not a number
        return before

    def _add_copies(
        self,
        name_of: str,
        mask: np.ndarray[Any, Any],
        codes: np.ndarray[Any, Any],
        names: list[Slice],
        hashes: pa.ChunkedArray[Any],
    ) -> None:
        for place, value in zip(codes[mask].tolist(), hashes.filter(pa.array(mask)).to_pylist(), strict=True):
            if value is None:
                continue
            grown = self._slices[names[place]]
            seen = grown.contents if name_of == "same_bytes" else grown.bodies
            if value in seen:
                grown.sums[name_of] += 1
            seen.add(value)


def slices_of(staged: pa.Table) -> tuple[np.ndarray[Any, Any], list[Slice]]:
    """For each staged row the place of its slice in the list that comes second."""
    feed, source = staged["feed"], pc.coalesce(staged["source"], staged["source_name"])
    key = pc.coalesce(
        pc.binary_join_element_wise(FEED, feed, _BETWEEN),
        pc.binary_join_element_wise(SOURCE, source, _BETWEEN),
        f"{REST}{_BETWEEN}",
    )
    encoded = pa.chunked_array(key).combine_chunks().dictionary_encode()
    names = [Slice(*str(text).split(_BETWEEN, 1)) for text in encoded.dictionary.to_pylist()]
    return encoded.indices.to_numpy(), names


def judge(
    counts: Counts, earlier: Sequence[Earlier], bounds: GateBounds, *, as_of: datetime, among: int
) -> list[Breach]:
    """The bounds that a whole slice passes; empty where it may load.

    ``earlier`` are the slices before it, newest first. ``among`` is what its refused records are a share of: its own
    inputs, and for the rest, which holds whatever could not be read far enough to name a source, all that have no feed.
    Shares are judged from ``min_rows`` records on, and against the past from ``min_history`` slices on.
    """
    found = list(_volume(counts, earlier, bounds, as_of))
    if among >= bounds.min_rows and counts.inputs >= bounds.min_rows:
        past = _pooled(earlier) if len(earlier) >= bounds.min_history else None
        found += _shares(counts, past, bounds, among)
        found += _mixes(counts, past, bounds)
    return found


def is_too_few(counts: Counts, bounds: GateBounds) -> bool:
    """Whether a slice is too small for its shares to say anything."""
    return counts.inputs < bounds.min_rows


def _facts(staged: pa.Table, verdict: Verdict) -> dict[str, np.ndarray[Any, Any]]:
    rows = np.arange(staged.num_rows)
    is_article = _mask(pc.equal(staged["outcome"], Outcome.ARTICLE.value))
    refused = _mask(pc.equal(staged["outcome"], Outcome.REJECTED.value))
    refused |= is_article & np.isin(rows, verdict.rejected["row"].to_numpy())
    articles = is_article & ~refused
    impossible = verdict.faults.filter(pc.equal(verdict.faults["rule_id"], _IMPOSSIBLE_DATE))["row"].to_numpy()
    return {
        "inputs": articles | refused,
        "rejected": refused,
        "articles": articles,
        "with_title": articles & _mask(pc.is_valid(staged["title"])),
        "with_published": articles & _mask(pc.is_valid(staged["published_date"])),
        "with_language": articles & _mask(pc.is_valid(staged["language"])),
        "impossible_dates": articles & np.isin(rows, impossible),
    }


def _mask(column: Any) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = pc.fill_null(column, False).to_numpy()
    return found.astype(bool)


def _pooled(earlier: Sequence[Earlier]) -> Counts:
    """The counts of several slices as those of one."""
    names = [name for name in Counts.__dataclass_fields__ if name not in ("languages", "sources")]
    sums = {name: sum(getattr(each.counts, name) for each in earlier) for name in names}
    languages, sources = Counter[str](), Counter[str]()
    for each in earlier:
        languages.update(each.counts.languages)
        sources.update(each.counts.sources)
    return Counts(**sums, languages=languages, sources=sources)


def _volume(counts: Counts, earlier: Sequence[Earlier], bounds: GateBounds, as_of: datetime) -> Iterator[Breach]:
    remedy = "See whether the crawler looped, or delivered twice or only a part"
    if bounds.max_inputs and counts.inputs > bounds.max_inputs:
        yield Breach("gate.volume", counts.inputs, bounds.max_inputs, None, "more inputs than ever should come", remedy)
    elif counts.inputs < bounds.min_inputs:
        yield Breach("gate.volume", counts.inputs, bounds.min_inputs, None, "fewer inputs than should come", remedy)
    elif len(earlier) >= bounds.min_history and bounds.max_volume_ratio:
        usual = max(_expected(earlier, as_of), bounds.min_rows)
        if counts.inputs > usual * bounds.max_volume_ratio:
            why = f"more than {bounds.max_volume_ratio:g} times the inputs of any slice before"
            yield Breach("gate.volume", counts.inputs, usual * bounds.max_volume_ratio, usual, why, remedy)


def _expected(earlier: Sequence[Earlier], as_of: datetime) -> float:
    """The most inputs that came at once, or what as long a pause as since the last slice usually brings."""
    times = [each.judged_at for each in earlier]
    gaps = [(later - before).total_seconds() for later, before in pairwise(times)]
    usual_gap = max(median(gaps), 1.0) if gaps else 1.0
    pause = (as_of - times[0]).total_seconds() / usual_gap if gaps else 1.0
    inputs = [each.counts.inputs for each in earlier]
    return max(*inputs, median(inputs) * pause)


@dataclass(frozen=True, slots=True)
class _Share:
    """A share that is judged: its ``part`` of ``whole``, its bound, and whether much or little of it is bad."""

    measure: str
    part: str
    whole: str
    bound: str
    is_bad: bool
    why: str
    remedy: str


_SHARES = [
    _Share(
        "gate.rejected_share", "rejected", "inputs", "max_rejected_share", True,
        "too large a share was refused by the readers or the rules",
        "Open some of the inputs: an error page, a login or a new format looks like this",
    ),
    _Share(
        "gate.title_share", "with_title", "articles", "min_title_share", False,
        "too few articles have a title", "See what their pages declare with `newslake extract FILE`",
    ),
    _Share(
        "gate.published_share", "with_published", "articles", "min_published_share", False,
        "too few articles have a date of publication", "See what their pages declare with `newslake extract FILE`",
    ),
    _Share(
        "gate.language_share", "with_language", "articles", "min_language_share", False,
        "too few articles have a known language", "See with `newslake extract FILE` what was taken for the body",
    ),
    _Share(
        "gate.same_bytes_share", "same_bytes", "inputs", "max_duplicate_share", True,
        "too many inputs are copies of another", "A crawler that stores one page under many names does this",
    ),
    _Share(
        "gate.same_body_share", "same_bodies", "articles", "max_duplicate_share", True,
        "too many articles have the same body", "A paywall or cookie notice taken for the body looks like this",
    ),
    _Share(
        "gate.outside_dates_share", "outside", "dated", "max_outside_share", True,
        "too many dates of publication are impossible or outside the window",
        "See with `newslake extract FILE` where the dates come from",
    ),
]  # fmt: skip


def _shares(counts: Counts, past: Counts | None, bounds: GateBounds, among: int) -> Iterator[Breach]:
    for share in _SHARES:
        whole = among if share.measure == "gate.rejected_share" else _count(counts, share.whole)
        if whole < bounds.min_rows:
            continue
        observed, bound = _count(counts, share.part) / whole, float(getattr(bounds, share.bound))
        if observed > bound if share.is_bad else observed < bound:
            yield Breach(share.measure, observed, bound, None, share.why, share.remedy)
            continue
        # What the rest is a share of differs from run to run, so its past says little of what was refused.
        if past is None or among != counts.inputs or _count(past, share.whole) < bounds.min_rows:
            continue
        usual = _count(past, share.part) / _count(past, share.whole)
        moved = observed - usual if share.is_bad else usual - observed
        if moved > bounds.max_shift:
            bound = usual + bounds.max_shift if share.is_bad else usual - bounds.max_shift
            yield Breach(share.measure, observed, bound, usual, f"{share.why}, against what is usual", share.remedy)


def _count(counts: Counts, name: str) -> int:
    if name == "outside":
        return counts.impossible_dates + counts.outside_dates
    if name == "dated":
        return counts.with_published + counts.impossible_dates
    return int(getattr(counts, name))


def _mixes(counts: Counts, past: Counts | None, bounds: GateBounds) -> Iterator[Breach]:
    if past is None:
        return
    shift = _distance(counts.languages, past.languages, bounds.min_rows)
    if shift is not None and shift > bounds.max_mix_shift:
        why = "the articles are in other languages than usual"
        remedy = "See with `newslake extract FILE` whether the site, or a translation of it, was fetched"
        yield Breach("gate.language_mix", shift, bounds.max_mix_shift, 0.0, why, remedy)
    named, known = sum(counts.sources.values()), sum(past.sources.values())
    if named >= bounds.min_rows and known >= bounds.min_rows and len(past.sources) <= _FEW_SOURCES:
        share = sum(count for source, count in counts.sources.items() if source not in past.sources) / named
        if share > bounds.max_mix_shift:
            why = "the articles are of sources that this feed has not had before"
            remedy = "See whether the crawler follows links to other sites, or the feed's pattern takes in too much"
            yield Breach("gate.source_mix", share, bounds.max_mix_shift, 0.0, why, remedy)


def _distance(now: Mapping[str, int], before: Mapping[str, int], least: int) -> float | None:
    """The share of articles that would have to be in another language for the two mixes to be one; None for few."""
    total, total_before = sum(now.values()), sum(before.values())
    if min(total, total_before) < least:
        return None
    return sum(abs(now.get(n, 0) / total - before.get(n, 0) / total_before) for n in {*now, *before}) / 2
