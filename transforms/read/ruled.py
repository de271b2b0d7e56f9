"""What a site's rule says of a page, put in the place of what the reader found by itself.

In go the rule's :class:`~transforms.read.site_page.SitePage` and the reader's own fields and body; out come the fields
and the body that the article gets. The rule goes before the page's own word, for somebody looked at the site; what it
does not say, or says illegibly, stays as the reader found it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transforms.article import FieldFault, Hints, Kept, Origin, Removed
from transforms.dates import read_date
from transforms.describe import clean_title
from transforms.people import split_authors
from transforms.read.align import Aligner
from transforms.read.page_body import PageBody, body_of_choice
from transforms.read.page_fields import Fields
from transforms.read.site_page import SitePage
from transforms.read.site_rules import SiteRule, SiteRules
from transforms.select.page_blocks import PageBlocks
from transforms.select.page_group import Context

ENGINE = "site_rules"
UNREADABLE = "site_rule.unreadable"


def rule_of_page(rules: SiteRules | None, url: str | None, hints: Hints) -> SiteRule | None:
    """The rule of the page's host: that of its usable URL, else of the sidecar's, else of the source it is said of."""
    if rules is None:
        return None
    hinted = (hint.value for hint in (hints.url, hints.source) if hint)
    return next((rule for address in (url, *hinted) if address and (rule := rules.rule_for(address))), None)


def ruled_fields(page: SitePage, fields: Fields, site_name: str | None) -> tuple[Fields, tuple[FieldFault, ...]]:
    """The fields with the rule's in place of the reader's, and a fault for each of the rule's that can't be read.

    A date of the same day as the reader's leaves the reader's, which may be more exact.
    """
    faults = []
    origins = dict(fields.origins)
    title = clean_title(page.title, [site_name or ""]) if page.title else None
    authors = tuple(dict.fromkeys(author for raw in page.authors for author in split_authors(raw)))
    if page.authors and not authors:
        faults.append(FieldFault("authors", "; ".join(page.authors)[:200], UNREADABLE))
    published = read_date(page.date, Origin.PAGE) if page.date else None
    if page.date and published is None:
        faults.append(FieldFault("published_date", page.date[:200], UNREADABLE))
    if published and fields.published and published.day == fields.published.day:
        published = None
    for name, value in (("title", title), ("authors", authors), ("published", published)):
        if value:
            origins[name] = Origin.PAGE
    found = replace(
        fields,
        title=title or fields.title,
        authors=authors or fields.authors,
        published=published or fields.published,
        origins=origins,
    )
    return found, tuple(faults)


def ruled_body(page: SitePage) -> PageBody | None:
    """The body that the rule names; None where it names none, or none that gives text."""
    if page.body is None:
        return None
    kept = tuple(span for span in page.kept if span.field == "body")
    return PageBody(ENGINE, page.body, kept, page.headings)


def ruled_places(page: SitePage, faults: Sequence[FieldFault]) -> list[Kept]:
    """The spans that live on as a field by the rule; one that could not be read does not."""
    unread = {fault.field for fault in faults if fault.rule == UNREADABLE}
    return [span for span in page.kept if span.field != "body" and span.field not in unread]


def outside_cuts(body: PageBody, blocks: PageBlocks, context: Context, cuts: Sequence[Removed]) -> PageBody:
    """The reader's own body without what the rule cuts: a rule need not name a body to strip what does not belong."""
    if not cuts:
        return body
    if body.choice is not None and body.engine == "blocks":
        inside = np.zeros(len(blocks), dtype=bool)
        for cut in cuts:
            inside |= (blocks.starts >= cut.start) & (blocks.ends <= cut.end)
        return body_of_choice(blocks, context, replace(body.choice, chosen=body.choice.chosen & ~inside))
    aligner = Aligner(blocks.source_text)
    lines = []
    for line in body.lines:
        spans = aligner.body([line])
        if not spans or not all(_is_in(span, cuts) for span in spans):
            lines.append(line)
    headings = tuple(heading for heading in body.headings if heading in lines)
    return replace(body, lines=tuple(lines), kept=tuple(aligner.body(lines)), headings=headings)


def ruled_cuts(page: SitePage, kept: Sequence[Kept]) -> list[Removed]:
    """The rule's removed spans without what lives on in the body or a field after all."""
    found: list[Removed] = []
    ordered = sorted((span.start, span.end) for span in kept)
    for cut in page.removed:
        start = cut.start
        for left, right in ordered:
            if right <= start or left >= cut.end:
                continue
            if left > start:
                found.append(replace(cut, start=start, end=left))
            start = max(start, right)
        if start < cut.end:
            found.append(replace(cut, start=start))
    return found


def _is_in(span: Kept, cuts: Sequence[Removed]) -> bool:
    return any(cut.start <= span.start and span.end <= cut.end for cut in cuts)
