"""What a page declares about its article: JSON-LD, Open Graph, meta elements, microdata, by-line and time elements.

A parsed page goes in, before anything is taken out of it; a :class:`Declared` comes out, every field cleaned and the
best of its candidates. Nothing here looks at the body. One pass over the few elements that matter keeps it far cheaper
than the engine's own metadata, which is asked only for what is missing here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from transforms.article import Author, FieldFault, Kind, Origin, Published
from transforms.dates import read_date, winner
from transforms.describe import clean_title, registrable_domain, split_authors, squeeze
from transforms.read.byline import is_name
from transforms.read.linked_data import LinkedArticle, linked_articles

_TITLE_META = ("og:title", "twitter:title")
_AUTHOR_META = (
    "author", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "citation_author",
    "article.author", "article:author", "authors", "dcsext.author",
)  # fmt: skip
_PUBLISHED_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "publish_date", "published_time",
    "published_at", "pubdate", "article.published", "cxenseparse:recs:publishtime", "dc.date.issued",
    "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "citation_publication_date", "citation_date",
    "date", "article_date_original", "originalpublicationdate", "release_date", "analyticsattributes.articledate",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod", "dcterms.modified",
    "article.updated", "revision_date",
)  # fmt: skip
_SECTION_META = ("article:section", "parsely-section", "og:section", "section")
_TAG_META = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_SUMMARY_META = ("og:description", "description", "twitter:description", "dc.description")
_BYLINE = (
    "[itemprop~='author'], a[rel~='author'], [class*='byline' i], [class*='author-name' i], [class*='author__name' i], "
    "[class*='post-author' i], [class*='entry-author' i], [class~='author' i]"
)
# Places that may name an author, or much else: asked last, and only for what looks like a name.
_AUTHOR_PLACES = (
    "[class*='author' i], [id*='author' i], [rel~='me'], [class*='writer' i], [data-testid*='author' i], "
    "[id*='byline' i], [class*='posted-by' i], [data-testid*='byline' i]"
)
_NO_AUTHOR_PLACE = re.compile(
    r"comment|related|avatar|social|bio|reply|recommend|more-|im(?:g|age)|photo|follow|authori[tz]", re.IGNORECASE
)
_LONGEST_BYLINE = 160
_MOST_TAGS = 50

_UPDATE = re.compile(r"updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|обновлено|更新", re.IGNORECASE)

# How much each place's word for the title counts; equal words add up. Tried on pages with known titles: the headline
# that readers see wins unless two declared ones agree against it.
_TITLE_VOTES = {"h1": 1.6, "another h1": 1.1, "linked": 1.1, "og:title": 1.0, "twitter:title": 0.5, "title": 0.4}
_TITLE_BEGINS = 0.4


@dataclass(frozen=True, slots=True)
class Declared:
    """The fields that a page's markup states; None or empty where it does not. ``lang`` is the page's own word."""

    kind: Kind | None
    title: str | None
    authors: tuple[Author, ...]
    credited: tuple[Author, ...]  # names at places of the page that may be an author's; only where nobody is declared
    published: Published | None
    modified: Published | None
    urls: tuple[str, ...]  # candidates, best first, absolute where the page gives a base
    witness: str | None  # the address that og:url declares
    section: str | None
    categories: tuple[str, ...]
    summary: str | None
    site_name: str | None
    lang: str | None
    headings: frozenset[str]  # texts of the page's h2 to h6
    origins: dict[str, Origin]  # of the fields that the page shows rather than declares
    faults: tuple[FieldFault, ...]


def declared(tree: LexborHTMLParser, address: str | None = None) -> Declared:
    """Everything that the markup of ``tree`` states; ``address`` is where the page was fetched, if that is known."""
    meta = _meta(tree)
    linked = linked_articles(s.text() for s in tree.css("script[type*='ld+json' i]"))
    main = linked[0] if linked else None
    canonical = _attribute(tree, "link[rel~='canonical']", "href")
    og_url = next(iter(meta["og:url"]), None)
    base = _attribute(tree, "base[href]", "href") or address or og_url
    site_name = next(iter(meta["og:site_name"] or meta["application-name"]), None) or next(
        (a.publisher for a in linked if a.publisher), None
    )
    names = [n for n in (site_name, *(a.publisher for a in linked), *(_sites(canonical, og_url, address))) if n]
    origins: dict[str, Origin] = {}
    faults: list[FieldFault] = []
    title = _title(tree, meta, main, names)
    authors = _authors(tree, meta, linked, names, origins)
    published = _published(tree, meta, linked, origins, faults)
    return Declared(
        kind=_kind(linked, meta),
        title=title,
        authors=authors,
        credited=() if authors else _credited(tree),
        published=published,
        modified=_modified(tree, meta, linked, origins),
        urls=tuple(
            _joined(base, u) for u in (canonical, og_url, *(u for a in linked if a.is_article for u in a.urls)) if u
        ),
        witness=_joined(base, og_url) if og_url else None,
        section=(main.section if main else None) or next(_values(meta, _SECTION_META), None),
        categories=_categories(meta, linked),
        summary=next(_values(meta, _SUMMARY_META), None) or (main.description if main else None),
        site_name=site_name,
        lang=_lang(tree),
        headings=frozenset(squeeze(h.text()) for h in tree.css("h2, h3, h4, h5, h6")),
        origins=origins,
        faults=tuple(faults),
    )


def _meta(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Contents of meta elements by lower-case property, name or itemprop, in the page's order, blanks left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for element in tree.css("meta"):
        attributes = element.attributes
        content = squeeze(attributes.get("content") or "")
        if content:
            for name in {attributes.get(k) for k in ("property", "name", "itemprop")} - {None, ""}:
                found[str(name).lower()].append(content)
    return found


def _values(meta: dict[str, list[str]], names: Sequence[str]) -> Iterator[str]:
    return (value for name in names for value in meta.get(name, ()))


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    element = tree.css_first(selector)
    return (element.attributes.get(name) or "").strip() or None if element else None


def _joined(base: str | None, url: str) -> str:
    try:
        return urljoin(base, url) if base else url
    except ValueError:
        return url


def _sites(*urls: str | None) -> Iterator[str]:
    return (domain for url in urls if url and (domain := registrable_domain(url)))


def _title(
    tree: LexborHTMLParser, meta: dict[str, list[str]], main: LinkedArticle | None, names: Sequence[str]
) -> str | None:
    """The title that the places for it agree on, without the site's name."""
    shown = [squeeze(h.text()) for h in tree.css("h1")][:3]
    tab = tree.css_first("head title")
    said = [
        *(("h1" if len(shown) == 1 else "another h1", text) for text in shown),
        ("linked", main.headline if main and main.is_article else None),
        *((name, next(iter(meta[name]), None)) for name in _TITLE_META),
        ("title", tab.text() if tab else None),
    ]
    votes: dict[str, float] = defaultdict(float)
    form: dict[str, str] = {}
    last = ""
    for place, text in said:
        cleaned = clean_title(text, names) if text else None
        if cleaned:
            last = cleaned.casefold()
            form.setdefault(last, cleaned)
            votes[last] += _TITLE_VOTES[place]
    for title in votes:
        if tab and title != last and last.startswith(title):
            votes[title] += _TITLE_BEGINS
    return form[max(votes, key=lambda title: votes[title])] if votes else None


