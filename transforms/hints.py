"""What is known of a file from outside its bytes: its sidecar, its path in the inbox, and the defaults of its feed.

Sidecar bytes, a key and the feeds of the settings go in; :class:`~transforms.article.Hints` come out, every value with
its origin. The sidecar goes before the path, the path before the feed's default.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from transforms.article import FieldFault, Hint, Hints, Origin, RawFile
from transforms.dates import read_date
from transforms.describe import registrable_domain

_INBOX = "inbox/"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^{}]*))?\}|\*\*/?|\*|\?")
_DIRECTIVES = {"Y": r"\d{4}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}", "j": r"\d{3}"}

SIDECAR_SUFFIX = ".meta.json"  # a sidecar's name behind that of what it describes
SIDECAR_BYTES = 2**20  # of a sidecar; what is larger is read no further


class PatternError(ValueError):
    """A feed's path pattern that cannot be read; the message names the pattern and what is wrong with it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Feed:
    """One ``[[feeds]]`` entry of the settings: a name, a path pattern, and defaults for what the files do not say.

    The pattern is matched against the whole key; a leading ``inbox/`` stands for the inbox itself. ``*`` and ``?``
    stay within one folder, ``**`` does not. ``{domain}`` and ``{source}`` name the source, ``{language}`` the language,
    ``{date:%Y-%m-%d}`` the day on which the file was filed: an observation, never a publication date. ``columns`` are
    (field, column) pairs for files that are tables.
    Raises :class:`PatternError`.
    """

    name: str
    pattern: str
    source: str | None = None
    language: str | None = None
    rhythm: str | None = None
    columns: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _compiled(self.pattern)

    def match(self, key: str) -> Hints | None:
        """What the key's path and the feed's defaults say, or None where the key is not one of this feed's."""
        expression, date_format = _compiled(self.pattern)
        found = expression.fullmatch(key)
        if found is None:
            return None
        parts = found.groupdict()
        filed = None
        if date_format is not None:
            try:
                filed = datetime.strptime(parts["date"], date_format).replace(tzinfo=UTC)
            except ValueError:
                return None
        source = parts.get("domain") or parts.get("source")
        return Hints(
            source=_hint(source, Origin.PATH) or _hint(self.source, Origin.FEED),
            language=_hint(parts.get("language"), Origin.PATH) or _hint(self.language, Origin.FEED),
            fetched_at=filed,
            fetched_origin=Origin.PATH if filed else None,
        )


def raw_file(
    key: str, content: bytes, sidecar: bytes | None = None, feeds: Sequence[Feed] = ()
) -> tuple[RawFile, str | None]:
    """The picked-up file with all that is known of it, and what was wrong with its sidecar (None: nothing).

    The first feed whose pattern matches is the file's feed.
    """
    feed, outside = next(((f.name, h) for f in feeds if (h := f.match(key)) is not None), (None, Hints()))
    problem = None
    if sidecar is not None:
        beside, problem = read_sidecar(sidecar)
        outside = merge(beside, outside)
    return RawFile(key, content, outside, feed), problem


def sidecar_fault(problem: str) -> FieldFault:
    """What was wrong with a sidecar, as a fault of the article that it describes."""
    return FieldFault("sidecar", problem, "sidecar.unreadable")


class _Sidecar(msgspec.Struct):
    url: str | None = None
    fetched_at: str | int | float | None = None
    headers: dict[str, str | list[str] | int | float | bool | None] = msgspec.field(default_factory=dict)


def read_sidecar(content: bytes) -> tuple[Hints, str | None]:
    """Hints from the bytes of ``NAME.meta.json`` (``url``, ``fetched_at``, ``headers``), and what could not be used.

    ``fetched_at`` is an ISO 8601 or RFC 2822 time with its zone, or epoch seconds; a time without a zone is no moment.
    """
    try:
        said = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Sidecar)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Hints(), f"the sidecar is not the JSON object it should be ({error}); the file was read without it"
    problems = []
    fetched = None
    if said.fetched_at is not None:
        text = said.fetched_at if isinstance(said.fetched_at, str) else f"{said.fetched_at:.0f}"
        stamp = read_date(text, Origin.SIDECAR)
        fetched = stamp.at if stamp else None
        if fetched is None:
            problems.append(f"the sidecar's fetched_at {text[:80]!r} is no time with a zone; it was left out")
    if said.url and registrable_domain(said.url) is None:
        problems.append(f"the sidecar's url {said.url[:200]!r} has no public host; it was left out")
        said.url = None
    headers = {name.lower(): value for name, value in said.headers.items()}
    kind = headers.get("content-type")
    hints = Hints(
        url=_hint(said.url, Origin.SIDECAR),
        fetched_at=fetched,
        fetched_origin=Origin.SIDECAR if fetched else None,
        charset=content_charset(str(kind[0] if isinstance(kind, list) and kind else kind or "")),
    )
    return hints, "; ".join(problems) or None


def content_charset(content_type: str) -> str | None:
    """The charset that a Content-Type value names, in lower case."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else None


def merge(first: Hints, second: Hints) -> Hints:
    """Each value from ``first``, else from ``second``; a fetch time travels with its origin."""
    fetched = first if first.fetched_at else second
    return Hints(
        url=first.url or second.url,
        source=first.source or second.source,
        language=first.language or second.language,
        published=first.published or second.published,
        fetched_at=fetched.fetched_at,
        fetched_origin=fetched.fetched_origin,
        charset=first.charset or second.charset,
    )


def _hint(value: str | None, origin: Origin) -> Hint | None:
    value = (value or "").strip()
    return Hint(value, origin) if value else None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> tuple[re.Pattern[str], str | None]:
    """A path pattern as a regular expression with named groups, and the format of its date."""
    parts: list[str] = []
    date_format = None
    seen: set[str] = set()
    rest = pattern.removeprefix("./")
    optional = rest.startswith(_INBOX)
    rest = rest.removeprefix(_INBOX)
    position = 0
    for found in _PLACEHOLDER.finditer(rest):
        parts.append(re.escape(rest[position : found.start()]))
        position = found.end()
        name, form = found[1], found[2]
        if name is None:
            parts.append({"*": "[^/]*", "?": "[^/]", "**": ".*", "**/": "(?:.*/)?"}[found[0]])
            continue
        if name in seen:
            raise PatternError(f"{pattern!r} names {{{name}}} twice; name it once")
        seen.add(name)
        if name == "date":
            date_format = form or "%Y-%m-%d"
            parts.append(f"(?P<date>{_date_expression(pattern, date_format)})")
        elif name in ("domain", "source"):
            parts.append(f"(?P<{name}>[^/]+)")
        elif name == "language":
            parts.append("(?P<language>[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)")
        else:
            raise PatternError(f"{pattern!r} names {{{name}}}; known are domain, source, language and date:FORMAT")
    parts.append(re.escape(rest[position:]))
    if "{" in _PLACEHOLDER.sub("", rest) or "}" in _PLACEHOLDER.sub("", rest):
        raise PatternError(f"{pattern!r} has a brace without its partner")
    return re.compile(("(?:inbox/)?" if optional else "") + "".join(parts), re.DOTALL), date_format


def _date_expression(pattern: str, date_format: str) -> str:
    expression = ""
    for literal, directive in re.findall(r"([^%]+)|%(.?)", date_format):
        if literal:
            expression += re.escape(literal)
        elif directive in _DIRECTIVES:
            expression += _DIRECTIVES[directive]
        else:
            known = ", ".join(f"%{d}" for d in _DIRECTIVES)
            raise PatternError(f"{pattern!r} has the date part %{directive}; known are {known}")
    return expression
