"""Which article a record belongs to and which revision it makes: candidates in, one decision each out. Pure.

Records of one identity are taken in the order of their observation. The first makes the article; each further one
is held against the revision that was to be seen when it was observed, and against the one that was seen next: it says
the same as one of them, or is a revision between them, or is another piece under the same identity (a reused address,
a wrong canonical link): that one is refused, never taken for a version.

A revision is the publisher's: other bytes, and a field that differs. Where the readings were made by two readers
(another engine, another version, other rules), they may differ though nobody edited anything. Title, summary, text
and day decide then: where they are the same, the record is a further extraction of the revision that is there; where
they are not, it is a revision, and the views say of that pair that its difference is not the publisher's for certain.
The same bytes read again are never a revision (`load/04_re_extracted.sql`).

A copy holds bytes that the lake knows under another key. It is a candidate where it was observed in its own right: the
publisher may have gone back to an earlier text (`load/03_copies.sql` says which copies are).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIKE_CONTAINMENT = 0.25  # of 3-word shingles; rewrites of one story measured .47 to .66, the next-best pair .18
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A usable record: its row in the staged table, what identifies it, and what it is compared by.

    ``reader`` is the extractor's id; equal numbers ``said`` mean that title, summary, text and day are equal.
    ``is_former``: a record that is read again, whose key holds other bytes by now. ``is_copy``: its bytes are known
    under another key, ``held`` (article, revision) by those; ``is_timed``: it has a time of observation of its own.
    ``is_numbered``: its id counts within its file and may be the number of a row: an equal title is no proof.
    """

    row: int
    input_key: str
    identity: Identity  # kind, key
    title: str | None
    reading_hash: str
    observed_at: datetime
    observed_origin: str
    content_hash: str = ""
    reader: int = 0
    said: int | None = None
    is_former: bool = False
    is_copy: bool = False
    is_timed: bool = True
    held: frozenset[tuple[int, int]] = frozenset()
    is_numbered: bool = False


@dataclass(slots=True)
class Decision:
    """What a record is to the lake. ``is_current``: its reading is the article's current one after the batch.

    ``cause`` is new, edited, re-extracted, same or identity_conflict; of a conflict the ids are None and ``detail``
    says why. ``observed_at`` and ``observed_origin`` are the revision's, ``seen_at`` is when the record was observed.
    ``is_earlier``: the revision stands in the lake, and this record shows that it was to be seen earlier.
    """

    row: int
    identity: Identity
    cause: str
    observed_at: datetime
    observed_origin: str
    seen_at: datetime
    article_id: int | None = None
    revision: int | None = None
    extraction: int | None = None
    is_current: bool = False
    is_earlier: bool = False
    detail: str | None = None

    @property
    def is_reading(self) -> bool:
        """Whether it puts a reading into the lake."""
        return self.cause in ("new", "edited", "re-extracted")


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of a revision: its number, who made it, and what it says (see :class:`Candidate`)."""

    extraction: int
    reader: int
    reading_hash: str
    said: int | None


@dataclass(slots=True)
class Version:
    """A revision of an article with its readings, in their order; title, input and row are those of the last one.

    ``contents`` are the hashes of its bytes, ``made`` the decisions of the batch that gave a reading of it; ``row`` is
    None where the lake has the last one.
    """

    revision: int
    observed_at: datetime
    observed_origin: str
    title: str | None
    input_key: str
    readings: list[Reading]
    contents: set[str]
    is_in_lake: bool = True
    row: int | None = None
    made: list[Decision] = field(default_factory=list)

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among the versions of its article."""
        return self.observed_at, self.revision

    def reading_by(self, reader: int) -> Reading:
        """Its last reading by this reader; by whomever where there is none."""
        return next((reading for reading in reversed(self.readings) if reading.reader == reader), self.readings[-1])


@dataclass(slots=True)
class History:
    """An article and its versions, in the order of their observation."""

    article_id: int
    versions: list[Version]

    @property
    def current(self) -> Version:
        """The version observed last."""
        return self.versions[-1]

    def around(self, moment: datetime) -> tuple[list[Version], Version | None]:
        """The versions to be seen at a moment, of which several may have been observed in it, and the next one."""
        place = bisect_right(self.versions, moment, key=lambda version: version.observed_at)
        first = max(place - 1, 0)
        while first and self.versions[first - 1].observed_at == moment:
            first -= 1
        return self.versions[first:place], self.versions[place] if place < len(self.versions) else None


