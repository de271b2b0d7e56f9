"""When a page was published and changed, by what its markup states.

In go the page's evidence and its JSON-LD; out come the winners of each list, and a statement that could not be read.
Publication, in order: JSON-LD ``datePublished`` of the article, meta elements, microdata, JSON-LD of the page, time
elements that say so by ``pubdate`` or class, meta elements of a site's own naming; where there is none of these, a date
that all of the page's scripts agree on, the day in the page's own address. What is of a teaser, a comment or a caption
is passed over. A ``pubdate`` earlier than what is declared goes before it. A change: JSON-LD ``dateModified``, meta
elements, microdata, time elements below the headline beside a word for it.

A page whose only date is that of an update has no publication date: of 23 such pages with known days, the update was on
the day of publication on 12, and two to nine years later on 10.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from transforms.article import Origin, Precision, Published
from transforms.dates import read_date, winner
from transforms.read.evidence import Evidence, Moment
from transforms.read.linked_data import LinkedArticle

_PUBLISHED_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "og:pubdate", "datepublished",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "publish_date", "published_time",
    "published_at", "published-date", "pubdate", "article.published", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "article:published", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "citation_publication_date", "citation_date", "citation_online_date", "date", "dc.date",
    "dcterms.date", "article_date_original", "originalpublicationdate", "release_date", "datecreated",
    "analyticsattributes.articledate", "timestamp", "rbpubdate", "creation_date", "publication_date", "displaydate",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "article.updated", "article:updated", "revision_date", "updated_time",
    "modified_time",
)  # fmt: skip
_PUBLISHED_NAME = re.compile(r"publi(?:sh|cation)|pub-?_?date|date-?_?posted|post-?_?date")
_OTHER_NAME = re.compile(r"publisher|modif|updat|expir|unpublish|last|next|until|end")
_PUBLISHED_CLASS = re.compile(r"publish|entry-date|dt-published|post-date|article-date|date-created")
_TEASER_CLASS = re.compile(r"comment|related|teaser|card|archive|recent|sidebar|timeago")
_UPDATE = re.compile(
    r"updated?\b|modified|changed|revised|aktualisiert|geändert|stand:|mis(?:e)? à jour|modifié|actualizad[oa]|"
    r"actualización|atualizad[oa]|aggiornat[oa]|bijgewerkt|gewijzigd|uppdaterad|oppdatert|opdateret|päivitetty|"
    r"zaktualizowan|aktualizacja|aktualizováno|aktualizované|frissítve|actualizat|güncelle|обновлено|изменено|"
    r"оновлено|ενημερώθηκε|تحديث|עודכן|更新|수정|อัปเดต|cập nhật|diperbarui",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"publish|posted|veröffentlicht|erstellt|publié|publicad|pubblicat|gepubliceerd|опубликован", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"\\?\"(?:datePublished|publicationDate|publishedAt|published_at)\\?\"\s{0,3}:\s{0,3}\\?\"([^\"\\]{8,40})\\?\""
)
_LIST = re.compile(
    r"(?:related|recommend\w{0,12}|comments?|latest|trending|popular|teasers?|more|recent|next|previous|similar)\w{0,20}"
    r"\\?[\"']?\s{0,3}[:=]\s{0,3}\[",
    re.IGNORECASE,
)
_FAR = 4000  # characters before a date in which the name of its list is looked for
_STAMP_IN_ADDRESS = re.compile(
    r"/[A-Za-z]{0,4}(20[0-3]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d\d{0,10}(?=[/.]|$)"
)
# A day within a segment is part of the title, as in "remembering-2011-03-11-floods".
_DAY = r"(20[0-3]\d)([/_-]?)(0[1-9]|1[0-2])\{}(0[1-9]|[12]\d|3[01])"
_IN_ADDRESS = re.compile(rf"/{_DAY.format(2)}(?=[/_+.\-]|$)|[_+-]{_DAY.format(6)}(?=/|\.\w{{1,5}}$|$)")


@dataclass(frozen=True, slots=True)
class PageDates:
    """The dates of a page; ``unreadable`` is a stated publication date of which nothing could be made."""

    published: Published | None
    modified: Published | None
    unreadable: str | None


def page_dates(evidence: Evidence, linked: Sequence[LinkedArticle]) -> PageDates:
    """The dates that the markup states; neither is taken from the other."""
    own = [m for m in evidence.moments if not m.elsewhere]
    articles = [node for node in linked if node.is_article or (node.own and node.is_page)]
    pages = [node for node in linked if not node.is_article and (node.own or (node.own is None and node.is_page))]
    said = [*(a.published for a in articles if a.published), *_values(evidence, _PUBLISHED_META)]
    said += [m.value for m in own if "datePublished" in m.itemprop]
    said += [p.published for p in pages if p.published]
    found = [read_date(value, Origin.DECLARED) for value in said]
    found += [
        read_date(m.value, Origin.PAGE)
        for m in own
        if (m.pubdate or _PUBLISHED_CLASS.search(m.classes))
        and not _TEASER_CLASS.search(m.classes)
        and not is_update(m)
    ]
    published = winner(found) or winner(read_date(value, Origin.DECLARED) for value in _of_such_a_name(evidence))
    if published and published.origin is Origin.DECLARED:
        # What readers are told was published on a day is not the day on which the system stamped it again.
        stated = (read_date(m.value, Origin.PAGE) for m in own if m.pubdate and not is_update(m))
        earlier = (d for d in stated if d and d.day < published.day and is_day(d))
        published = next(earlier, published) if is_day(published) else published
    changed = [*_values(evidence, _MODIFIED_META), *(m.value for m in own if "dateModified" in m.itemprop)]
    changed += [p.modified for p in pages if p.modified]
    changes = [read_date(a.modified, Origin.DECLARED) for a in articles if a.modified]
    # What another place says is of another piece, or of a template, where it is earlier than publication.
    later = (date for value in changed if (date := read_date(value, Origin.DECLARED)))
    changes += [date for date in later if published is None or date.day >= published.day]
    modified = winner(changes) or winner(
        read_date(m.value, Origin.PAGE) for m in own if m.after_headline and is_update(m)
    )
    return PageDates(published, modified, said[0] if said and published is None else None)


def scripted_day(scripts: Iterable[str]) -> Published | None:
    """The publication date in a page's data scripts, where they hold no other."""
    days = {
        date.day: date
        for script in scripts
        for m in _SCRIPTED.finditer(script)
        if (date := read_date(m[1], Origin.DECLARED)) and not _is_listed(script, m.start())
    }
    return next(iter(days.values())) if len(days) == 1 else None


