"""Elements by what becomes of their text: shown on a line of its own, within a line, or not at all.

The page's blocks and the rules for sites are cut by the same lists. An unknown element is a block, as it is one in most
of the places where pages have them (components of scripts); within a sentence it is inline, as every browser shows it.
"""

from __future__ import annotations

# Whose text nobody reads on the page, or that are no text, as the sources of formulas (annotation). A button is read
# where it is all of a heading, and how a character is read (rt) only where the page has put that in brackets (rp).
UNSEEN = (
    "head", "script", "style", "noscript", "template", "select", "option", "textarea", "button", "datalist",
    "iframe", "object", "embed", "video", "audio", "canvas", "svg", "annotation", "annotation-xml",
)  # fmt: skip
# Which hold nothing, as HTML has them.
TEXTLESS = ("img", "source", "input", "track", "area", "wbr", "link", "meta")
# Inline elements that say nothing of what they hold: the text about them and within them is one.
PLAIN_INLINE = (
    "i", "em", "font", "u", "abbr", "mark", "sub", "sup", "picture", "code", "s", "label", "ins", "del", "big",
    "samp", "kbd",
)  # fmt: skip
# Whose button may be the heading itself, which opens its section.
HEADS = ("h2", "h3", "h4", "h5", "h6", "dt", "summary")
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "label", "mark", "nobr", "output", "picture", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u", "var",
    "wbr",
})  # fmt: skip
# Formulas stand within a sentence or alone in their block.
MATHEMATICAL = frozenset({
    "math", "semantics", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle",
    "merror", "mpadded", "mphantom", "menclose", "mfenced", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "maction",
})  # fmt: skip
# In which text runs on: an unknown element right within them belongs to a sentence.
OF_SENTENCES = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt", "figcaption"})


def is_unknown(name: str) -> bool:
    """Whether no standard has the element: a component (``x-card``), or one of another vocabulary (``st1:place``)."""
    return "-" in name or ":" in name