def decide(
    candidates: list[Candidate],
    known: dict[Identity, History],
    *,
    last_article_id: int,
    body_of_row: Callable[[int], str],
    body_of: dict[int, str],
) -> list[Decision]:
    """One decision for each of ``candidates``, which come in the order of observation, copies last.

    ``known`` holds the articles of the lake, and is brought up to date on the way. ``body_of`` holds the current
    bodies, by article id, of the articles that :func:`needs_body` asked for.
    """
    decisions: list[Decision] = []
    for candidate in candidates:
        seen, origin = candidate.observed_at, candidate.observed_origin
        decision = Decision(candidate.row, candidate.identity, "new", seen, origin, seen)
        decisions.append(decision)
        history = known.get(candidate.identity)
        if history is None:
            last_article_id += 1
            known[candidate.identity] = history = History(last_article_id, [])
            _make(candidate, decision, history, 1)
            continue
        decision.article_id = history.article_id
        seen = _seen(candidate, history.current)
        before, after = history.around(seen)
        beside = [*before[::-1], *([after] if after else [])]
        repeated = next((version for version in beside if _repeats(candidate, version, history)), None)
        former = before[-1] if before else None
        if candidate.is_copy and not candidate.is_timed:
            repeated = repeated or beside[0]  # nobody knows when it was seen
        if repeated:
            _repeat(candidate, decision, repeated)
            if repeated is after and former and former.observed_at < seen == candidate.observed_at:
                _move(repeated, decision)
        elif former and _is_our_doing(candidate, former):
            decision.cause, decision.revision = "re-extracted", former.revision
            decision.observed_at, decision.observed_origin = former.observed_at, former.observed_origin
            _read(candidate, decision, former)
        elif after and _is_our_doing(candidate, after):  # an older record takes no later reading's place
            _repeat(candidate, decision, after)
        elif _may_conflict(candidate, history.current) and not alike(
            body_of_row(candidate.row), _body(history, body_of_row, body_of)
        ):
            decision.cause, decision.article_id = "identity_conflict", None
            decision.detail = (
                f"{candidate.input_key} claims the {candidate.identity[0]} {candidate.identity[1]}, which "
                f"{history.current.input_key} has already, and shares neither title nor text with it. Its record is "
                "kept in quarantine; correct its address or id in the file or beside it."
            )
        else:
            decision.cause = "edited"
            decision.observed_at = decision.seen_at = seen
            _make(candidate, decision, history, max(version.revision for version in history.versions) + 1)
    for identity in {decision.identity for decision in decisions if decision.is_reading}:
        for decision in known[identity].current.made[-1:]:
            decision.is_current = True
    return decisions


def needs_body(candidates: list[Candidate], known: dict[Identity, History]) -> set[int]:
    """The articles of the lake whose current bodies :func:`decide` may have to compare."""
    found = ((candidate, known.get(candidate.identity)) for candidate in candidates)
    return {history.article_id for candidate, history in found if history and _may_conflict(candidate, history.current)}


def alike(one: str, other: str) -> bool:
    """Whether the shorter of two texts lives on in the longer: containment of 3-word shingles of at least .25."""
    left, right = _shingles(one), _shingles(other)
    return len(left & right) >= LIKE_CONTAINMENT * min(len(left), len(right))


def folded(title: str | None) -> str:
    """A title's letters and digits, without case and accents of compatibility."""
    return "".join(c for c in unicodedata.normalize("NFKC", title or "").casefold() if c.isalnum())


def _make(candidate: Candidate, decision: Decision, history: History, revision: int) -> None:
    """Put the record into the history as a version of its own."""
    decision.article_id, decision.revision = history.article_id, revision
    version = Version(
        revision, decision.observed_at, decision.observed_origin, None, candidate.input_key, [], set(), is_in_lake=False
    )
    _read(candidate, decision, version)
    insort(history.versions, version, key=lambda version: version.place)


def _read(candidate: Candidate, decision: Decision, version: Version) -> None:
    """Put the record into a version as its last reading."""
    decision.extraction = version.readings[-1].extraction + 1 if version.readings else 1
    version.readings.append(Reading(decision.extraction, candidate.reader, candidate.reading_hash, candidate.said))
    version.contents.add(candidate.content_hash)
    version.title, version.input_key, version.row = candidate.title, candidate.input_key, candidate.row
    version.made.append(decision)


def _repeat(candidate: Candidate, decision: Decision, version: Version) -> None:
    decision.cause, decision.revision = "same", version.revision
    decision.extraction = version.reading_by(candidate.reader).extraction
    version.contents.add(candidate.content_hash)


def _move(version: Version, decision: Decision) -> None:
    """Let a version begin with an earlier observation. It stays where it is among the others: between two of them."""
    version.observed_at, version.observed_origin = decision.observed_at, decision.observed_origin
    decision.is_earlier = version.is_in_lake
    for made in version.made:
        made.observed_at, made.observed_origin = decision.observed_at, decision.observed_origin


def _repeats(candidate: Candidate, version: Version, history: History) -> bool:
    """Whether a version holds the record's bytes, or says all that it says to the same reader."""
    return (
        candidate.reading_hash == version.reading_by(candidate.reader).reading_hash
        or (candidate.content_hash != "" and candidate.content_hash in version.contents)
        or (history.article_id, version.revision) in candidate.held
    )


def _is_our_doing(candidate: Candidate, version: Version) -> bool:
    """Whether another reader explains why the record reads otherwise than a version."""
    reading = version.reading_by(candidate.reader)
    return reading.reader != candidate.reader and reading.said == candidate.said


def _may_conflict(candidate: Candidate, now: Version) -> bool:
    if candidate.input_key == now.input_key or candidate.reading_hash == now.readings[-1].reading_hash:
        return False
    title = folded(candidate.title)
    return candidate.is_numbered or not title or title != folded(now.title)


def _body(history: History, body_of_row: Callable[[int], str], body_of: dict[int, str]) -> str:
    row = history.current.row
    return body_of[history.article_id] if row is None else body_of_row(row)


def _seen(candidate: Candidate, now: Version) -> datetime:
    if candidate.input_key != now.input_key:
        return candidate.observed_at
    if candidate.is_former:  # its content was there before the present one, whatever its modification time says
        return min(candidate.observed_at, now.observed_at - timedelta(microseconds=1))
    # A file's new content was seen after its old content, whatever the modification time that it was restored with.
    if candidate.observed_origin == "file":
        return max(candidate.observed_at, now.observed_at)
    return candidate.observed_at


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    size = min(3, len(words))
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)} if words else set()
