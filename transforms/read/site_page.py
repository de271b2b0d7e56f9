"""A site's rule applied to a page: what it names as title, by-line, date and body, and what it cuts.

In go the rule, the page's markup and its source text; out comes a :class:`SitePage` whose spans say of the source text
which of its characters the rule keeps and which of its lines cut the others. As Full-Text RSS has it, strings are
replaced first, then elements wrapped, fields read, elements stripped, the body taken.

A rule's XPath is the operator's data: it is XPath 1.0 without extension functions over a page parsed without entities
and network, a replaced string is literal, and what one page may cost is bounded by the deadline of its child process.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from transforms.article import FieldFault, Kept, Removed, Role
from transforms.read.align import Aligner
from transforms.read.site_rules import Directive, Remark, SiteRule
from transforms.read.site_text import Piece, Places, is_inline, joined, squeezed, text_nodes

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

LARGEST = 20_000_000  # characters of markup after strings were replaced; the reader refuses pages of half of it

UNMATCHED = "site_rule.unmatched"
UNUSABLE = "site_rule.unusable"

_FIELDS = {"title": "title", "author": "authors", "date": "published_date"}
_LONGEST_FIELD = 300  # characters of an element that can be a field's alone; a longer one holds more than that
_WORDS_BESIDE_FIELD = 3  # "By …", "Published on …": a line with more words than these is a line of the body

_WORD = re.compile(r"\w+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class SitePage:
    """What a rule makes of a page.

    ``title``, ``authors`` (one a matched element, each once) and ``date`` are texts as they stand in the page. ``body``
    is its lines in order, an item of a list after "- ", a row of a table as "| one | other"; None where the rule has no
    body, or none that gives text: then the reader's own engine finds the body, outside the ``removed`` spans.
    ``headings`` are those lines of it that are headings. ``kept`` are the spans of the body and of the fields.
    ``unmatched`` are the directives that matched nothing here; ``unusable`` what the rule says and nobody can apply.
    """

    rule: SiteRule
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    body: tuple[str, ...] | None = None
    headings: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    removed: tuple[Removed, ...] = ()
    unmatched: tuple[Directive, ...] = ()
    unusable: tuple[Remark, ...] = ()

    def faults(self) -> tuple[FieldFault, ...]:
        """What is to be recorded: one fault for all lines of a directive that matched nothing, one for the unusable.

        The raw value is ``folder/file:line,line directive``.
        """
        lines: dict[str, list[int]] = {}
        for directive in self.unmatched:
            lines.setdefault(directive.name, []).append(directive.line)
        found = [
            FieldFault(_FIELDS.get(name, "body"), f"{self.rule.place}:{_numbers(at)} {name}", UNMATCHED)
            for name, at in lines.items()
        ]
        if self.unusable:
            at = sorted({remark.line for remark in self.unusable})
            found.append(FieldFault("body", f"{self.rule.place}:{_numbers(at)}", UNUSABLE))
        return tuple(found)


def apply_site_rule(rule: SiteRule, markup: str, source_text: str) -> SitePage | None:
    """What ``rule`` makes of a page; None where the markup holds no element or grows too large by the replacements.

    ``source_text`` is the page's visible text, in which the spans are given. Deterministic; raises nothing but
    MemoryError.
    """
    page = _Application(rule)
    replaced = page.replaced(markup)
    tree = _tree(replaced) if len(replaced) <= LARGEST else None
    if tree is None:
        return None
    page.wrap(tree)
    pieces = list(text_nodes(tree.getroot()))
    spans = Places(source_text).spans([piece.text for piece in pieces])
    page.read_fields(tree)
    page.strip(tree)
    return page.done(tree, pieces, spans, source_text)


@dataclass(slots=True)
class _Body:
    """A candidate for the body: its lines, and the place of each kept piece with the field that it is of."""

    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)


class _Application:
    """The state of applying one rule to one page."""

    def __init__(self, rule: SiteRule) -> None:
        self._rule = rule
        self._unmatched: list[Directive] = []
        self._unusable = [remark for remark in rule.remarks if not remark.ignored]
        self._field_of: dict[_Element, str] = {}
        self._cut_by: dict[_Element, Directive] = {}
        self._values: dict[str, list[str]] = {}

    def replaced(self, markup: str) -> str:
        """The markup with the rule's strings replaced, as far as it stays within LARGEST."""
        for directive in self._rule.named("replace_string"):
            found = directive.argument or ""
            count = markup.count(found)
            if not count:
                self._unmatched.append(directive)
            elif len(markup) + count * (len(directive.value) - len(found)) <= LARGEST:
                markup = markup.replace(found, directive.value)
            else:
                self._cannot(directive, f"makes the page longer than {LARGEST:,} characters")
        return markup.replace("\0", "")

    def wrap(self, tree: _ElementTree) -> None:
        """Put the elements that ``wrap_in`` names into an element of their own."""
        for directive in self._rule.named("wrap_in"):
            for element in self._elements(directive, tree):
                parent = element.getparent()
                if parent is not None and _is_element(element) and element.tag != "body":
                    wrapper = parent.makeelement(directive.argument or "div")
                    wrapper.tail, element.tail = element.tail, None
                    parent.replace(element, wrapper)
                    wrapper.append(element)

    def read_fields(self, tree: _ElementTree) -> None:
        """Title, by-line and date: of each the first directive that gives a text."""
        for name, target in _FIELDS.items():
            tried = []
            for directive in self._rule.named(name):
                found = self._evaluated(directive, tree)
                if found is None:
                    continue
                values = [(value, node) for node in _as_list(found) if (value := _value(node, name))]
                if values:
                    for value, node in values if name == "author" else values[:1]:
                        self._values.setdefault(name, []).append(value)
                        if _is_element(node) and len(_text_of(node)) <= _LONGEST_FIELD:
                            for inner in node.iter():
                                self._field_of.setdefault(inner, target)
                    break
                tried.append(directive)
            else:
                self._unmatched += tried

    def strip(self, tree: _ElementTree) -> None:
        """Take out of the tree what the rule strips, and note which line it was."""
        for directive in self._rule.named("strip"):
            found = self._evaluated(directive, tree)
            if found is None:
                continue
            nodes = _as_list(found) if isinstance(found, list) else []
            if not nodes:
                self._unmatched.append(directive)
            for node in nodes:
                self._take_out(node, directive)
        self._strip_by_name(tree)

    def _strip_by_name(self, tree: _ElementTree) -> None:
        """``strip_id_or_class``: elements whose id or class attribute has the string in it, in one pass for all."""
        wanted = []
        for directive in self._rule.named("strip_id_or_class"):
            text = directive.value.replace("'", "").replace('"', "")
            if text and self._holds(directive, tree):
                wanted.append((text, directive))
        matched = set()
        for element in list(tree.iter("*")) if wanted else ():
            names = (element.get("class", ""), element.get("id", ""))
            if any(names):
                for text, directive in wanted:
                    if text in names[0] or text in names[1]:
                        matched.add(directive)
                        self._take_out(element, directive)
        self._unmatched += [directive for _, directive in wanted if directive not in matched]

    def done(
        self, tree: _ElementTree, pieces: Sequence[Piece], spans: Sequence[tuple[int, int] | None], source_text: str
    ) -> SitePage:
        """The body, and everything with its place in the source text."""
        body = self._body(tree, pieces)
        kept = [(spans[index], name) for index, name in body.kept] if body else []
        if body and not body.kept:  # its XPath gave strings, which stand nowhere in the tree
            kept += [((k.start, k.end), k.field) for k in Aligner(source_text).body(body.lines)]
        taken = {index for index, _ in body.kept} if body else set()
        kept += [
            (spans[index], name)
            for index, piece in enumerate(pieces)
            if index not in taken and (name := self._field(piece))
        ]
        # A rule whose body is nowhere on the page was made for another page: what it would cut here may be the text.
        stale = body is None and bool(self._rule.named("body"))
        cut = [
            (spans[index], self._rule.rule_id(self._cut_by[piece.element]))
            for index, piece in enumerate(pieces)
            if not stale and piece.element is not None and piece.element in self._cut_by and not self._field(piece)
        ]
        return SitePage(
            self._rule,
            title=next(iter(self._values.get("title", ())), None),
            authors=tuple(dict.fromkeys(self._values.get("author", ()))),
            date=next(iter(self._values.get("date", ())), None),
            body=tuple(body.lines) if body else None,
            headings=tuple(body.headings) if body else (),
            kept=tuple(Kept(start, end, name) for start, end, name in joined(kept, source_text)),
            removed=tuple(Removed(start, end, Role.BOILERPLATE, rule) for start, end, rule in joined(cut, source_text)),
            unmatched=tuple(sorted(self._unmatched, key=lambda d: d.line)),
            unusable=tuple(sorted(self._unusable, key=lambda remark: remark.line)),
        )

    def _body(self, tree: _ElementTree, pieces: Sequence[Piece]) -> _Body | None:
        """The body by the first directive that gives text."""
        tried = []
        for directive in self._rule.named("body"):
            found = self._evaluated(directive, tree)
            if found is None:
                continue
            nodes = _as_list(found)
            within: dict[_Element, int] = {}
            for number, node in enumerate(nodes):
                if _is_element(node) and node not in within:
                    for inner in node.iter():
                        within.setdefault(inner, number)
            body = self._lines(pieces, within)
            if not within:
                body.lines = [line for node in nodes if isinstance(node, str) and (line := squeezed(node))]
            if any(c.isalpha() for line in body.lines for c in line):
                return body
            tried.append(directive)
        self._unmatched += tried
        return None

    def _lines(self, pieces: Sequence[Piece], within: dict[_Element, int]) -> _Body:
        """The lines of the elements in ``within``; a line that is nothing but a field of the page is left out."""
        body = _Body()
        title = "".join(self._values.get("title", ())).casefold()
        line: list[int] = []
        begun: list[_Element | None] = [None, None]  # the table row and the list item of the line before
        part = -1

        def end() -> None:
            text = squeezed("".join(pieces[i].text for i in line))
            fields = {i: name for i in line if (name := self._field(pieces[i]))}
            beside = "".join(pieces[i].text if i not in fields else " " for i in line)
            if text and not body.lines and text.casefold() == title:
                body.kept += [(i, "title") for i in line]
            elif fields and len(_WORD.findall(beside)) <= _WORDS_BESIDE_FIELD:
                name = next(iter(fields.values()))
                body.kept += [(i, fields.get(i, name)) for i in line]
            elif text:
                blocks = _blocks_around(pieces[line[0]].element)
                row = (
                    next((b for b in blocks if b.tag == "tr"), None) if blocks[:1] and blocks[0].tag in _CELLS else None
                )
                item = next((b for b in blocks[:2] if b.tag == "li"), None)
                if row is not None and row is begun[0]:
                    body.lines[-1] += f" | {text}"
                else:
                    first = item is not None and item is not begun[1]
                    body.lines.append(f"| {text}" if row is not None else f"- {text}" if first else text)
                begun[:] = row, item
                if blocks[:1] and blocks[0].tag in _HEADINGS:
                    body.headings.append(text)
                body.kept += [(i, "body") for i in line]
            line.clear()

        for index, piece in enumerate(pieces):
            if piece.element is None:
                end()
            elif piece.element in within:
                if within[piece.element] != part:
                    end()
                    part = within[piece.element]
                line.append(index)
        end()
        return body

    def _field(self, piece: Piece) -> str | None:
        return None if piece.element is None else self._field_of.get(piece.element)

    def _take_out(self, node: object, directive: Directive) -> None:
        """Remove an element from its tree (what follows it stays), or an attribute from its element."""
        if isinstance(node, str):
            if getattr(node, "is_attribute", False) and (owner := node.getparent()) is not None:  # type: ignore[attr-defined]
                owner.attrib.pop(getattr(node, "attrname", ""), None)
            return
        if not _is_element(node, comments=True) or node.tag in ("html", "body", "head"):
            return
        parent = node.getparent()
        if parent is None or node in self._cut_by:
            return
        for inner in node.iter():
            self._cut_by.setdefault(inner, directive)
        if node.tail:
            before = node.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + node.tail
            else:
                parent.text = (parent.text or "") + node.tail
            node.tail = None
        parent.remove(node)

    def _elements(self, directive: Directive, tree: _ElementTree) -> list[_Element]:
        found = self._evaluated(directive, tree)
        if found is None:
            return []
        elements = [node for node in _as_list(found) if _is_element(node)] if isinstance(found, list) else []
        if not elements:
            self._unmatched.append(directive)
        return elements

    def _evaluated(self, directive: Directive, tree: _ElementTree) -> object | None:
        """What the directive's XPath gives; None where its condition does not hold or it can't be evaluated."""
        return self._xpath(directive, directive.value, tree) if self._holds(directive, tree) else None

    def _holds(self, directive: Directive, tree: _ElementTree) -> bool:
        if directive.condition is None:
            return True
        return bool(self._xpath(directive, directive.condition, tree))

    def _xpath(self, directive: Directive, expression: str, tree: _ElementTree) -> object | None:
        from lxml import etree

        try:
            return _compiled(expression)(tree)
        except (etree.XPathError, ValueError, UnicodeError) as error:
            self._cannot(directive, f"{error} in {expression[:100]!r}")
            return None

    def _cannot(self, directive: Directive, reason: str) -> None:
        self._unusable.append(Remark(directive.line, f"{directive.name}: {directive.value}"[:200], reason))