def _authors(
    tree: LexborHTMLParser,
    meta: dict[str, list[str]],
    linked: Sequence[LinkedArticle],
    names: Sequence[str],
    origins: dict[str, Origin],
) -> tuple[Author, ...]:
    """The authors of the first place that names a person; else the organisations of the first that names any."""
    sites = {name.casefold() for name in names}
    best: tuple[Author, ...] = ()
    places: Iterator[tuple[tuple[Author, ...], Origin]] = _author_places(tree, meta, linked)
    for found, origin in places:
        authors = tuple(Author(a.name, "organisation", a.role) if a.name.casefold() in sites else a for a in found)
        people = any(a.kind == "person" for a in authors)
        if people or (authors and not best):
            best = authors
            if origin is not Origin.DECLARED:
                origins["authors"] = origin
        if people:
            break
    return best


def _author_places(
    tree: LexborHTMLParser, meta: dict[str, list[str]], linked: Sequence[LinkedArticle]
) -> Iterator[tuple[tuple[Author, ...], Origin]]:
    for article in linked:
        yield article.authors, Origin.DECLARED
    for name in _AUTHOR_META:
        if name in meta:
            yield _unique(a for value in meta[name] for a in split_authors(value)), Origin.DECLARED
    for element in tree.css(_BYLINE):
        text = _byline_text(element)
        if text:
            yield split_authors(text), Origin.PAGE


def _credited(tree: LexborHTMLParser) -> tuple[Author, ...]:
    for element in tree.css(_AUTHOR_PLACES):
        attributes = element.attributes
        if _NO_AUTHOR_PLACE.search(f"{attributes.get('class')} {attributes.get('id')}"):
            continue
        named = tuple(author for author in split_authors(_byline_text(element)) if _is_credible(author))
        if named:
            return named
    return ()


