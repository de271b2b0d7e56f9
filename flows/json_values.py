"""DuckDB's values as JSON, in which every number has all of its digits and every key of a map is a text.

Python's own encoder stops at a map of dates, writes a decimal as the nearest float, and NaN as no reader may read it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

_IN_LISTS: Final = frozenset(["list", "array", "struct", "map", "union"])  # as keys Python cannot hash them
_text = json.JSONEncoder(ensure_ascii=False).encode


def to_json(value: object) -> str:
    """The JSON text of a value as DuckDB's Python client gives it: what is no number is null, bytes are hexadecimal."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else "null"
        case Decimal():
            return format(value, "f")
        case date():  # a datetime is one
            return f'"{value.isoformat()}"'
        case bytes():
            return f'"{value.hex()}"'
        case list() | tuple():
            return f"[{', '.join(map(to_json, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(key)}: {to_json(each)}' for key, each in value.items())}}}"
    return _text(str(value))


def _key(key: object) -> str:
    text = to_json(key)
    return text if text.startswith('"') else _text(text)


def whole_maps(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a dictionary of each map in values of a column of the type ``kind``; nothing where each is one.

    Of a map whose keys Python cannot hash (lists, structs) DuckDB's client gives a list of keys and one of values, in a
    dictionary that cannot be told from a struct of these names but by its type.
    """
    match kind.id:
        case "list" | "array":
            within = whole_maps(kind.children[0][1])
            return within and (lambda value: None if value is None else [within(each) for each in value])
        case "struct":
            fields = {name: whole_maps(field) for name, field in kind.children}
            return _whole_fields(fields) if any(fields.values()) else None
        case "map":
            (_, key), (_, value) = kind.children
            return _whole_map(key.id in _IN_LISTS, whole_maps(key), whole_maps(value))
    return None


def _whole_fields(fields: dict[str, Callable[[Any], Any] | None]) -> Callable[[Any], Any]:
    def whole(value: Any) -> Any:
        if value is None:
            return None
        return {name: made(value[name]) if made else value[name] for name, made in fields.items()}

    return whole


def _whole_map(
    is_in_lists: bool, of_key: Callable[[Any], Any] | None, of_value: Callable[[Any], Any] | None
) -> Callable[[Any], Any] | None:
    if not is_in_lists and of_value is None:
        return None

    def whole(value: Any) -> Any:
        if value is None:
            return None
        pairs = zip(value["key"], value["value"], strict=True) if is_in_lists else value.items()
        return {
            (to_json(of_key(key) if of_key else key) if is_in_lists else key): of_value(each) if of_value else each
            for key, each in pairs
        }

    return whole
