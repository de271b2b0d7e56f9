"""The title of a page: what its places for one agree on, without the site's name, section or kicker.

In go the page's evidence, its JSON-LD and the names of its site; out comes one title or None. Each place gives its
word a weight, equal words add up, and the heaviest wins. Words are equal when their letters and digits are, so that
typographic and plain quotes, dashes and spaces do not split the vote.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from transforms.article import Origin
from transforms.describe import clean_title
from transforms.read.evidence import Evidence
from transforms.read.linked_data import LinkedArticle
from transforms.read.visible import legible

# The headline that readers see wins unless two declared titles agree against it, and unless another heading repeats a
# declared title: then the first heading is a line for search engines (on 11 of 13 pages where the two disagree so).
# On two sets of pages with known titles these weights find .874 and .820, the most of 48 choices round them. Of 800
# random ones none did better on sites that it was not chosen on: their exact values do not matter.
_WEIGHTS = {
    "h1": 1.6, "another h1": 1.5, "linked": 1.4, "og:title": 0.8, "microdata": 0.8, "meta": 0.6, "twitter:title": 0.6,
    "tab": 0.3,
}  # fmt: skip
_REPEATED = 3.0
_TAB_BEGINS = 0.4
_META = ("headline", "hdl", "parsely-title", "sailthru.title", "citation_title", "dc.title", "dcterms.title")
_WITH_SUFFIX = ("og:title", "twitter:title", "tab")
_SHORTEST = 8  # letters of a title that another place may begin with
_MOST_HEADINGS = 2  # after the first; further down they are of sections and teasers
_PLAIN = re.compile(r"[\W_]+")
_JOINT = re.compile(r"\s*(?:[|·•»›–—_ㅣ｜丨]|-(?!\w{1,20}\b\s\w))")


def page_title(evidence: Evidence, linked: Sequence[LinkedArticle], names: Sequence[str]) -> tuple[str | None, Origin]:
    """The title and its origin: *page* where headings alone say it, else *declared*.

    ``names`` are those the site is known under, its domains among them. A page without a first heading that declares
    no title either has its first heading of a lower level.
    """
    places = list(_places(evidence, linked))
    cleaned = {text: clean_title(legible(text), names) or "" for text in {text for _, text in places}}
    keys = {text: title_key(text) for text in cleaned.values()}
    said = [(place, title, keys[title]) for place, text in places if keys[title := cleaned[text]]]
    votes: dict[str, float] = defaultdict(float)
    forms: dict[str, str] = {}
    for place, text, key in said:
        votes[key] += _WEIGHTS[place]
        forms.setdefault(key, text)
    repeated = _repeated(evidence)
    _vote_for_beginnings(said, repeated, votes, forms)
    for key in repeated & votes.keys():
        if not any(key == k for place, _, k in said if "h1" in place):
            votes[key] += _REPEATED
    if not votes:
        return next((h.text for h in evidence.headings if h.text), None), Origin.PAGE
    best = max(votes, key=lambda key: votes[key])
    shown = all("h1" in place for place, _, key in said if key == best)
    return forms[best], Origin.PAGE if shown else Origin.DECLARED


def _vote_for_beginnings(
    said: Sequence[tuple[str, str, str]], repeated: set[str], votes: dict[str, float], forms: dict[str, str]
) -> None:
    """Let places that add a section or a site speak for the title that they begin with, or the heading."""
    for place, text, key in said:
        if place not in _WITH_SUFFIX:
            continue
        for other in sorted(votes.keys() | repeated):
            if other != key and len(other) >= _SHORTEST and key.startswith(other):
                end = _end_of(text, len(other))
                if _JOINT.match(text, end):
                    votes[other] += _WEIGHTS[place]
                    if place == "og:title" or other not in forms:
                        forms[other] = text[:end]
                elif place == "tab" and other in forms:
                    votes[other] += _TAB_BEGINS


def _places(evidence: Evidence, linked: Sequence[LinkedArticle]) -> Iterator[tuple[str, str]]:
    """The places in the order in which the form of words is taken from them.

    Declared forms go first: they are as their writer typed them, where templates join a headline's parts unspaced.
    """
    declared = list(_declared(evidence, linked))
    yield from declared
    keys = {title_key(text) for place, text in declared if place != "microdata"}
    shown = [h for h in evidence.headings if h.level == 1 and h.text][:3]
    for heading in shown:
        # What the markup sets apart as a kicker belongs to the title where a declared title has it too.
        text = heading.text if title_key(heading.text) in keys else heading.bare
        yield "h1" if len(shown) == 1 else "another h1", text
    if evidence.tab:
        yield "tab", evidence.tab


def _declared(evidence: Evidence, linked: Sequence[LinkedArticle]) -> Iterator[tuple[str, str]]:
    for place in ("og:title", "twitter:title"):
        for text in evidence.meta.get(place, ())[:1]:
            yield place, text
    if linked and linked[0].is_article and linked[0].headline:
        yield "linked", linked[0].headline
    if evidence.headline:
        # Of a first heading in which a kicker is set apart, the property says the whole: it means the heading.
        bare = next((h.bare for h in evidence.headings if h.level == 1 and h.text == evidence.headline), None)
        yield "microdata", bare or evidence.headline
    declared = next((evidence.meta[name][0] for name in _META if evidence.meta.get(name)), None)
    if declared:
        yield "meta", declared


def _repeated(evidence: Evidence) -> set[str]:
    """The headings soon after the first of level 1."""
    levels = [h.level for h in evidence.headings]
    start = levels.index(1) + 1 if 1 in levels else 0
    return {title_key(h.text) for h in evidence.headings[start : start + _MOST_HEADINGS] if h.level > 1}


def _end_of(text: str, letters: int) -> int:
    """Where in a text as many letters and digits have passed as its beginning's key has."""
    for place, character in enumerate(text, 1):
        letters -= len(title_key(character))
        if letters <= 0:
            return place + len(re.match(r"[^\w\s|·•»›–—:ㅣ｜(/-]*", text[place:])[0])  # type: ignore[index]
    return len(text)


def title_key(text: str) -> str:
    """A title for comparison: its letters and digits alone."""
    return _PLAIN.sub("", text.casefold())
