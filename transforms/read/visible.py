"""A page's visible text in document order: the source text that everything cut from a page is accounted against.

In goes a parsed page, out comes its text with a line for each block element and a blank line where the landmarks of
its structure (header, nav, main, article, lists, …) begin or end, so that a navigation or a footer that recurs on a
site's pages is one identical text. The parser's own serialisation is walked with one regular expression: it is well
formed whatever the page was, and a pass over it costs a fraction of a walk over nodes.
"""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser

# Elements whose text nobody reads on the page, or that are no text.
_UNSEEN = [
    "head", "script", "style", "noscript", "template", "select", "option", "textarea", "button", "datalist",
    "iframe", "object", "embed", "video", "audio", "canvas", "svg",
]  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "label", "mark", "nobr", "output", "picture", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u", "var",
    "wbr",
})  # fmt: skip
_LANDMARKS = frozenset({
    "article", "aside", "dialog", "dl", "fieldset", "figure", "footer", "form", "header", "main", "menu", "nav",
    "ol", "section", "table", "ul",
})  # fmt: skip
# The serialisation quotes every attribute with " and ends every comment, so the expression needs no backtracking.
_TAG = re.compile(r"<(?:!--.*?--|(/?[a-zA-Z][^\s/>]*)(?:[^>\"]|\"[^\"]*\")*)>", re.DOTALL)
_SHOWS_NOTHING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")


def visible(tree: LexborHTMLParser) -> str:
    """The visible text of ``tree``; takes the unseen elements out of it, so read those before."""
    tree.strip_tags(_UNSEEN)
    body = tree.body or tree.root
    markup = (body.html if body is not None else None) or ""
    pieces: list[str | None] = _TAG.split(markup)
    lines: list[str] = []
    line: list[str] = [pieces[0] or ""]
    for tag, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if tag is not None:  # None is a comment
            name = tag.removeprefix("/")
            if name not in _INLINE:
                if words := "".join(line).split():
                    lines.append(" ".join(words))
                line = []
                if name in _LANDMARKS and lines and lines[-1]:
                    lines.append("")
        line.append(text or "")
    if words := "".join(line).split():
        lines.append(" ".join(words))
    return legible(html.unescape("\n".join(lines)).strip("\n"))


def legible(text: str) -> str:
    """The text without characters that show nothing: soft hyphens, zero-width spaces, byte order marks, controls."""
    return _SHOWS_NOTHING.sub("", text)
