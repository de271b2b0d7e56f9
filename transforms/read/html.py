"""Web pages: the body block by block, the fields by what the page declares and shows, the rest accounted for.

In go a picked-up file and its decoded markup; out comes one :class:`~transforms.article.Article`, or a rejection with
reason ``no_body``, ``not_an_article``, ``too_large`` or ``too_deep``. The source text is the page's visible text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from transforms.article import Article, FieldFault, Kind, Origin, RawFile, Reading, Rejection
from transforms.describe import is_brief, source_of, usable_url
from transforms.identity import identify
from transforms.language import detect_language
from transforms.read.declared import Declared, declared
from transforms.read.markup import Markup
from transforms.read.page_body import Engine, PageBody, page_body, removed_spans
from transforms.read.page_fields import Fields, fields_seen, page_fields
from transforms.read.ruled import outside_cuts, rule_of_page, ruled_body, ruled_cuts, ruled_fields, ruled_places
from transforms.read.shadow_roots import SIGN, composed
from transforms.read.site_page import SitePage, apply_site_rule
from transforms.select.loops import outline
from transforms.select.page_blocks import PageBlocks, page_blocks
from transforms.select.page_choice import Choice, choose
from transforms.select.page_group import Context
from transforms.select.trees import Trees
from transforms.strip.edges import is_error_page
from transforms.strip.lines import split_lines
from transforms.strip.rules import rulebook

if TYPE_CHECKING:
    from transforms.read.site_rules import SiteRules

LARGEST = 10_000_000  # characters of markup; the engine is superlinear, and above 4 MB no news page was seen
DEEPEST = 2_000  # elements within one another; the deepest of 858 real pages has 350, and parsing is quadratic in it

_LONGEST_NOTICE = 3_000  # characters of a page that says no more than that it is not there

_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_UNCLOSED = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "path", "source", "track",
     "wbr", "p", "li", "td", "tr", "th", "dt", "dd", "option"}
)  # fmt: skip


def read_html(
    raw: RawFile,
    markup: Markup,
    *,
    engine: Engine = "accurate",
    site_rules: SiteRules | None = None,
    trees: Trees | None = None,
) -> Reading:
    """The reading of one page, its body by ``engine`` unless a rule of ``site_rules`` names it.

    ``trees`` choose the blocks in the place of the packaged ones, where that choice is to be measured.
    """
    begun = begin_html(raw, markup, engine=engine, site_rules=site_rules)
    if isinstance(begun, Rejection):
        return begun
    return begun.finish(next(iter(choose([begun.page.blocks], [begun.page.context], trees))) if begun.asks else None)


def begin_html(
    raw: RawFile, markup: Markup, *, engine: Engine = "accurate", site_rules: SiteRules | None = None
) -> BegunPage | Rejection:
    """A page that is read but for the choice among its blocks, which is made for several pages at once."""
    size = len(markup.text)
    if size > LARGEST:
        return Rejection(
            "too_large",
            f"a page of {size:,} characters, the most is {LARGEST:,}; save the article's part of it",
        )
    tags = outline(markup.text)
    if tags.deepest >= DEEPEST and _nests_too_deep(markup.text):
        return Rejection(
            "too_deep",
            f"more than {DEEPEST:,} elements lie within one another; this is no page to read, fetch it again",
        )
    if tags.has_template and SIGN in markup.text.lower():
        whole = composed(markup.to_parse)
        markup = markup if whole is None else Markup(whole)
    page = parsed(markup, raw.hints.url.value if raw.hints.url else None)
    blocks, fields = page.blocks, page.fields
    if not blocks.texts:
        return Rejection("no_body", "the page shows no text without its scripts; save it as a browser renders it")
    place = usable_url(page.said.urls, raw.hints, witness=page.said.witness)
    rule = rule_of_page(site_rules, place[0] if place else None, raw.hints)
    ruled = apply_site_rule(rule, markup.text, blocks.source_text) if rule else None
    faults: tuple[FieldFault, ...] = ()
    if ruled:
        fields, faults = ruled_fields(ruled, fields, page.said.site_name)
        page, faults = replace(page, fields=fields), (*faults, *ruled.faults())
    return BegunPage(raw, markup.text, engine, page, ruled, faults, place)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: what its markup declares, its blocks, its fields."""

    said: Declared
    blocks: PageBlocks
    fields: Fields

    @property
    def context(self) -> Context:
        """What the choice of its blocks is told of the page."""
        return Context(self.fields.title, self.said.summary, self.said.body)


