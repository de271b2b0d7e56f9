"""Files that are written in characters and are no text: what they are, told by their beginning."""

from __future__ import annotations

import re

from transforms.article import Rejection

_BEGINNING = 4096
# The head of a message: lines of `Name: value`, and those that a line goes on in, up to an empty one.
_HEAD_OF_MESSAGE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*){2,}\s*(?:\n|\Z)")
_OF_MESSAGE = re.compile(r"^(?:MIME-Version|Content-Transfer-Encoding|Snapshot-Content-Location):", re.I | re.M)
_SEPARATED = re.compile(r"[\w\"' .-]{1,40}(?:([,;\t|])[\w\"' .-]{1,40})(?:\1[\w\"' .-]{1,40})+")
_FIELDS = frozenset(
    (
        "author",
        "authors",
        "body",
        "content",
        "date",
        "headline",
        "language",
        "link",
        "published",
        "published_at",
        "source",
        "summary",
        "text",
        "timestamp",
        "title",
        "url",
    )
)


def foreign(text: str) -> Rejection | None:
    """The refusal of a document whose source would be loaded as an article: RTF, a message or a page saved as one
    (MHTML), a table in CSV; None for a text."""
    beginning = text[:_BEGINNING]
    if beginning.startswith("{\\rtf"):
        return _refused("a document in RTF; save it as HTML or text")
    head = _HEAD_OF_MESSAGE.match(beginning)
    if head is not None and _OF_MESSAGE.search(head[0]):
        return _refused("an e-mail, or a page saved as one (MHTML); save it as HTML")
    if _is_table(beginning):
        return _refused("a table, whose rows may be articles; convert it to JSON Lines or Parquet")
    return None


def _is_table(beginning: str) -> bool:
    """Whether the first line names columns, two or more of them after what an article has."""
    first, newline, rest = beginning.partition("\n")
    row = _SEPARATED.fullmatch(first)
    if row is None or not newline or not rest.strip():
        return False
    names = [cell.strip(" \"'").lower().replace(" ", "_") for cell in first.split(row[1])]
    return len(_FIELDS.intersection(names)) >= 2 and row[1] in rest


def _refused(what: str) -> Rejection:
    return Rejection("unsupported_format", f"{what}; or leave it out of the inbox")