def _is_listed(script: str, at: int) -> bool:
    """Whether a place in a script is in a list of other pieces, as in ``"related": [{"datePublished": …``."""
    before = script[max(0, at - _FAR) : at]
    return any(
        before.count("[", m.end() - 1) > before.count("]", m.end())
        for m in itertools.islice(_LIST.finditer(before), 50)
    )


def day_in_address(addresses: Iterable[str], origin: Origin) -> Published | None:
    """The day that a page's address holds, as in ``/2025/01/17/title`` or ``/2025-01-17-title``."""
    for address in addresses:
        path = unquote(address).partition("?")[0]
        if m := _IN_ADDRESS.search(path):
            return read_date(f"{m[1] or m[5]}-{m[3] or m[7]}-{m[4] or m[8]}", origin)
        if m := _STAMP_IN_ADDRESS.search(path):
            return read_date(f"{m[1]}-{m[2]}-{m[3]}", origin)
    return None


def says_update(text: str) -> bool:
    """Whether the words beside a date make it that of a change."""
    return _UPDATE.search(text) is not None


@functools.lru_cache(maxsize=1024)  # it is asked three times of each
def is_update(moment: Moment) -> bool:
    """Whether a time element says when the page was changed: the nearest word before it decides."""
    if "dateModified" in moment.itemprop or ("updat" in moment.classes and "publish" not in moment.classes):
        return True
    if "datePublished" in moment.itemprop:
        return False
    last = [max((m.end() for m in p.finditer(moment.label)), default=-1) for p in (_UPDATE, _STATED)]
    return last[0] > last[1] or says_update(moment.shown)


def _of_such_a_name(evidence: Evidence) -> Iterator[str]:
    """The contents of meta elements that a site named itself: "w-published-date"."""
    for name, values in evidence.meta.items():
        if _PUBLISHED_NAME.search(name) and not _OTHER_NAME.search(name):
            yield from values


def is_day(date: Published) -> bool:
    """Whether a date names a day."""
    return date.precision not in (Precision.MONTH, Precision.YEAR)


def _values(evidence: Evidence, names: Sequence[str]) -> Iterator[str]:
    return (value for name in names for value in evidence.meta.get(name, ()))
