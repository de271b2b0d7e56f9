"""What a page shows of the trees inside its components: declarative shadow roots, put where a browser shows them.

Sites that render components on the server, and programs that save a page as it stands, write such a tree as a
``<template shadowrootmode="open">`` in its host (HTML Standard, 4.12.3). A parser keeps it apart like any other
template; a browser shows it in the place of what the host holds, which it shows where the tree has slots. Here that is
done to the parsed page, so that the rest of the readers sees a page like any other.
"""

from __future__ import annotations

from collections import defaultdict

from selectolax.lexbor import LexborHTMLParser, LexborNode

SIGN = "shadowroot"  # as in shadowrootmode, and alone, as browsers had it before the standard
_MODES = frozenset({"open", "closed"})
_ELEMENT = "shadow-root"  # of no standard: what is in it is its host's
# Besides elements of no standard (DOM Standard, "attach a shadow root").
_HOSTS = frozenset({
    "article", "aside", "blockquote", "body", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main",
    "nav", "p", "section", "span",
})  # fmt: skip
_DEEPEST = 16  # components within one another; each one is parsed again for each of those about it
_MOST = 5_000  # of one page


def composed(markup: str | bytes) -> str | None:
    """The page's markup with its shadow roots in their hosts, and what these hold in the slots; None where it has none.

    A host has one root, the first. What is given to no slot stays, behind the root. Roots that lie deeper than sixteen
    levels, or behind the first 5,000, stay templates.
    """
    tree = LexborHTMLParser(markup)
    left = _opened(tree, 0, _MOST)
    return tree.html if left < _MOST else None


def _opened(tree: LexborHTMLParser, depth: int, left: int) -> int:
    """Open at most ``left`` roots of ``tree``, which lies ``depth`` components deep; how many are left."""
    hosts: set[int] = set()
    for template in tree.css("template"):
        host = template.parent
        if host is None or not _is_root(template) or not _can_host(host) or host.mem_id in hosts or left <= 0:
            continue
        hosts.add(host.mem_id)
        inside = LexborHTMLParser(f"<{_ELEMENT}>{_held(template)}</{_ELEMENT}>")
        left -= 1
        if depth < _DEEPEST:
            left = _opened(inside, depth + 1, left)
        made = inside.css_first(_ELEMENT)
        if made is None:
            continue
        template.insert_before(made)
        root = template.prev
        template.decompose()
        if root is not None:
            _fill_slots(root, host)
    return left


def _is_root(template: LexborNode) -> bool:
    attributes = template.attributes
    mode = attributes.get(f"{SIGN}mode") or attributes.get(SIGN) or ""
    return mode.lower() in _MODES


def _can_host(element: LexborNode) -> bool:
    name = element.tag or ""
    return name in _HOSTS or "-" in name


def _held(template: LexborNode) -> str:
    """The markup inside a template."""
    for name in [*template.attributes]:
        del template.attrs[name]  # or its tag might end anywhere
    return (template.html or "").removeprefix("<template>").removesuffix("</template>")


def _fill_slots(root: LexborNode, host: LexborNode) -> None:
    """Put what the host holds into the slots of that name; a slot that is given nothing shows what it holds itself."""
    given: dict[str, list[LexborNode]] = defaultdict(list)
    for child in host.iter(include_text=True):
        if child.mem_id != root.mem_id:
            given[_slot_of(child)].append(child)
    gone: set[int] = set()  # within what a filled slot held: freed with it, not to be touched
    for slot in root.css("slot"):
        if slot.mem_id in gone:
            continue
        children = given.pop(slot.attributes.get("name") or "", ())
        if not children:
            slot.unwrap(delete_empty=True)  # or a component about this one would take it for its own
            continue
        gone.update(inner.mem_id for inner in slot.css("slot"))
        for child in children:
            slot.insert_before(child, move=True)
        slot.decompose()


def _slot_of(child: LexborNode) -> str:
    return "" if child.is_text_node else child.attributes.get("slot") or ""
