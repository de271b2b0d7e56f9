"""The analyst's views: one file of `models/` each, a select under a head that tells its grain and its columns.

The head's first comment is the grain, in one sentence; every line `-- column: text` describes a column. DuckLake
cannot comment on the columns of a view, so the head is where their texts live, and a test holds it to the view.

What several views do in the same way is an expression in `models/parts/` over ``$text``. A view writes it as a call of
that name, and it is put there when the view is read: readers of the lake need no function of newslake's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "models"
_HEAD_LINE = re.compile(r"--\s?(.*)")
_COLUMN = re.compile(r"([a-z_]+): (.+)")
_NAMED = re.compile(r"\bmain\.(\w+)")
_PARTS = {path.stem: path.read_text(encoding="utf-8").strip() for path in (_FOLDER / "parts").glob("*.sql")}
_CALL = re.compile(rf"\b({'|'.join(_PARTS)})\(([\w.]+)\)")


@dataclass(frozen=True, slots=True)
class Model:
    """A view: its name, what a row of it is, its columns with their texts, in order, and its select."""

    name: str
    grain: str
    columns: tuple[tuple[str, str], ...]
    sql: str

    def is_built_upon(self, other: Model) -> bool:
        """Whether its select reads the other view."""
        return other.name in _read_by(self.sql)


@cache
def _read_by(sql: str) -> frozenset[str]:
    """What a select reads by a name with its schema; sought once, since each view is held against each other."""
    return frozenset(_NAMED.findall(sql))


def models() -> list[Model]:
    """Every view, by name."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.sql"))]


def in_order(views: list[Model]) -> list[Model]:
    """The views, each after those that it is built upon, else by name. Raises ValueError where two need each other."""
    ordered: list[Model] = []
    waiting = sorted(views, key=lambda view: view.name)
    while waiting:
        ready = [v for v in waiting if not any(v.is_built_upon(o) for o in waiting if o is not v)]
        if not ready:
            raise ValueError(f"these views need each other: {', '.join(view.name for view in waiting)}")
        ordered += ready
        waiting = [view for view in waiting if view not in ready]
    return ordered


def _read(path: Path) -> Model:
    sql = path.read_text(encoding="utf-8")
    grain: list[str] = []
    columns: list[tuple[str, str]] = []
    for line in sql.splitlines():
        head = _HEAD_LINE.fullmatch(line)
        if head is None:
            break
        text = head[1].strip()
        column = _COLUMN.fullmatch(text)
        if column:
            columns.append((column[1], column[2]))
        elif text and columns:
            name, begun = columns[-1]
            columns[-1] = (name, f"{begun} {text}")
        elif text:
            grain.append(text)
    return Model(path.stem, " ".join(grain), tuple(columns), _CALL.sub(_part, sql))


def _part(call: re.Match[str]) -> str:
    return _PARTS[call[1]].replace("$text", call[2])
