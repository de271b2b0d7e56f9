"""By-lines brought into the plain form "A. Name, B. Name": what a press or a script prints round the names goes.

Texts go in and come out; :func:`transforms.people.split_authors` calls them before and after it splits. Each form is
one that recurs from site to site: an address behind the name, a list as Python prints it, the agency before a Chinese
name, the place behind an English one, the surname first in a catalogue.
"""

from __future__ import annotations

import functools
import re

from transforms.scripts import has_dense

_LISTED = re.compile(r"\s*\[\s*(['\"]).*\1\s*\]\s*")
_ITEM = re.compile(r"'([^']{1,200})'|\"([^\"]{1,200})\"")
_BRACKETED = re.compile(r"\s*\[([^\[\]]{1,200})\]\s*")
_ADDRESS = re.compile(r"[<(\[]\s*(?:mailto:\s*)?[>)\]]")  # what is left where the address was taken out
_OPENING = re.compile(r"\s*(?:posted|published|translated|written and published)\s+by\s*:?\s*", re.IGNORECASE)
_DATELINE = re.compile(r"\s*[(\[][^()\[\]]{1,30}=[^()\[\]]{1,30}[)\]]\s*")  # "(서울=연합뉴스) 홍길순 기자 ="
_PART_OF_WORK = "取材|文|写真|撮影|構成|執筆|聞き手"
_JAPANESE = re.compile(rf"(?:{_PART_OF_WORK})(?:[・、](?:{_PART_OF_WORK}))*\s*[／/＝=:：・]\s*")

# Where the writer is, or for whom: behind a name of two words or more. Associations are called so too.
_PLACED = re.compile(
    r"(?P<name>[^\W\d_]\S*(?:\s\S+){1,3}?),?\s(?:in|for|from|at|à|aus|special to|reporting from)\s(?:the\s)?"
    r"(?P<place>[^\W\d_].{1,60})",
    re.IGNORECASE,
)
_ASSOCIATION = re.compile(
    r"(?<!\w)(?:cent(?:er|re)s?|society|academy|college|school|committee|project|coalition|alliance|campaign|"
    r"fund|people|citizens|students|friends|doctors|partnership|initiative|institute|association|council|office|department)(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){1,3}")


def plain_byline(text: str) -> str:
    """The by-line without brackets, a list's marks, "Posted by" and what East Asian papers print before a name."""
    if _LISTED.fullmatch(text) and (items := _ITEM.findall(text)):
        text = "; ".join(single or double for single, double in items)
    if m := _BRACKETED.fullmatch(text):
        text = m[1]
    text = _OPENING.sub("", _ADDRESS.sub(" ", text), count=1) if _OPENING.match(text) else _ADDRESS.sub(" ", text)
    if text.isascii():
        return text
    if m := _DATELINE.match(text):
        text = text[m.end() :].rstrip(" =")
    if not has_dense(text):
        return text
    if m := _reporter().match(text.lstrip()) or _JAPANESE.match(text.lstrip()):
        text = text.lstrip()[m.end() :]
        if _han_names().fullmatch(text.strip()):
            text = "; ".join(text.split())
    return text


def without_place(name: str) -> str:
    """The name without where its bearer is or for whom: "Ina Halvorsen in Quayside"."""
    m = _PLACED.fullmatch(name)
    if m is None or _ASSOCIATION.search(name) or not (m["place"][0].isupper() and m["name"][0].isupper()):
        return name
    return m["name"]


def surname_first(places: list[str]) -> list[str]:
    """ "Halvorsen, Ina; Bell, Jo" and "Halvorsen, I., Bell, J." as names in their order; other places as they are."""
    pairs: list[tuple[str, str]] = []
    for place in places:
        parts = [part.strip() for part in place.split(",")]
        if len(parts) % 2 or (len(parts) > 2 and not all(map(_INITIALS.fullmatch, parts[1::2]))):
            return places
        pairs += zip(parts[::2], parts[1::2], strict=True)
    if not all(_is_surname(surname) and _WORD.fullmatch(given) for surname, given in pairs):
        return places
    return [f"{given} {surname}" for surname, given in pairs]


def _is_surname(text: str) -> bool:
    *particles, last = text.split() or [""]
    return (
        _WORD.fullmatch(last) is not None and last[0].isupper() and len(last) > 2 and all(map(str.islower, particles))
    )


@functools.cache
def _reporter() -> re.Pattern[str]:
    return re.compile(r"[\u4e00-\u9fff]{0,8}(?:记者|記者)\s*[:：]?\s*(?=[\u4e00-\u9fff]{2})")


@functools.cache
def _han_names() -> re.Pattern[str]:
    return re.compile(r"[\u4e00-\u9fff]{2,4}(?:\s+[\u4e00-\u9fff]{2,4})+")
