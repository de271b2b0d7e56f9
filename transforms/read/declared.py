"""What a page declares about its article: JSON-LD, Open Graph, meta elements, microdata, by-line and time elements.

A parsed page goes in, before anything is taken out of it; a :class:`Declared` comes out, every field cleaned and the
best of its candidates. Nothing here looks at the body. The precedence:

=============  ======================================================================================================
title          by weight of the places that agree, see :mod:`~transforms.read.headline`
authors        JSON-LD, meta, ``twitter:data``, by-line elements, see :mod:`~transforms.read.authors`
dates          JSON-LD, meta, microdata, time elements, scripts, address, see :mod:`~transforms.read.page_dates`
urls           ``link rel=canonical``, ``og:url``, JSON-LD of articles; resolved against ``base``, else the address
section        JSON-LD ``articleSection``, ``article:section`` and its like, the last but one step of the breadcrumbs
categories     JSON-LD ``keywords`` and all tag elements, each once
summary        ``og:description``, ``description``, JSON-LD
site_name      ``og:site_name``, ``application-name``, JSON-LD ``publisher``
kind           JSON-LD types (``LiveBlogPosting``, galleries, ``VideoObject``), ``og:type``
is_paywalled   JSON-LD ``isAccessibleForFree``, ``article:content_tier`` (metered counts as paid)
=============  ======================================================================================================

Everything is of origin *declared* unless ``origins`` says that the page shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from transforms.article import Author, FieldFault, Kind, Origin, Published
from transforms.dates import read_date
from transforms.describe import registrable_domain
from transforms.read.authors import credited_authors, declared_authors, is_person
from transforms.read.evidence import Evidence, Moment, gather
from transforms.read.headline import page_title
from transforms.read.linked_data import LinkedArticle, linked_articles
from transforms.read.own_articles import own_articles
from transforms.read.page_dates import day_in_address, is_update, page_dates, scripted_day
from transforms.strip.lines import tidy

_SECTION_META = ("article:section", "parsely-section", "og:section", "section", "cxenseparse:section")
_TAG_META = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_SUMMARY_META = ("og:description", "description", "twitter:description", "dc.description")
_PAID = {"free": False, "metered": True, "locked": True}
_MOST_TAGS = 50
_MOST_HEADLINES = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """The fields that a page's markup states; None or empty where it does not. ``lang`` is the page's own word."""

    kind: Kind | None
    title: str | None
    authors: tuple[Author, ...]
    credited: tuple[Author, ...]  # names at places that may be an author's; only where no person is declared
    published: Published | None
    modified: Published | None
    urls: tuple[str, ...]  # candidates, best first, absolute where the page gives a base
    witness: str | None  # the address that og:url declares
    section: str | None
    categories: tuple[str, ...]
    summary: str | None
    site_name: str | None
    lang: str | None
    is_paywalled: bool | None
    body: str | None  # the text that the linked data carry
    headlines: tuple[str, ...]  # texts of the page's h1
    headings: frozenset[str]  # texts of the page's h2 to h6
    teasers: frozenset[str]  # and of those that are links and as long as a headline
    times: tuple[tuple[str, Published], ...]  # text and date of time elements that are none of an update
    changes: tuple[str, ...]  # texts of those that are
    strays: tuple[tuple[str, str], ...]  # words before and texts of those of teasers, comments and captions alone
    origins: dict[str, Origin]  # of the fields that the page shows rather than declares
    faults: tuple[FieldFault, ...]


def declared(tree: LexborHTMLParser, address: str | None = None) -> Declared:
    """Everything that the markup of ``tree`` states; ``address`` is where the page was fetched, if that is known."""
    evidence = gather(tree)
    meta = evidence.meta
    data = linked_articles(evidence.linked)
    og_url = next(iter(meta.get("og:url", ())), None)
    titles = (*meta.get("og:title", ())[:1], *(h.text for h in evidence.headings if h.level == 1))
    linked = own_articles(data.articles, (evidence.canonical, og_url, address), titles[:_MOST_HEADLINES])
    main = linked[0] if linked else None
    base = evidence.base or address or og_url
    site_name = next(_values(meta, ("og:site_name",)), None) or next(_values(meta, ("application-name",)), None)
    site_name = site_name or next((a.publisher for a in linked if a.publisher), None)
    domains = dict.fromkeys(_sites(evidence.canonical, og_url, address))
    names = list(dict.fromkeys(n for n in (site_name, *(a.publisher for a in linked), *domains) if n))
    origins: dict[str, Origin] = {}
    title, shown = page_title(evidence, linked, names)
    if shown is not Origin.DECLARED:
        origins["title"] = shown
    authors, origin = declared_authors(evidence, linked, names)
    if authors and origin is not Origin.DECLARED:
        origins["authors"] = origin
    dates = page_dates(evidence, linked)
    published = dates.published
    if published is None and dates.unreadable is None:
        own = [u for u in (evidence.canonical, og_url) if u]
        published = (
            scripted_day(s.text() for s in tree.css("script:not([src]):not([type*='ld+json' i])"))
            or day_in_address(own, Origin.DECLARED)
            or day_in_address([address] if address else [], Origin.SIDECAR)
        )
    for name, date in (("published", published), ("modified", dates.modified)):
        if date is not None and date.origin is not Origin.DECLARED:
            origins[name] = date.origin
    return Declared(
        kind=_kind(linked, meta),
        title=title,
        authors=authors,
        credited=() if any(map(is_person, authors)) else credited_authors(tree, evidence.others),
        published=published,
        modified=dates.modified,
        urls=tuple(
            _joined(base, u)
            for u in (evidence.canonical, og_url, *(u for a in linked if a.is_article for u in a.urls))
            if u
        ),
        witness=_joined(base, og_url) if og_url else None,
        section=(main.section if main else None) or next(_values(meta, _SECTION_META), None) or data.breadcrumb,
        categories=_categories(meta, linked),
        summary=next(_values(meta, _SUMMARY_META), None) or (main.description if main else None),
        site_name=site_name,
        lang=_lang(evidence),
        is_paywalled=_is_paywalled(meta, linked),
        body=max((a.body for a in linked if a.body), key=len, default=None),
        headlines=tuple(h.text for h in evidence.headings if h.level == 1)[:_MOST_HEADLINES],
        headings=frozenset(h.text for h in evidence.headings if h.level > 1),
        teasers=frozenset(h.text for h in evidence.headings if h.linked) - {title or ""},
        times=tuple(
            (m.shown, date)
            for m in evidence.moments
            if not (m.elsewhere or is_update(m))
            and (date := read_date(m.value, Origin.PAGE) or read_date(m.shown, Origin.PAGE))
        ),
        changes=tuple({m.shown: None for m in evidence.moments if m.shown and not m.elsewhere and is_update(m)}),
        strays=_strays(evidence.moments),
        origins=origins,
        faults=(FieldFault("published_date", dates.unreadable, "date.unreadable"),) if dates.unreadable else (),
    )


def _strays(moments: Sequence[Moment]) -> tuple[tuple[str, str], ...]:
    own = {moment.shown for moment in moments if not moment.elsewhere}
    return tuple((m.label, m.shown) for m in moments if m.elsewhere and m.shown and m.shown not in own)


def _values(meta: dict[str, list[str]], names: Sequence[str]) -> Iterator[str]:
    return (value for name in names for value in meta.get(name, ()))


def _joined(base: str | None, url: str) -> str:
    if not base or url.startswith(("https://", "http://")):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _sites(*urls: str | None) -> Iterator[str]:
    return (domain for url in urls if url and (domain := registrable_domain(url)))


def _is_paywalled(meta: dict[str, list[str]], linked: Sequence[LinkedArticle]) -> bool | None:
    for article in linked:
        if article.is_article and article.is_free is not None:
            return not article.is_free
    tier = next(_values(meta, ("article:content_tier",)), "").lower()
    return _PAID.get(tier)


def _kind(linked: Sequence[LinkedArticle], meta: dict[str, list[str]]) -> Kind | None:
    types = {t for article in linked for t in article.types if article.is_article}
    if "LiveBlogPosting" in types:
        return Kind.LIVEBLOG
    if types & {"ImageGallery", "MediaGallery"}:
        return Kind.GALLERY
    pages = {t for article in linked for t in article.types}
    og_type = next(iter(meta.get("og:type", ())), "").lower()
    if og_type.startswith("video") or ("VideoObject" in pages and not types and og_type != "article"):
        return Kind.VIDEO
    return None


def _categories(meta: dict[str, list[str]], linked: Sequence[LinkedArticle]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for words in (*(a.keywords for a in linked if a.is_article), *(v.split(",") for v in _values(meta, _TAG_META))):
        for word in words:
            if (tag := tidy(word)) and len(tag) <= 80:
                found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[:_MOST_TAGS]


def _lang(evidence: Evidence) -> str | None:
    code = (evidence.lang or "").replace("_", "-").split("-")[0].strip().lower()
    return code if code.isalpha() and len(code) in (2, 3) else None
