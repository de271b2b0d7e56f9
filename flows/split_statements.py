"""Where statements of SQL end: at semicolons, but not at those within strings, quoted names and comments.

DuckDB's own parser tells of a text of several statements only whether all of it is right, so the parts are found here,
by its lexer's rules, and each is then parsed, answered or refused by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What hides a semicolon. A string after e takes a backslash before its quote; what is never closed reaches to the end.
_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n\r]* | /\*)
    | [eE]'(?:[^'\\]|\\.|'')*+'?
    | '(?:[^']|'')*+'?
    | "(?:[^"]|"")*+"?
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<end>;)
    | (?P<space>\s+)
    | [^\W\d][\w$]*  # a name may hold dollars
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text: how it is written, and the line where it begins. Without its semicolon."""

    text: str
    line: int


def split_statements(text: str) -> list[Statement]:
    """The statements of a text, in order; white space and comments alone are none. The last needs no semicolon."""
    return _read(text)[0]


def is_finished(text: str) -> bool:
    """Whether a semicolon ends what a text says; comments may follow it."""
    statements, is_open = _read(text)
    return not is_open and (bool(statements) or text.rstrip().endswith(";"))


def _read(text: str) -> tuple[list[Statement], bool]:
    """The statements, and whether the last of them still lacks its semicolon."""
    statements: list[Statement] = []
    place = first = 0  # comments before a statement are a part of it
    begin: int | None = None  # where its first word stands
    while token := _TOKEN.match(text, place):
        place = token.end()
        match token.lastgroup:
            case "space":
                continue
            case "comment":
                is_closed, place = _end_of_comment(text, token)
                if is_closed:
                    continue
            case "dollar":
                closing = text.find(token["dollar"], place)
                place = len(text) if closing < 0 else closing + len(token["dollar"])
            case "end":
                if begin is not None:
                    statements.append(_statement(text, first, begin, token.start()))
                first, begin = place, None
                continue
        if begin is None:
            begin = token.start()
    if begin is not None:
        statements.append(_statement(text, first, begin, len(text)))
    return statements, begin is not None


def _end_of_comment(text: str, token: re.Match[str]) -> tuple[bool, int]:
    """Whether a comment is closed, and where; those in /* */ may hold others."""
    if token["comment"].startswith("--"):
        return True, token.end()
    depth = 1
    for mark in _COMMENT.finditer(text, token.end()):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return True, mark.end()
    return False, len(text)


def _statement(text: str, first: int, begin: int, end: int) -> Statement:
    return Statement(text[first:end], text.count("\n", 0, begin) + 1)
