"""What comes out of a container: its members, what was passed over, and why it broke off.

Readers of containers are iterators: an open stream and a :class:`Budget` go in, these values come out in the order in
which they stand. A reader that can't go on raises :class:`Broken`; what it gave before then counts. Everything that is
unpacked is taken from the budget, so a bomb is told from a large file by what it does, not by what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from transforms.article import FieldFault, Hints
from transforms.keys import printable

RECORD = "record"  # the form of a member that is one JSON object, in the field names of the usual extractors
ITEM = "item"  # the same of a feed's item, which is an article only where it carries its text
_NO_HINTS = Hints()
_LONGEST_NAME = 400  # characters of a name in a key
BEAT = 8 * 2**20  # bytes between two signs of life


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a container.

    ``record`` is its place, once in a container: a name, a line's or row's number, an offset. ``form`` is
    :data:`RECORD` or None, where the content says how it is to be read. ``refused`` is (reason, detail) of a member
    that holds no usable bytes; ``proof`` then takes the content's place in its hash.
    """

    record: str
    content: bytes
    form: str | None = None
    hints: Hints = _NO_HINTS
    faults: tuple[FieldFault, ...] = ()
    refused: tuple[str, str] | None = None
    proof: bytes | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record that is no article by its kind: counted by reason, with the first of them as an example."""

    reason: str
    record: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A container within a container that was read to its end, or as far as it goes; ``fault`` is (reason, detail)."""

    record: str
    content: bytes
    format: str
    fault: tuple[str, str] | None = None


Found: TypeAlias = Member | PassedOver | Inner


class Broken(Exception):
    """A container that can't be read on: a stable reason, and what is wrong with the remedy."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one container may hold: members, bytes unpacked, bytes unpacked for each packed one, containers within
    containers, and bytes of one member."""

    members: int = 5_000_000
    unpacked: int = 64 * 2**30
    ratio: int = 200
    depth: int = 3
    member: int = 64 * 2**20


FREE_OF_RATIO = 64 * 2**20  # bytes: a short text repeated often is no bomb


@dataclass(slots=True)
class Budget:
    """What a container of ``packed`` bytes may still unpack. ``beat`` is called now and then as it goes down."""

    bounds: Bounds
    packed: int
    beat: Callable[[], None] = lambda: None
    unpacked: int = 0
    members: int = 0
    _next_beat: int = field(default=BEAT)

    def take(self, size: int) -> None:
        """``size`` bytes were unpacked. Raises :class:`Broken` where that is too much."""
        self.unpacked += size
        if self.unpacked > self.bounds.unpacked:
            raise Broken(
                "unpacks_too_large",
                f"it unpacks to more than {self.bounds.unpacked // 2**20:,} MB; the rest was not read. Split it, or "
                "raise containers.max_unpacked_mb and run with --verify",
            )
        if self.unpacked > FREE_OF_RATIO and self.unpacked > self.packed * self.bounds.ratio:
            raise Broken(
                "unpacks_too_large",
                f"it unpacks to more than {self.bounds.ratio} times its size, as bombs do; the rest was not read. If "
                "it is a real archive, raise containers.max_ratio and run with --verify",
            )
        if self.unpacked >= self._next_beat:
            self._next_beat = self.unpacked + BEAT
            self.beat()

    def count(self) -> None:
        """One more record was met. Raises :class:`Broken` where there are too many."""
        self.members += 1
        if self.members > self.bounds.members:
            raise Broken(
                "too_many_members",
                f"it holds more than {self.bounds.members:,} records; the rest was not read. Split it, or raise "
                "containers.max_members and run with --verify",
            )
        if self.members % 1000 == 0:
            self.beat()


class Places:
    """Names of members as places that are printable, short and given once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def place(self, name: str) -> str:
        """The place of the member ``name``: the name itself, with ``#2`` behind it where it comes the second time."""
        text = printable(name)
        if len(text) > _LONGEST_NAME:
            import xxhash

            text = f"{text[: _LONGEST_NAME - 33]}~{xxhash.xxh3_128_hexdigest(text.encode('utf-8'))}"
        count = self._given[text] = self._given.get(text, 0) + 1
        return text if count == 1 else f"{text}#{count}"


def too_large(size: int) -> tuple[str, str]:
    """The refusal of a member over ``size`` bytes."""
    return (
        "too_large",
        f"larger than {size // 2**20} MB; quarantined without its bytes. Split it, or raise extraction.max_file_mb",
    )
