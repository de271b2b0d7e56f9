"""What the settings declare of times: how often a feed delivers, in the words of whoever keeps them."""

from __future__ import annotations

import re

_NAMED = {
    "hourly": 1.0, "daily": 24.0, "weekdays": 24.0, "workdays": 24.0, "weekly": 168.0, "fortnightly": 336.0,
    "monthly": 744.0, "quarterly": 2232.0, "yearly": 8784.0,
}  # fmt: skip
_UNITS = {"m": 1 / 60, "min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hour": 1.0, "d": 24.0, "day": 24.0, "w": 168.0,
          "week": 168.0, "month": 744.0}  # fmt: skip
_EVERY = re.compile(r"(?:every\s+)?(?P<number>\d{1,4}(?:\.\d{1,3})?)?\s*(?P<unit>[a-z]{1,10}?)s?")


def declared_hours(rhythm: str) -> float:
    """The interval in hours that a declared rhythm names: ``hourly``, ``daily``, ``weekdays``, ``weekly``, ``monthly``,
    ``6h``, ``every 3 days``. :class:`ValueError` for what is none."""
    text = rhythm.strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    found = _EVERY.fullmatch(text)
    if found is None or found["unit"] not in _UNITS or (found["number"] is None and not text.startswith("every")):
        raise ValueError(f"rhythm {rhythm!r} is none of {', '.join(_NAMED)}, '6h', 'every 3 days'")
    hours = float(found["number"] or 1) * _UNITS[found["unit"]]
    if hours <= 0:
        raise ValueError(f"rhythm {rhythm!r} is no interval")
    return hours
