"""Which elements of a page are not its article's: those of a teaser, a comment, a caption, a list of other pieces.

In goes an element, out comes whether what it says is of something else. Three things tell: the names that its site gave
it and what it is in ("related-posts"), the elements made for it (``nav``, ``figcaption``, a second ``article``), and
the shape of a teaser, a date or a name beside a heading that is a link. What holds the page's first headings, or two
long paragraphs, is the article or round it, whatever it is called: nothing outside of that counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from selectolax.lexbor import LexborNode

from transforms.strip.lines import tidy

# "Comment" wins even where the thing holds paragraphs: readers write them too.
_COMMENT = re.compile(r"(?<![a-z])(?:comments?(?!ary)|commentlist|disqus|replies)(?![a-z])", re.IGNORECASE)
_OTHERS = re.compile(
    r"(?<![a-z])(?:related|recent|recommend(?:ed|ations?)?|teasers?|trending|popular|latest|ticker|archived?|"
    r"promos?|most-?read|(?:read|up|see)-?(?:next|also|more)|more-?(?:news|stories|posts|articles|from|in|on)|"
    r"(?:other|similar|further|next|previous)-?(?:news|stories|posts|articles)|"
    r"top-?bar|masthead|site-?header|today|current-?date)(?![a-z])",  # where the day is that on which one reads
    re.IGNORECASE,
)
# In these stands much of the article too: its date, its author. With a link as long as a headline it is of that.
_BESIDE = re.compile(r"(?<![a-z])(?:sidebar|widgets?)(?![a-z])", re.IGNORECASE)
_BESIDE_TAGS = frozenset({"aside", "footer"})
_BOXES = frozenset({"nav", "figure", "figcaption"})
_COMMENT_TYPE = re.compile(r"(?:User)?Comments?$")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|CreativeWork|Review)$")
_TEASER = "h2 a[href], h3 a[href], h4 a[href], h5 a[href], a[href] h2, a[href] h3, a[href] h4, a[href] h5"
_HIGHEST = 8  # elements above one that are looked at
_NEAREST = 3  # of those, the ones that are looked at for the shape of a teaser
_SHORTEST_HEADLINE = 22  # letters
_SHORTEST_UNSPACED = 10  # of a script without spaces
_MOST_HEADLINES = 8
_MOST_LINKS = 12
_MOST_LOOKS = 400  # elements of one page that are looked into
_LONG = 160  # characters of a paragraph that is the body's
_PLAIN = re.compile(r"[\W_]+")


class Elsewhere:
    """Tells of one page's elements whether they are of something else than its article."""

    def __init__(self, first: Sequence[LexborNode], second: Sequence[LexborNode], titles: Collection[str]) -> None:
        """``first`` and ``second`` are the page's h1 and h2 in its order; ``titles`` are what the page declares to be
        its title: a link of these words is no teaser."""
        self._titles = [key for title in titles if (key := _PLAIN.sub("", title.casefold()))]
        self._around: set[int] = set()
        self._verdicts: dict[int, bool | None] = {}
        self._shapes: dict[int, bool] = {}
        self._bodies: dict[int, bool] = {}
        self._looks = 0
        headlines = [*first[:_MOST_HEADLINES]]
        # Some sites have their headline in an h2, and their own name or nothing in the h1.
        headlines += [h for h in second[:_MOST_HEADLINES] if self._is_title(tidy(h.text()))]
        self._headed = bool(headlines)
        for headline in headlines:
            node: LexborNode | None = headline
            while node is not None and node.mem_id not in self._around:
                self._around.add(node.mem_id)
                node = node.parent

    def holds(self, element: LexborNode) -> bool:
        """Whether ``element`` is of something else."""
        node: LexborNode | None = element
        near: list[LexborNode] = []
        for height in range(_HIGHEST):
            if node is None or node.tag in ("body", "html", "main") or node.mem_id in self._around:
                return False
            if (verdict := self._of(node)) is not None:
                return verdict
            if node.tag in _BESIDE_TAGS or _BESIDE.search(_names(node)):
                return any(map(self._has_long_link, near or [node]))
            if len(near) < _NEAREST - 1:
                near.append(node)
            if 0 < height <= _NEAREST and self._headed and self._is_teaser(node):
                return True
            node = node.parent
        return False

    def _of(self, node: LexborNode) -> bool | None:
        """What an element tells by itself; None where it tells nothing."""
        key = node.mem_id
        if key not in self._verdicts:
            self._verdicts[key] = self._judged(node)
        return self._verdicts[key]

    def _judged(self, node: LexborNode) -> bool | None:
        attributes = node.attributes
        names = _names(node)
        kind = (attributes.get("itemtype") or "").rsplit("/", 1)[-1] if "itemscope" in attributes else ""
        if _COMMENT.search(names) or _COMMENT_TYPE.search(kind) or node.tag in _BOXES:
            return True
        suspect = _OTHERS.search(names) or (self._headed and (node.tag == "article" or _ARTICLE_TYPE.search(kind)))
        if suspect:  # and where nothing is shown, they are the article's properties
            return bool(node.text(strip=True)) and not self._has_body(node)
        return None

    def _has_long_link(self, node: LexborNode) -> bool:
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            return False
        links = (tidy(a.text()) for a in node.css("a[href]")[:_MOST_LINKS])
        return any(len(text) >= _SHORTEST_HEADLINE and not self._is_title(text) for text in links)

    def _has_body(self, node: LexborNode) -> bool:
        key = node.mem_id
        if key not in self._bodies:
            self._looks += 1
            long = 0
            if self._looks <= _MOST_LOOKS:
                for paragraph in node.css("p"):
                    long += len(paragraph.text()) > _LONG
                    if long == 2:
                        break
            self._bodies[key] = long == 2
        return self._bodies[key]

    def _is_teaser(self, node: LexborNode) -> bool:
        """Whether a heading is a link in ``node``, and is not to this page."""
        key = node.mem_id
        if key not in self._shapes:
            self._looks += 1
            self._shapes[key] = self._looks <= _MOST_LOOKS and self._is_of_that_shape(node)
        return self._shapes[key]

    def _is_of_that_shape(self, node: LexborNode) -> bool:
        headings = (tidy(heading.text()) for heading in node.css(_TEASER)[:_MOST_LINKS])
        return any(is_headline(text) and not self._is_title(text) for text in headings) and not self._has_body(node)

    def _is_title(self, text: str) -> bool:
        key = _PLAIN.sub("", text.casefold())
        return len(key) >= _SHORTEST_UNSPACED and any(key in title for title in self._titles)


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    return f"{attributes.get('class')} {attributes.get('id')}"


def is_headline(text: str) -> bool:
    """Whether a heading has the length of a headline, or a number: that of an author's box is a name."""
    if " " not in text:
        return len(text) >= _SHORTEST_UNSPACED
    return len(text) >= _SHORTEST_HEADLINE or any(map(str.isdigit, text))
