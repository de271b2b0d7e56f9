"""Records of content systems whose fields lie one level deep, laid flat: one name, one value.

WordPress wraps its texts in ``rendered``, Arc has a list of content elements and ``headlines.basic``, the Guardian's
interface a group ``fields``, that of the New York Times ``headline.main`` and ``byline.original``. Told by the names of
their fields; other records come back as they are.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TypeAlias

from transforms.read.linked_data import Json

Record: TypeAlias = dict[str, Json]

# Under which of its names an object says what it is, the first that is there; a group has none of them.
_SAID_UNDER = ("rendered", "basic", "main", "original", "default")
_WRAPPED = frozenset({
    "title", "content", "excerpt", "description", "headline", "headlines", "subheadlines", "byline", "label",
})  # fmt: skip
_MEANT = {"headlines": "headline", "subheadlines": "standfirst"}


def laid_flat(record: Record) -> Record:
    """The record, whose names are plain ones, with the values of such groups in their own fields."""
    found: Record = {}
    for name, value in record.items():
        said = _said(value) if name in _WRAPPED else None
        if said is not None:
            found.setdefault(_MEANT.get(name, name), said)
        else:
            found[name] = value
    fields = record.get("fields")
    if isinstance(fields, dict) and any(name.lower().startswith("body") for name in fields):
        found = {name.lower(): value for name, value in fields.items()} | found
        del found["fields"]
    elements = record.get("contentelements")
    if isinstance(elements, list) and "body" not in found:
        found["body"] = "\n".join(_elements(elements))
        del found["contentelements"]
    credited = record.get("credits")
    if isinstance(credited, dict) and isinstance(credited.get("by"), list):
        found.setdefault("authors", credited["by"])
    for name, meant in (("date", "datepublished"), ("modified", "datemodified")):
        if moment := _moment(record.get(name), record.get(f"{name}gmt")):
            found.setdefault(meant, moment)
    return found


def _moment(local: Json, utc: Json) -> str | None:
    """The moment that a clock on the wall and the same in UTC say together: the publisher's day, and its offset."""
    if not isinstance(local, str) or not isinstance(utc, str):
        return None
    try:
        wall, universal = datetime.fromisoformat(local), datetime.fromisoformat(utc.removesuffix("Z"))
        return wall.replace(tzinfo=timezone(wall - universal)).isoformat()
    except (TypeError, ValueError, OverflowError):  # no date, one with a zone, an offset of more than a day
        return None


def _said(value: Json) -> str | None:
    """What an object says under the name that is only there to hold it."""
    if isinstance(value, dict):
        return next((said for name in _SAID_UNDER if isinstance(said := value.get(name), str) and said.strip()), None)
    return None


def _elements(elements: list[Json]) -> Iterator[str]:
    """The texts of content elements, as markup; pictures and embedded players have none."""
    for element in elements:
        if not isinstance(element, dict):
            continue
        content, kind = element.get("content"), element.get("type")
        items = element.get("items") or element.get("content_elements")
        if isinstance(content, str) and kind in ("text", "header", "raw_html", "paragraph"):
            tag = "h2" if kind == "header" else "p"
            yield content if kind == "raw_html" else f"<{tag}>{content}</{tag}>"
        elif isinstance(items, list) and kind in ("list", "quote"):
            parts = "".join(f"<li>{part}</li>" if kind == "list" else f"<p>{part}</p>" for part in _texts(items))
            yield f"<ul>{parts}</ul>" if kind == "list" else parts


def _texts(items: list[Json]) -> Iterator[str]:
    for item in items:
        content = item.get("content") if isinstance(item, dict) else item
        if isinstance(content, str):
            yield content if isinstance(item, dict) else html.escape(content)
