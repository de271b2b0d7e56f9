"""Who wrote a piece: by-lines as printed, split into people and organisations with what they do.

In goes the text of a by-line in any usual form, out come its :class:`~transforms.article.Author` values in order. The
words that lead to a name, join two or follow one are in ``bylines.toml``; forms that are brought into a plainer one
first are in :mod:`transforms.byline_forms`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import tomllib
from importlib import resources

from transforms.article import Author, Origin
from transforms.byline_forms import plain_byline, surname_first, without_place
from transforms.dates import read_date
from transforms.scripts import has_unspaced
from transforms.strip.lines import tidy

_LONGEST_BYLINE = 2000  # characters; of a longer text the beginning is looked at
_LONGEST_ROLE = 6  # words
_SHORTEST_ROLE = 3  # letters of its first word
_LONGEST_LETTERS = 5  # "MP", "R.N.", "B.S.N."
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}")
_WEB = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w{1,40}")
_NUMBER = re.compile(r"(?<!\w)\d+(?!\w)|\d{4}")
_AFTER_BYLINE = re.compile(
    r"(?:^|\s)\(?(?:published|updated|posted|created|modified|last\s(?:updated|modified)|(?:medically\s)?reviewed\sby|"
    r"fact[\s-]checked\sby|translated\sby|as\stold\sto|(?:with\s)?additional\sreporting\sby|see\smore|read\smore|follow(?:\sus|\sme)?|on\sbehalf\sof|subscribe\sto|unsubscribe\sto|image:|photos?:|photographs?\sby)(?!\w)[^|\n]*",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s*(?:[;|•·⋅●、，\n\t]|\s[–—-]\s|/)\s*")
_IN_BRACKETS = re.compile(r"\(([^()]{0,80})\)")
_DOTTED_END = re.compile(r"(?:^|\s)[^\W\d_]\.$|(?:\w\.){2}$")  # "Jo B.", "Mira Holm M.P.H."
_AROUND_NOBODY = " .-–—*()[]<>\"'"
_AFTER_NAME = re.compile(r"\s*(?:기자|特派員|記者|记者|编辑|編輯)\s*$")
# Small words that begin a surname, not what a person does.
_NAME_BEGINS = frozenset(
    {
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "du",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ten",
        "ter",
        "al",
        "el",
        "bin",
    }
)


@functools.lru_cache(maxsize=4096)  # a site's by-lines recur
def split_authors(byline: str) -> tuple[Author, ...]:
    """The people and organisations of a by-line, in order, each once; empty where it names nobody.

    Leading words ("By", "Von"), addresses, handles and dates go; what a person does ("Political correspondent",
    "(photographer)") becomes the role. Names stay as printed.
    """
    text = plain_byline(_HANDLE.sub(" ", _WEB.sub(" ", _EMAIL.sub(" ", byline[:_LONGEST_BYLINE]))))
    text = _AFTER_BYLINE.sub(" ", text)
    found: list[Author] = []
    for place in _in_order(_PLACE.split(text)):
        if any(map(str.isdigit, place)) and read_date(place, Origin.TEXT):
            continue
        for part in _comma_parts(place):
            _take(part, found)
    if len(byline) > _LONGEST_BYLINE:
        del found[-1:]  # it may be cut in two
    seen: set[str] = set()
    return tuple(a for a in found if not ((k := a.name.casefold()) in seen or seen.add(k)))  # type: ignore[func-returns-value]


def _in_order(places: list[str]) -> list[str]:
    """The places, those of a catalogue ("Halvorsen, Ina; Bell, Jo") turned round."""
    words = _words()
    given = [place.rpartition(",")[2].casefold().strip(" .") for place in places if place.strip()]
    if any(name in words.suffix or _is_listed(name) or _is_organisation(name) for name in given):
        return places
    return surname_first([place for place in places if place.strip()])


def _comma_parts(place: str) -> list[str]:
    words = _words()
    parts: list[str] = []
    for part in re.split(r"\s*,\s*", place):
        if parts and part.casefold().rstrip(".") in ("jr", "sr", "ii", "iii", "iv"):
            parts[-1] = f"{parts[-1]}, {part}"
        else:
            parts.extend(_joint_parts(part, words.joint))
    return parts


def _is_organisation(folded: str) -> bool:
    return _words().organisation.fullmatch(folded) is not None


def _joint_parts(part: str, joint: re.Pattern[str]) -> list[str]:
    """The names in "A B and C D": split where both sides are whole names or both are single ones."""
    for m in joint.finditer(part):
        left, right = part[: m.start()], part[m.end() :]
        sides = len(_without_lead(left).split()), len(right.split())
        clear = m[0].strip().casefold() in ("and", "und", "et", "&")
        listed = _is_listed(left) or _is_listed(right) or _is_organisation(right.casefold())
        if min(sides) >= 2 or (clear and max(sides) == 1) or listed:
            return [left, *_joint_parts(right, joint)]
    return [part]


def _take(part: str, found: list[Author]) -> None:
    """Add the author that one part of a by-line names, or its role to the author before it."""
    words = _words()
    bracketed = _IN_BRACKETS.search(part)
    if bracketed and part[: bracketed.start()].strip() and part[bracketed.end() :].strip():
        bracketed = None  # "Mira (Ina) Holm"
    else:
        part = _IN_BRACKETS.sub(" ", part)
    name = _AFTER_NAME.sub("", _without_lead(tidy(part)))
    if not bracketed and "(" in name and ")" not in name:
        name = name.partition("(")[0]  # an address in the brackets is gone
    dotted = _DOTTED_END.search(name)
    name = without_place(name.strip(" .:,;-–—*=\"'“”«»") + ("." if dotted else ""))
    if not any(map(str.isalpha, name)) or len(name) > 80 or len(name.split()) > 8:
        return
    folded = name.casefold()
    if folded in words.labels:
        return
    is_role = words.role.match(folded) is not None or (bool(found) and folded.rstrip(".") in words.suffix)
    if found and found[-1].kind == "person":
        is_role = is_role or words.role_at_end.search(folded) is not None  # "Content Marketing Coordinator"
    if is_role and found:
        if found[-1].role is None:
            found[-1] = dataclasses.replace(found[-1], role=name)
        return
    if is_role and len(name.split()) < 3:
        return
    if len(found) == 1 and _is_beside_a_person(name, found[0]):
        if found[-1].role is None and not _is_place(name):
            found[-1] = dataclasses.replace(found[-1], role=name)
        return
    name, role = _name_and_role(name)
    folded = name.casefold()
    kind = "organisation" if _is_listed(name) or words.organisation.search(folded) else "person"
    if kind == "person" and _NUMBER.search(name):
        return
    found.append(Author(name, kind, (tidy(bracketed[1]) or None if bracketed else None) or role))


def _is_beside_a_person(name: str, before: Author) -> bool:
    """Whether what follows a full name is none: one word is a place or letters, a small one begins what she does."""
    if before.kind != "person" or len(before.name.split()) < 2 or before.name.islower() or _is_listed(name):
        return False
    first, *rest = name.split()
    if has_unspaced(name):
        return False
    if not rest:
        return not _is_organisation(name.casefold())
    return first[0].islower() and first not in _NAME_BEGINS and _words().organisation.search(name.casefold()) is None


def _is_place(name: str) -> bool:
    """Whether it says where a person is: "Quayside", "à Quayside"; letters ("MP", "R.N.") say what she is."""
    if " " in name:
        return name[0].islower() and len(name.split(maxsplit=1)[0]) < _SHORTEST_ROLE
    letters = name.replace(".", "")
    return not (letters.isupper() and len(letters) <= _LONGEST_LETTERS)


def _name_and_role(name: str) -> tuple[str, str | None]:
    """ "Ina Halvorsen" and "Staff Writer" of what a template ran together."""
    words, tokens = _words(), name.split()
    for at in range(2, len(tokens)):
        if words.role.match(" ".join(tokens[at:]).casefold()) is None:
            continue
        if at > 2 and tokens[at].islower() and tokens[at - 1][0].isupper():
            at -= 1  # noqa: PLW2901 - "Technology reporter"
        alone = " ".join(tokens[:at])
        if (
            all(token[0].isupper() for token in tokens[:at])
            and at > 1
            and words.organisation.search(alone.casefold()) is None
        ):
            return alone, " ".join(tokens[at:])
        break
    return name, None


def is_role(text: str) -> bool:
    """Whether a short text says what a person does: "Political correspondent", "Head of Data"."""
    words, folded = _words(), text.strip().casefold()
    if not 0 < len(folded.split()) <= _LONGEST_ROLE:
        return False
    return words.role.match(folded) is not None or words.role_at_end.search(folded) is not None


def names_nobody(name: str) -> bool:
    """Whether a declared name is how a system writes that it knows none: "Unknown", "Unbekannt", "(Anonymous)"."""
    return _without_lead(tidy(name)).strip(_AROUND_NOBODY).casefold() in _words().nobody


def _without_lead(text: str) -> str:
    words = _words()
    text = text.strip()
    while m := words.lead.match(text):
        rest = text[m.end() :].lstrip()
        if m[0].strip().casefold() in words.particles and len(rest.split()) < 2:
            return text  # "Van Morrison", "de Gaulle"
        text = rest
    return text


def _is_listed(name: str) -> bool:
    return name.strip(" .").casefold() in _words().organisations


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    labels: frozenset[str]
    nobody: frozenset[str]
    lead: re.Pattern[str]
    particles: frozenset[str]
    joint: re.Pattern[str]
    role: re.Pattern[str]
    role_at_end: re.Pattern[str]
    organisation: re.Pattern[str]
    organisations: frozenset[str]
    suffix: frozenset[str]


@functools.cache
def _words() -> _Words:
    lists = tomllib.loads(resources.files("transforms").joinpath("bylines.toml").read_text(encoding="utf-8"))

    def either(name: str) -> str:
        return "|".join(re.escape(word) for word in sorted(lists[name], key=len, reverse=True))

    return _Words(
        labels=frozenset(lists["lead"]),
        nobody=frozenset(lists["nobody"]),
        lead=re.compile(rf"(?:{either('lead')})(?:\s*[:：]\s*|\s+)(?=\S)", re.IGNORECASE),
        particles=frozenset(lists["particles"]),
        joint=re.compile(rf"\s+(?:{either('joint')}|&)\s+"),
        role=re.compile(rf"(?:{either('role')})\b"),
        role_at_end=re.compile(rf"(?<!\w)(?:{either('role')}|{either('role_end')})$"),
        organisation=re.compile(rf"(?<!\w)(?:{either('organisation')})(?!\w)"),
        organisations=frozenset(lists["organisations"]),
        suffix=frozenset(lists["suffix"]),
    )
