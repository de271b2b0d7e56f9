"""What a page shows of the trees inside its components: declarative shadow roots, put where they are shown.

Sites that render components on the server, and programs that save a page as it stands, write such a tree as a
``<template shadowrootmode="open">`` (HTML Standard, 4.12.3). A parser keeps it apart like any other template, a browser
shows it in the element that it stands in. So such a template becomes an element that no standard knows: the text in it
is its host's then, and what the host holds besides comes behind it.
"""

from __future__ import annotations

import re

SIGN = "shadowroot"  # as in shadowrootmode, and alone, as browsers had it before the standard
_NAME = "shadow-root"
_RAW = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")  # which hold text, and no tags
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}
_TOKEN = re.compile(
    rf"<!--|<(?P<raw>{'|'.join(_RAW)})(?=[\s/>])|<(?P<close>/?)(?P<template>template)(?=[\s/>])", re.IGNORECASE
)
_END_OF_COMMENT = re.compile("-->")
_REST = re.compile(r"(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>")  # a value may hold the end of a tag
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]++)))?")
_MODES = frozenset({"open", "closed"})


def shown_in_place(markup: str) -> str:
    """``markup`` with each shadow root's template renamed, so that it is shown; the rest of it is the same to the last
    character. Takes time by the length of the markup alone."""
    pieces: list[str] = []
    taken = at = 0
    is_shadow: list[bool] = []  # of the templates that are open
    while (found := _TOKEN.search(markup, at)) is not None:
        if raw := found["raw"]:
            end = _ENDS[raw.lower()].search(markup, found.end())
        elif found["template"]:
            end = _REST.match(markup, found.end())
        else:
            end = _END_OF_COMMENT.search(markup, found.end() - 2)  # "<!-->" is one, too
        if end is None:
            break
        at = end.end()
        if not found["template"]:
            continue
        if found["close"]:
            renamed = bool(is_shadow) and is_shadow.pop()
        else:
            renamed = _is_shadow(end[0])
            is_shadow.append(renamed)
        if renamed:
            pieces += (markup[taken : found.start("template")], _NAME)
            taken = found.end()
    return "".join([*pieces, markup[taken:]])


def _is_shadow(attributes: str) -> bool:
    """Whether a template of these attributes is a shadow root."""
    return any(
        name.lower() in (SIGN, f"{SIGN}mode") and (double or single or bare).lower() in _MODES
        for name, double, single, bare in _ATTRIBUTE.findall(attributes)
    )
