"""Imported by the server process that children are forked from, and by nothing else: what every child needs, ready.

Importing the readers takes 0.3 s of a core, the first page another 0.1 s: models and tables are loaded. So a page and
its row are made here once, and a child has all of it from its first moment.

What is here at the fork lives as long as the child, and so do the words and classes that a child remembers: the
collector of cycles is spared the first and asked for more seldom about the second (3 % of reading, more as it goes on).
"""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import UTC, datetime

import flows.extraction  # noqa: F401 - the functions that children are asked for
import transforms.read.text  # noqa: F401 - the other reader
from flows.unneeded import find_no_unneeded
from transforms.article import RawFile
from transforms.extract import extract_group
from transforms.staged import InputFacts, rows, to_table

_PAGE = (
    b"<title>Gates</title><h1>Gates</h1><p>By Mira Holm, 17 January 2025</p><p>The harbour gates are open again.</p>"
)


def _read_one() -> None:
    found = extract_group([RawFile("page.html", _PAGE)], as_of=datetime(2025, 1, 17, tzinfo=UTC), engine="fast")
    to_table(rows(InputFacts("page.html", None, len(_PAGE), None, None), _PAGE, found[0], keep_raw=True))


find_no_unneeded()
with suppress(Exception):  # what is wrong is told by the children, of the inputs that they are given
    _read_one()

gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
