"""Which nodes of a page's JSON-LD are its own article's, and which describe others that it lists.

In go the nodes, the addresses of the page and its titles; out come the nodes with what they are to the page, articles
first. Where one is the page's own article, those of another address and headline are gone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import unquote, urlsplit

from transforms.read.linked_data import LinkedArticle

_PLAIN = re.compile(r"[\W_]+")
_SHORTEST = 8  # letters of a headline that another title may hold


def own_articles(
    nodes: Sequence[LinkedArticle], addresses: Iterable[str | None], titles: Iterable[str | None]
) -> tuple[LinkedArticle, ...]:
    """The nodes with :attr:`~transforms.read.linked_data.LinkedArticle.own` told, and without articles of others."""
    places = {place for address in addresses if address and (place := _place_of(address))}
    keys = {key for title in titles if title and (key := _key(title))}
    told = [dataclasses.replace(node, own=_is_own(node, places, keys)) for node in nodes]
    if any(node.own and node.is_article for node in told):
        told = [node for node in told if node.own is not False or not node.is_article]
    return tuple(sorted(told, key=lambda node: not node.is_article))


def _is_own(node: LinkedArticle, places: Collection[tuple[str, str]], keys: Collection[str]) -> bool | None:
    """True where its address or its headline is the page's, False where it has either and neither is; else None."""
    own = [place for url in node.urls if (place := _place_of(url))]
    if any(_is_same(place, other) for place in own for other in places):
        return True
    key = _key(node.headline or "")
    if key and any(key == other or _holds(key, other) or _holds(other, key) for other in keys):
        return True
    return False if (own and places) or (key and keys) else None


def _holds(long: str, short: str) -> bool:
    return len(short) >= _SHORTEST and short in long


def _place_of(url: str) -> tuple[str, str] | None:
    """Host and path of an address; None for a home page, which is the address of much that a site has."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = unquote(parts.path).strip("/").casefold()
    return (parts.netloc.casefold().removeprefix("www."), f"{path}?{parts.query}") if path or parts.query else None


def _is_same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[1] == other[1] and (one[0] == other[0] or not one[0] or not other[0])


def _key(title: str) -> str:
    return _PLAIN.sub("", title.casefold())
