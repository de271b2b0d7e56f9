"""Dates as files state them: one notation-tolerant reader, and the choice among a page's several statements.

In goes the text of a declared or visible date in any usual notation of some sixty languages; out comes a
:class:`~transforms.article.Published` that claims no more than was said, or None. There is no clock here: a date in
the future is read like any other, and judging it is left to validation.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import resources

from transforms.article import Origin, Precision, Published

_LONGEST = 120  # a date with weekday, zone name and a label; anything longer is prose
_YEARS = range(1600, 2200)
_BUDDHIST = 543  # years that the Buddhist calendar is ahead; Thai dates have it, and now and then the other
_BUDDHIST_YEARS = range(2300, 2700)

_YMD = re.compile(r"(?<![\d.:/-])(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?![\d/-])(?:T(?=\d))?")
_DMY = re.compile(r"(?<![\d.:/-])(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})(?![\d/-])(?:T(?=\d))?")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s?tháng\s?(\d{1,2})(?:,|\s?năm)?\s?(\d{4})(?!\d)", re.IGNORECASE)
_ERA = re.compile(r"(令和|平成|昭和)\s?(\d{1,2}|元)(?=\s?年)")
_BEFORE_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925}
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_TO_THE_HOUR = re.compile(r"((?:19[89]|20[0-4])\d)(\d\d)(\d\d)([01]\d|2[0-3])")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})?)?", re.IGNORECASE)
_EPOCH = re.compile(r"(\d{10})(?:\.\d{1,9})?|(\d{10})\d{3}")
_NUMBER_OR_WORD = re.compile(r"\d{1,6}|[\u0e01-\u0e3a]{1,3}\.[\u0e01-\u0e3a]\.?|[^\s\d.,:;/()\[\]|·•_–—-]{2,24}")
_TIME = re.compile(
    r"""(?<![\d:.])
    (?P<before>午前|午後|上午|下午|오전|오후)?\s?
    (?:
        (?P<h>\d{1,2})(?::|\s?h\s?|時|时|點|点|시)\s?(?P<m>\d{2})(?:分|분)?(?:[:h](?P<s>\d{2})(?:[.,]\d{1,9})?)?
      | (?P<h2>\d{1,2})\.(?P<m2>\d{2})(?=\s?(?:uhr|kl|[ap]\.?\s?m\b))
      | (?:klo?|klokken|klockan|om|um|alle|ore)\.?\s(?P<h4>\d{1,2})\.(?P<m4>\d{2})
      | (?P<h3>\d{1,2})(?=\s?(?:uhr|h(?![^\W\d_])|[ap]\.?\s?m\b))
    )(?![\d])
    \s?(?:uhr|hrs?\b|h(?![^\W\d_]))?\s?(?P<after>[ap]\.?\s?m\b\.?)?
    [\s(]{0,2}(?P<zone>(?:utc|gmt)?\s?[+-]\d{2}(?::?\d{2})?(?![\d:])|(?:utc|gmt)\s?[+-]\d{1,2}(?::\d{2})?(?![\d:])|[^\W\d_]{1,5}(?![^\W\d_]))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EMPTY = datetime(1970, 1, 1, tzinfo=UTC)  # what systems write of a moment that they do not know
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")

# Names of zones that mean one offset wherever they are printed. CST, BST and IST each mean several and are left out.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0,
    "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "wet": 0, "west": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180,
    "мск": 180, "sast": 120, "wib": 420, "hkt": 480, "sgt": 480, "jst": 540, "kst": 540,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip

# Short weekday names that are a month's name in another language ("mar. 14 janv." is a Tuesday).
_ALSO_WEEKDAYS = frozenset({"mar", "maw", "sen", "sht"})


@functools.lru_cache(maxsize=2048)  # a page states its dates several times
def read_date(value: str, origin: Origin) -> Published | None:
    """The date that ``value`` states, or None where it states none, an impossible one, or one of two readings.

    A day without time has no ``at``; a time without zone counts for the precision only. ``03/04/2025`` is None, for
    nobody can tell; ``17/01/2025`` and ``03.04.2025`` are read. Text round the date is passed over unless it holds
    another number.
    """
    if len(value) > _LONGEST:
        return None
    text = _plain_digits(unicodedata.normalize("NFKC", value)).strip()
    if not text.isascii():
        text = _ERA.sub(lambda m: str(_BEFORE_ERA[m[1]] + (1 if m[2] == "元" else int(m[2]))), text)
    try:
        return _whole(text, origin) or _parts(text, origin)
    except (ValueError, OverflowError):
        return None


def winner(candidates: Iterable[Published | None]) -> Published | None:
    """The date to believe: the first of the candidates, in the more exact words of a later one for the same moment.

    A later candidate makes the first more exact where it states the same calendar day with a time and zone that the
    first lacks; it never moves the day.
    """
    found = [c for c in candidates if c is not None]
    if not found:
        return None
    first = found[0]
    if first.at is not None or first.precision in (Precision.MONTH, Precision.YEAR):
        return first
    return next((c for c in found[1:] if c.at is not None and c.day == first.day), first)


def _whole(text: str, origin: Origin) -> Published | None:
    """Notations that are the whole value: epoch seconds or milliseconds, compact ISO, a month, a year."""
    if (m := _TO_THE_HOUR.fullmatch(text)) and (hour := _day_of(m)):
        return _checked(hour, Precision.DAY, origin)  # as seconds it would be a moment after 2030
    if m := _EPOCH.fullmatch(text):
        at = datetime.fromtimestamp(int(m[1] or m[2]), UTC)
        return _checked(at.date(), Precision.SECOND, origin, at)
    if m := _YEAR_MONTH.fullmatch(text):
        return _checked(date(int(m[1]), int(m[2]), 1), Precision.MONTH, origin)
    if re.fullmatch(r"\d{4}", text):
        return _checked(date(int(text), 1, 1), Precision.YEAR, origin)
    if m := _COMPACT.fullmatch(text):
        day = date(int(m[1]), int(m[2]), int(m[3]))
        if m[4] is None:
            return _checked(day, Precision.DAY, origin)
        return _timed(day, (int(m[4]), int(m[5]), int(m[6]) if m[6] else None), m[7], origin)
    return None


def _day_of(m: re.Match[str]) -> date | None:
    try:
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return None


def _parts(text: str, origin: Origin) -> Published | None:
    """Notations with a recognisable day and perhaps a time, in any order; no other number may stand beside them."""
    day: date | None = None
    precision = Precision.DAY
    if m := _YMD.search(text):
        day = date(int(m[1]), int(m[3]), int(m[4]))
    elif m := _CJK.search(text):
        day = date(int(m[1]), int(m[2]), int(m[3] or 1))
        precision = Precision.DAY if m[3] else Precision.MONTH
    elif m := _VIETNAMESE.search(text):
        day = date(int(m[3]), int(m[2]), int(m[1]))
    elif m := _DMY.search(text):
        day = _day_and_month(int(m[1]), int(m[3]), int(m[4]), dotted=m[2] == ".")
        if day is None:
            return None
    if m:
        text = f"{text[: m.start()]} {text[m.end() :]}"
    clock = _TIME.search(text)
    zone = _zone_of(text, clock) if clock else None
    if clock:
        text = f"{text[: clock.start()]} {text[clock.end() :]}"
    tokens = _NUMBER_OR_WORD.findall(text)
    if day is None:
        day, precision = _named_month(tokens)
        if day is None:
            return None
    elif any(token.isdigit() for token in tokens):
        return None
    if clock is None or precision is not Precision.DAY:
        return _checked(day, precision, origin)
    hour = int(clock["h"] or clock["h2"] or clock["h3"] or clock["h4"])
    half = (clock["before"] or clock["after"] or "").casefold()
    if half:
        if not 1 <= hour <= 12 and clock["before"] is None:
            return None
        afternoon = half[0] == "p" or half in ("午後", "下午", "오후")
        hour = hour % 12 + (12 if afternoon else 0)
    second = int(clock["s"]) if clock["s"] else None
    return _timed(day, (hour, int(clock["m"] or clock["m2"] or clock["m4"] or 0), second), zone, origin)


def _zone_of(text: str, clock: re.Match[str]) -> str | None:
    """The zone behind a time: a name counts in capitals, in brackets or at the end: West Quay is none."""
    zone: str | None = clock["zone"]
    if zone and not any(map(str.isdigit, zone)):
        begins, ends = clock.span("zone")
        alone = text[begins - 1 : begins] == "(" or not text[ends:].strip(" .)")
        if not alone and (not zone.isupper() or text.isupper()):
            return None
    return zone


def _named_month(tokens: list[str]) -> tuple[date | None, Precision]:
    """A date whose month is a word: one month, one year, at most one other number, in any order."""
    numbers = [int(t) for t in tokens if t.isdigit()]
    words = [_fold(t) for t in tokens if not t.isdigit()]
    table = _months()
    named = {w: table[w] for pair in itertools.pairwise(words) if (w := " ".join(pair)) in table}
    if not named:
        named = {w: table[w] for w in words if w in table}
    if len(set(named.values())) > 1:
        named = {w: m for w, m in named.items() if w not in _ALSO_WEEKDAYS}
    if any("\u0e00" < c < "\u0e7f" for w in named for c in w):
        numbers = [n - _BUDDHIST if n in _BUDDHIST_YEARS else n for n in numbers]
    years = [n for n in numbers if n in _YEARS]
    days = [n for n in numbers if n not in _YEARS]
    if len(set(named.values())) != 1 or len(years) != 1 or len(days) > 1:
        return None, Precision.DAY
    month = next(iter(named.values()))
    if not days:
        return date(years[0], month, 1), Precision.MONTH
    return date(years[0], month, days[0]), Precision.DAY


def _day_and_month(first: int, second: int, year: int, *, dotted: bool) -> date | None:
    if (dotted and second <= 12) or first > 12 or first == second:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    return None


def _timed(day: date, clock: tuple[int, int, int | None], zone: str | None, origin: Origin) -> Published | None:
    hour, minute, second = clock
    precision = Precision.MINUTE if second is None else Precision.SECOND
    if (hour, minute, second or 0) == (24, 0, 0):  # the end of the day, in ISO 8601
        day, hour = day + timedelta(days=1), 0
    local = datetime(day.year, day.month, day.day, hour, minute, min(second or 0, 59))  # noqa: DTZ001 - its zone, if any, is put on below
    offset = _offset_minutes(zone or "")
    at = None if offset is None else local.replace(tzinfo=timezone(timedelta(minutes=offset)))
    if (at or local.replace(tzinfo=UTC)) == _EMPTY:
        return None
    return _checked(day, precision, origin, at)


def _offset_minutes(zone: str) -> int | None:
    if m := _OFFSET.search(zone):
        minutes = int(m[2]) * 60 + int(m[3] or 0)
        return None if minutes > 14 * 60 else -minutes if m[1] == "-" else minutes
    return _ZONES.get(zone.strip().casefold())


def _checked(day: date, precision: Precision, origin: Origin, at: datetime | None = None) -> Published | None:
    return Published(day, precision, origin, at) if day.year in _YEARS else None


def _plain_digits(text: str) -> str:
    """Arabic, Devanagari and other decimal digits as 0–9."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _fold(word: str) -> str:
    return word.casefold().replace("\u0307", "").rstrip(".")


@functools.cache
def _months() -> dict[str, int]:
    lists = tomllib.loads(resources.files("transforms").joinpath("months.toml").read_text(encoding="utf-8"))
    months = {name: int(month) for month, names in lists.items() for name in names}
    # In Hebrew "in March" is one word.
    return months | {f"ב{name}": month for name, month in months.items() if "א" <= name[0] <= "ת"}
