"""Which article a record belongs to and which revision it makes: candidates in, one decision each out. Pure.

Records of one identity are taken in the order of their observation. The first makes the article; each further one
says the same as the current reading, or is its next revision, or is another piece under the same identity (a reused
address, a wrong canonical link): that one is refused, never taken for a version.

A revision is the publisher's: other bytes, and a field that differs. Where the current reading was made by another
reader than today's (another version, other rules), two readings may differ though nobody edited anything. Title,
summary, text and day decide then: where they are the same, the record is a further extraction of the revision that is
there; where they are not, it is a revision, and the views say of that pair that its difference is not the publisher's
for certain. The same bytes read again are never a revision (`load/04_re_extracted.sql`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LIKE_CONTAINMENT = 0.25  # of 3-word shingles; rewrites of one story measured .47 to .66, the next-best pair .18
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Current:
    """An article as the lake, or an earlier record of the batch, has it. ``row`` is set where it is the latter."""

    article_id: int
    revisions: int
    revision: int
    extraction: int
    title: str | None
    reading_hash: str
    observed_at: datetime
    observed_origin: str
    input_key: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A usable record: its row in the staged table, what identifies it, and the article's reading in the lake.

    ``read_alike``: that reading was made by a reader of today; ``says_the_same``: title, summary, text and day are
    equal in both. ``is_former``: a record that is read again, whose key holds other bytes by now.
    """

    row: int
    input_key: str
    identity: Identity  # kind, key
    title: str | None
    reading_hash: str
    observed_at: datetime
    observed_origin: str
    known: Current | None
    read_alike: bool = True
    says_the_same: bool = False
    is_former: bool = False


@dataclass(slots=True)
class Decision:
    """What a record is to the lake. ``is_current``: its reading is the article's current one after the batch.

    ``cause`` is new, edited, re-extracted, same or identity_conflict; of a conflict the ids are None and ``detail``
    says why. ``observed_at`` and ``observed_origin`` are the revision's, ``seen_at`` is when the record was observed.
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
    detail: str | None = None

    @property
    def is_reading(self) -> bool:
        """Whether it puts a reading into the lake."""
        return self.cause in ("new", "edited", "re-extracted")


def decide(
    candidates: list[Candidate], *, last_article_id: int, body_of_row: Callable[[int], str], body_of: dict[int, str]
) -> list[Decision]:
    """One decision for each of ``candidates``, which come in the order of observation.

    ``body_of`` holds the current bodies, by article id, of the articles that :func:`needs_body` asked for.
    """
    current: dict[Identity, Current] = {}
    holder: dict[Identity, Decision] = {}  # whose decision gave the current reading
    decisions: list[Decision] = []
    next_id = last_article_id + 1
    for candidate in candidates:
        now = current.get(candidate.identity) or candidate.known
        seen, origin = candidate.observed_at, candidate.observed_origin
        decision = Decision(candidate.row, candidate.identity, "new", seen, origin, seen)
        decisions.append(decision)
        if now is None:
            decision.article_id, decision.revision, decision.extraction = next_id, 1, 1
            next_id += 1
        elif candidate.reading_hash == now.reading_hash:
            decision.cause = "same"
            decision.article_id, decision.revision, decision.extraction = now.article_id, now.revision, now.extraction
            continue
        elif _may_conflict(candidate, now) and not alike(
            body_of_row(candidate.row), body_of[now.article_id] if now.row is None else body_of_row(now.row)
        ):
            decision.cause = "identity_conflict"
            decision.detail = (
                f"{candidate.input_key} claims the {candidate.identity[0]} {candidate.identity[1]}, which "
                f"{now.input_key} has already, and shares neither title nor text with it. Its record is kept in "
                "quarantine; correct its address or id in the file or beside it."
            )
            continue
        elif _is_our_doing(candidate, now):
            decision.cause = "re-extracted"
            decision.article_id, decision.revision, decision.extraction = (
                now.article_id,
                now.revision,
                now.extraction + 1,
            )
            decision.observed_at, decision.observed_origin = now.observed_at, now.observed_origin
        else:
            decision.cause = "edited"
            decision.article_id, decision.revision, decision.extraction = now.article_id, now.revisions + 1, 1
            decision.observed_at = decision.seen_at = _seen(candidate, now)
        reading = Current(
            decision.article_id,
            max(decision.revision, now.revisions if now else 1),
            decision.revision,
            decision.extraction,
            candidate.title,
            candidate.reading_hash,
            decision.observed_at,
            decision.observed_origin,
            candidate.input_key,
            candidate.row,
        )
        if now is not None and decision.observed_at < now.observed_at:
            current[candidate.identity] = replace(now, revisions=decision.revision)
            continue
        if candidate.identity in holder:
            holder[candidate.identity].is_current = False
        holder[candidate.identity] = decision
        decision.is_current = True
        current[candidate.identity] = reading
    return decisions


def needs_body(candidates: list[Candidate]) -> set[int]:
    """The articles of the lake whose current bodies :func:`decide` may have to compare."""
    return {c.known.article_id for c in candidates if c.known is not None and _may_conflict(c, c.known)}


def alike(one: str, other: str) -> bool:
    """Whether the shorter of two texts lives on in the longer: containment of 3-word shingles of at least .25."""
    left, right = _shingles(one), _shingles(other)
    return len(left & right) >= LIKE_CONTAINMENT * min(len(left), len(right))


def folded(title: str | None) -> str:
    """A title's letters and digits, without case and accents of compatibility."""
    return "".join(c for c in unicodedata.normalize("NFKC", title or "").casefold() if c.isalnum())


def _may_conflict(candidate: Candidate, now: Current) -> bool:
    if candidate.input_key == now.input_key or candidate.reading_hash == now.reading_hash:
        return False
    title = folded(candidate.title)
    return not title or title != folded(now.title)


def _is_our_doing(candidate: Candidate, now: Current) -> bool:
    """Whether another reader explains why the record reads otherwise than the lake's current reading."""
    return (
        now.row is None
        and not candidate.read_alike
        and candidate.says_the_same
        and candidate.observed_at >= now.observed_at
    )


def _seen(candidate: Candidate, now: Current) -> datetime:
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