def _is_credible(author: Author) -> bool:
    """Whether a text found by its place alone is a name: "Sign in" and "Read more" stand in such places too."""
    scripts_without_capitals = not any(c.isascii() and c.isalpha() for c in author.name)
    return author.kind == "organisation" or is_name(author.name) or scripts_without_capitals


def _unique(authors: Iterator[Author]) -> tuple[Author, ...]:
    return tuple({author.name.casefold(): author for author in authors}.values())


def _byline_text(element: LexborNode) -> str:
    names = [n for n in element.css("[itemprop~='name']") if n.text(strip=True)]
    if names:
        return "; ".join((n.attributes.get("content") or n.text()) for n in names[:10])
    text = element.attributes.get("content") or element.text(separator="\n")
    return text if len(squeeze(text)) <= _LONGEST_BYLINE else ""


def _published(
    tree: LexborHTMLParser,
    meta: dict[str, list[str]],
    linked: Sequence[LinkedArticle],
    origins: dict[str, Origin],
    faults: list[FieldFault],
) -> Published | None:
    said = [*(a.published for a in linked if a.published), *_values(meta, _PUBLISHED_META)]
    said += [v for e in tree.css("[itemprop~='datePublished']") if (v := _moment(e))]
    found = [read_date(value, Origin.DECLARED) for value in said]
    for element in tree.css("time[pubdate], time[class*='publish' i], time[class*='entry-date' i]"):
        if value := _moment(element):
            found.append(read_date(value, Origin.PAGE))
    best = winner(found) or _first_time(tree, of_update=False)
    if best is not None and best.origin is not Origin.DECLARED:
        origins["published"] = best.origin
    if best is None and said:
        faults.append(FieldFault("published_date", said[0], "date.unreadable"))
    return best


def _moment(element: LexborNode) -> str | None:
    attributes = element.attributes
    return squeeze(attributes.get("datetime") or attributes.get("content") or element.text()) or None


def _first_time(tree: LexborHTMLParser, *, of_update: bool) -> Published | None:
    """The first time element after the page's headline; teasers' times come later, or before it."""
    past_headline = False
    for element in tree.css("h1, time"):
        if element.tag == "h1":
            past_headline = True
        elif past_headline and (value := _moment(element)) and _of_update(element) is of_update:
            return read_date(value, Origin.PAGE)
    return None


def _of_update(element: LexborNode) -> bool:
    """Whether a time element says when the page was changed."""
    name = (element.attributes.get("class") or "").lower()
    around = element.parent.text()[:80] if element.parent else ""
    return ("publish" not in name and "updat" in name) or says_update(around)


def says_update(text: str) -> bool:
    """Whether the words beside a date make it that of a change."""
    return _UPDATE.search(text) is not None


def _modified(
    tree: LexborHTMLParser,
    meta: dict[str, list[str]],
    linked: Sequence[LinkedArticle],
    origins: dict[str, Origin],
) -> Published | None:
    said = [*(a.modified for a in linked if a.modified), *_values(meta, _MODIFIED_META)]
    best = winner(read_date(value, Origin.DECLARED) for value in said)
    if best is None and (best := _first_time(tree, of_update=True)):
        origins["modified"] = best.origin
    return best


def _kind(linked: Sequence[LinkedArticle], meta: dict[str, list[str]]) -> Kind | None:
    types = {t for article in linked for t in article.types if article.is_article}
    if "LiveBlogPosting" in types:
        return Kind.LIVEBLOG
    if types & {"ImageGallery", "MediaGallery"}:
        return Kind.GALLERY
    pages = {t for article in linked for t in article.types}
    og_type = next(iter(meta["og:type"]), "").lower()
    if og_type.startswith("video") or ("VideoObject" in pages and not types and og_type != "article"):
        return Kind.VIDEO
    return None


def _categories(meta: dict[str, list[str]], linked: Sequence[LinkedArticle]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for words in (*(a.keywords for a in linked if a.is_article), *(v.split(",") for v in _values(meta, _TAG_META))):
        for word in words:
            if (tag := squeeze(word)) and len(tag) <= 80:
                found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[:_MOST_TAGS]


def _lang(tree: LexborHTMLParser) -> str | None:
    said = (tree.root.attributes.get("lang") or "") if tree.root else ""
    code = said.replace("_", "-").split("-")[0].strip().lower()
    return code if code.isalpha() and len(code) in (2, 3) else None
