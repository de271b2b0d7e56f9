"""A line of a plain text, measured: where it stands, how much it says, and what it looks like from outside.

A line's *form* is what can be told from the line alone, in any language: prose ends in a sentence mark or is long, a
short line does not, a cut one ends in an ellipsis. Weights make scripts comparable: a CJK character says about as much
as three letters.
"""

from __future__ import annotations

import re
from enum import IntEnum

import msgspec

LONG = 250  # weight above which a line without an end mark is still prose: a headline or teaser is shorter
LONG_MARKLESS = 100  # the same where sentences end without a mark
LONG_CALL = 160  # weight above which a line that ends in a question mark is more than one question
LONG_ABBREVIATED = 120  # weight above which a line that ends in an abbreviation is prose

CLOSERS = "\"'”’»«“„)]）」』】›*_"
STOPS = ".。｡۔।॥։။៕።"
CALLS = "?!？！؟‽"
ELLIPSIS = re.compile(r"(?:…|\.{3}|\[\s?(?:…|\.{3})\s?\]|\(\s?(?:…|\.{3})\s?\)|。{3}|⋯)[\"'”’»)\]]?$")
ABBREVIATION = re.compile(r"(?:^|[\s(])(?:(?:[^\W\d_]\.){1,4}|(?:Inc|Co|Ltd|Jr|Sr|Corp|St|No|Mr|Mrs|Dr|GmbH|Bros)\.)$")
BULLET = re.compile(r"(?:[-–—*•·‣◦▪■►▶●○✓➤→>»☞]|\(?\d{1,3}[.)](?!\d)|[①-⑳]|\(?[a-hA-H]\))\s{0,8}")

LETTERS = str.maketrans("أإآٱةىیکёς", "ااااهييكеσ")  # spelling variants of one letter
UNHEARD = re.compile("[\u064b-\u0652\u0640\u0670\u200c-\u200f]")  # marks of vowels and of direction, which go
EVEN = {chr(a): chr(b) for a, b in (LETTERS | str.maketrans("’‘ʼ´`–—−‐“”„«»", "'''''----\"\"\"\"\"")).items()}
ENDS = ' \t"*#=_~|•·►▶▸»›→←«‹.:;,-+>!…。：、|【】■●▼▲◆★☆[](){}<'


class Form(IntEnum):
    """What a line looks like from outside."""

    PROSE = 0  # a sentence or more
    ASK = 1  # one short sentence that ends in a question or exclamation mark
    SHORT = 2  # no end mark: a title, heading, name, label, entry
    CUT = 3  # ends in an ellipsis


# As names of their own, for each line is asked a dozen times: a member of the class takes ten times as long to look up.
PROSE, ASK, SHORT, CUT = Form.PROSE, Form.ASK, Form.SHORT, Form.CUT


class Line(msgspec.Struct, frozen=True):
    """A line that is not blank: its span in the source without outer white space, and its measures.

    ``gap`` counts the blank lines before it.
    """

    start: int
    end: int
    text: str
    weight: int
    form: Form
    gap: int


class Stretch(msgspec.Struct, frozen=True):
    """A line that is not blank and of which nothing need be measured: its span without outer white space, its text."""

    start: int
    end: int
    text: str
