"""The public pages with what is known of each: body, title, authors, day; and which of them are of one site.

In comes the folder that :mod:`training.pages` names; out come :class:`KnownPage` values in the file's order. What an
extractor says of a page is a :class:`Said`, whatever the extractor.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq

from training.pages import DATA, NoPages
from transforms.describe import registrable_domain

FORMS = ("html", "text", "lines")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page in its three forms and its known answers; ``day`` is an ISO date or None, as are the others unknown."""

    page_id: str
    group: str
    site: str
    url: str | None
    html: bytes
    text: str
    lines: str
    body: str
    title: str | None
    authors: tuple[str, ...]
    day: str | None

    def content(self, form: str) -> bytes:
        """The bytes of the file in one of :data:`FORMS`."""
        return self.html if form == "html" else (self.text if form == "text" else self.lines).encode()


@dataclass(frozen=True, slots=True)
class Said:
    """What an extractor says of a page. A field is None where the extractor gives none such; ``rejected`` is the reason
    of a reading that is no article."""

    body: str
    title: str | None = None
    authors: tuple[str, ...] | None = None
    day: str | None = None
    rejected: str | None = None


def known_pages() -> list[KnownPage]:
    """All pages. Raises :class:`training.pages.NoPages`."""
    if not DATA.is_file():
        raise NoPages(f"{DATA} is not there; NEWSLAKE_PAGES names the folder of the public pages")
    return [
        KnownPage(
            page_id=row["page_id"],
            group=row["set"],
            site=row["site"],
            url=row["url"],
            html=row["html"],
            text=row["page_text"] or "",
            lines=row["page_lines"] or "",
            body=row["gold_body"] or "",
            title=row["gold_title"] or None,
            authors=tuple(row["gold_authors"] or ()),
            day=row["gold_date"][:10] if row["gold_date"] and _DAY.match(row["gold_date"]) else None,
        )
        for row in pq.read_table(DATA).to_pylist()
    ]


def sample(pages: Sequence[KnownPage], count: int | None) -> list[KnownPage]:
    """``count`` of the pages, the same ones each time and of every set; all where ``count`` is None."""
    if count is None:
        return list(pages)
    drawn = sorted(pages, key=lambda page: hashlib.md5(page.page_id.encode(), usedforsecurity=False).digest())
    chosen = {page.page_id for page in drawn[:count]}
    return [page for page in pages if page.page_id in chosen]


def one_site(pages: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Site → the name under which it and all that share a domain with it are one; ``pages`` are (site, URL).

    The sets name a publisher each in its own way, by title or by domain; pages of one domain must not stand on both
    sides of a split, nor count as two draws of a bootstrap.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    sites = set()
    for site, url in pages:
        sites.add(site)
        domain = registrable_domain(url) if url else None
        if domain:
            low, high = sorted((root(site), root(f"//{domain}")), reverse=True)  # "//" sorts first: a site is the root
            parent[high] = low
    names: dict[str, list[str]] = {}
    for site in sites:
        names.setdefault(root(site), []).append(site)
    return {site: min(of) for of in names.values() for site in of}
