"""What a replay is about, as the command line says it and the warehouse looks it up; loads no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be read again; a field that is None (or empty) restricts nothing.

    ``is_quarantine`` chooses between the readings of the articles (``since``: first loaded on that day, UTC, or later)
    and the inputs in quarantine (``since``: put there). ``reason`` and ``input_ids`` are for the latter.
    """

    since: date | None = None
    source: str | None = None
    article_id: int | None = None
    feed: str | None = None
    is_quarantine: bool = False
    reason: str | None = None
    input_ids: tuple[int, ...] = ()

    def in_words(self) -> str:
        """The scope as it is told to people."""
        parts = [
            f"inputs {', '.join(map(str, self.input_ids))}" if self.input_ids else "",
            f"article {self.article_id}" if self.article_id is not None else "",
            f"source {self.source}" if self.source else "",
            f"feed {self.feed}" if self.feed else "",
            f"reason {self.reason}" if self.reason else "",
            f"since {self.since}" if self.since else "",
        ]
        return ", ".join(part for part in parts if part) or "all"