@dataclass(frozen=True, slots=True)
class BegunPage:
    """A page under way: what a rule for its site found on it, and its usable address."""

    raw: RawFile
    markup: str
    engine: Engine
    page: Page
    ruled: SitePage | None
    faults: tuple[FieldFault, ...]
    place: tuple[str, Origin] | None

    @property
    def asks(self) -> bool:
        """Whether its body is found by the choice among its blocks."""
        return self.engine != "trafilatura" and (self.ruled is None or self.ruled.body is None)

    def finish(self, choice: Choice | None) -> Reading:
        """The reading by the choice among its blocks, where it :attr:`asks` for one."""
        page, ruled, blocks = self.page, self.ruled, self.page.blocks
        body = ruled_body(ruled) if ruled else None
        if body is None:
            body = page_body(self.markup, blocks, page.context, self.engine, choice)
            body = outside_cuts(body, blocks, page.context, ruled.removed) if ruled else body
        if not any(c.isalpha() for line in body.lines for c in line):
            return Rejection(
                "no_body",
                f"no article text found among the page's {len(blocks.source_text):,} visible characters; if it is an "
                "article, save it as text",
            )
        title = page.fields.title
        if sum(map(len, body.lines)) < _LONGEST_NOTICE and is_error_page(
            split_lines("\n".join([title or "", *body.lines])), rulebook()
        ):
            return Rejection(
                "not_an_article", f"the page says of itself: {(title or body.lines[0])[:80]!r}; fetch it again"
            )
        return _article(self, body)


def parsed(markup: Markup, address: str | None) -> Page:
    """The page of ``markup``, fetched from ``address`` if that is known."""
    tree = LexborHTMLParser(markup.to_parse)
    said = declared(tree, address)
    blocks = page_blocks(tree)  # takes the unseen elements away, so what is declared is read before
    return Page(said, blocks, page_fields(said, blocks.source_text))


def _nests_too_deep(markup: str) -> bool:
    """Whether elements nest deeper than DEEPEST, told before anything is parsed: counted exactly, of a page whose tags
    that open are so many above those that close.
    """
    depth = 0
    for tag in _OPEN_OR_CLOSE.finditer(markup):
        if tag[2].lower() not in _UNCLOSED:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _article(begun: BegunPage, found: PageBody) -> Article:
    raw, ruled, ruled_faults, place = begun.raw, begun.ruled, begun.faults, begun.place
    said, fields, blocks = begun.page.said, begun.page.fields, begun.page.blocks
    body = found.text()
    url = place[0] if place else None
    source = source_of(url, raw.hints)
    faults = [*said.faults, *fields.faults, *ruled_faults]
    if said.urls and (place is None or place[1] is not Origin.DECLARED):
        faults.append(FieldFault("url", said.urls[0], "url.unusable"))
    language, language_origin = _language(raw, said, body)
    kept = [*found.kept]
    kept += fields_seen(blocks, kept, fields, said)
    kept += ruled_places(ruled, ruled_faults) if ruled else []
    cuts = ruled_cuts(ruled, kept) if ruled else []
    origins: dict[str, Origin | None] = {
        "title": fields.origins["title"] if fields.title else None,
        "authors": fields.origins["authors"] if fields.authors else None,
        "published": fields.origins["published"] if fields.published else None,
        "modified": fields.origins["modified"] if fields.modified else None,
        "summary": Origin.DECLARED if said.summary else None,
        "section": Origin.DECLARED if said.section else None,
        "categories": Origin.DECLARED if said.categories else None,
        "url": place[1] if place else None,
        "source": source[1] if source else None,
        "language": language_origin,
    }
    identity_key, identity_kind = identify(key=raw.key, feed=raw.feed, record=None, record_id=None, url=url)
    return Article(
        format="html",
        engine=found.engine,
        source_text=blocks.source_text,
        body=body,
        kind=said.kind or (Kind.BRIEF if is_brief(body) else Kind.ARTICLE),
        title=fields.title,
        summary=said.summary,
        authors=fields.authors,
        published=fields.published,
        modified=fields.modified,
        observed_at=raw.hints.fetched_at,
        observed_origin=raw.hints.fetched_origin,
        url=url,
        source=source[0] if source else None,
        source_name=said.site_name,
        section=said.section,
        categories=said.categories,
        language=language,
        is_paywalled=said.is_paywalled,
        headings=found.headings,
        confidence=found.confidence,
        identity_key=identity_key,
        identity_kind=identity_kind,
        origins=tuple((name, origin) for name, origin in origins.items() if origin is not None),
        kept=tuple(kept),
        removed=tuple(sorted([*cuts, *removed_spans(blocks, found, [*kept, *cuts])], key=lambda span: span.start)),
        faults=tuple(faults),
    )


def _language(raw: RawFile, said: Declared, body: str) -> tuple[str | None, Origin | None]:
    if detected := detect_language(body):
        return detected, Origin.TEXT
    if raw.hints.language:
        return raw.hints.language.value, raw.hints.language.origin
    return said.lang, Origin.DECLARED if said.lang else None