@functools.lru_cache(maxsize=4096)
def _compiled(expression: str) -> Callable[[_ElementTree], object]:
    from lxml import etree

    compiled: Callable[[_ElementTree], object] = etree.XPath(expression, regexp=False)
    return compiled


def _tree(markup: str) -> _ElementTree | None:
    """The page as browsers see it: libxml2 knows no HTML 5, so it is given what a parser that does made of the page."""
    from lxml import etree
    from selectolax.lexbor import LexborHTMLParser

    # huge_tree raises the depth that libxml2 reads from 256 elements to 2,048; the deepest real page has 350.
    parser = etree.HTMLParser(no_network=True, recover=True, encoding="utf-8", huge_tree=True)
    try:
        root = etree.fromstring((LexborHTMLParser(markup).html or "").encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None
    return None if root is None else root.getroottree()


def _value(node: object, name: str) -> str:
    """A matched node's text; of a ``time`` element for a date, what it says to machines."""
    if isinstance(node, str):
        return squeezed(node)
    if not _is_element(node):
        return ""
    if name == "date" and node.tag == "time" and node.get("datetime", "").strip():
        return squeezed(node.get("datetime", ""))
    return _text_of(node)


def _text_of(element: _Element) -> str:
    pieces = [" " if piece.element is None else piece.text for piece in text_nodes(element)]
    return squeezed("".join(pieces)) or squeezed("".join(element.itertext("*")))


def _as_list(found: object) -> list[object]:
    """The nodes of an XPath's value; a number or a truth is no node."""
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, str) else []


def _numbers(lines: Sequence[int]) -> str:
    return ",".join(map(str, lines))


def _is_element(node: object, *, comments: bool = False) -> TypeGuard[_Element]:
    tag = getattr(node, "tag", None)
    return isinstance(tag, str) or (comments and tag is not None)


def _blocks_around(element: _Element | None) -> list[_Element]:
    """The three innermost elements around a text that are not inline, innermost first."""
    found: list[_Element] = []
    while element is not None and len(found) < 3:
        if not is_inline(element):
            found.append(element)
        element = element.getparent()
    return found
