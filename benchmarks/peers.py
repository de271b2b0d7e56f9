"""Other extractors of articles, each as its own documentation calls it for the text of an article's page.

In go a page's bytes, out comes what the extractor says of it. The packages are those of the dependency group ``bench``;
one that is not installed is named as missing, and the rest goes on without it.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import warnings
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

from benchmarks.known_pages import Said

Extractor = Callable[[bytes], Said]

TRAFILATURA = "trafilatura, with metadata"
UNTITLED = "trafilatura, without metadata"
_PACKAGES = {"resiliparse": "resiliparse", "readability-lxml": "readability", "newspaper4k": "newspaper"}
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1",
     "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody",
     "td", "th", "thead", "tr", "ul"}
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def peer_versions() -> str:
    """What the others are, in which version, and which of them are not installed."""
    missing = missing_peers()
    said = [f"{name} {metadata.version(name)}" for name in _PACKAGES if name not in missing]
    return ", ".join([*said, *(f"{name} not installed and left out" for name in missing)])


def silence() -> None:
    """Drop what the libraries say of single pages, for the rest of this process."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def missing_peers() -> list[str]:
    """The packages that are not installed."""
    return [name for name, module in _PACKAGES.items() if importlib.util.find_spec(module) is None]


def peers() -> dict[str, Extractor]:
    """Name → extractor, of those that are installed; trafilatura with metadata comes first."""
    found: dict[str, Extractor] = {
        TRAFILATURA: _trafilatura(with_metadata=True),
        UNTITLED: _trafilatura(with_metadata=False),
        "trafilatura, favor_precision": _trafilatura(with_metadata=False, favor_precision=True),
    }
    missing = missing_peers()
    makers = {"resiliparse": _resiliparse, "readability-lxml": _readability, "newspaper4k": _newspaper}
    return found | {name: make() for name, make in makers.items() if name not in missing}


def _trafilatura(**options: bool) -> Extractor:
    from trafilatura import bare_extraction

    def extract(content: bytes) -> Said:
        found = bare_extraction(content, include_comments=False, **options)  # type: ignore[arg-type]
        fields: Mapping[str, Any] = {} if found is None else found if isinstance(found, dict) else found.as_dict()
        if not options["with_metadata"]:
            return Said(fields.get("text") or "")
        authors = tuple(name.strip() for name in (fields.get("author") or "").split(";") if name.strip())
        return Said(fields.get("text") or "", fields.get("title"), authors, fields.get("date"))

    return extract


def _resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def extract(content: bytes) -> Said:
        markup = bytes_to_str(content, detect_encoding(content))
        # Bullets and pictures' texts are no words of the body: with them it scores lower.
        return Said(extract_plain_text(markup, main_content=True, list_bullets=False, alt_texts=False, comments=False))

    return extract


def _readability() -> Extractor:
    from lxml import html
    from readability import Document

    def extract(content: bytes) -> Said:
        try:
            page = Document(content)
            summary = page.summary(html_partial=True)
            title = page.short_title()
        except Exception:  # it raises on pages without an element
            return Said("")
        tree = html.fromstring(summary)
        for element in tree.iter():
            if element.tag in _BLOCKS:
                element.tail = f"\n{element.tail or ''}"
                element.text = f"\n{element.text or ''}"
        return Said(tree.text_content(), title)

    return extract


def _newspaper() -> Extractor:
    from newspaper import Article, Config

    def extract(content: bytes) -> Said:
        settings = Config()  # one a page: a page's language stays in it
        settings.fetch_images = False  # it would ask the network for their sizes
        settings.follow_meta_refresh = False
        try:
            article = Article("http://page.invalid/", config=settings).download(input_html=content)
            article.parse()
        except Exception:  # it raises on pages that it cannot parse
            return Said("", None, (), None)
        day = str(article.publish_date or "")[:10]
        return Said(article.text or "", article.title, tuple(article.authors), day if _DAY.match(day) else None)

    return extract
