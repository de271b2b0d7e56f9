"""Tables over all of Unicode, held against what they stand for."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from transforms.select import characters
from transforms.select.characters import word_count

pc: Any = pyarrow.compute


def test_words_are_what_the_expression_for_them_matches_wherever_in_unicode() -> None:
    every = "".join(chr(point) for point in range(sys.maxunicode + 1))
    table = characters._word_table(sys.maxunicode + 1)
    assert {match.start() for match in re.finditer(r"\w", every)} == set(table.nonzero()[0].tolist())
    assert word_count("Die Tür 𝒳𝒴 ist 42 🚢 offen_er") == 6
    assert word_count("Die Tür ist 42 offen") == 5


def test_two_letters_of_a_script_without_spaces_count_as_a_word_beside_the_runs() -> None:
    assert word_count("港が閉鎖された。東京の港は台風。") == 2 + 14 // 2
    assert word_count("The harbour of 東京 is closed") == 6 + 2 // 2
    assert word_count("เรือ") == 2 + 4 // 2  # a mark ends a run
    assert word_count("항구가 폐쇄되었다") == 2  # Korean has spaces
    assert word_count("Шторм закрыл порт — “да”") == 4


def test_letters_of_scripts_without_spaces_are_found_wherever_in_unicode() -> None:
    every = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    unspaced = pc.match_substring_regex(pa.array(every), f"[{characters._UNSPACED}]").to_pylist()
    found = [sign for sign, is_one in zip(every, unspaced, strict=True) if is_one]
    assert len(found) > 90_000
    known = set(np.flatnonzero(characters._unspaced_table()).tolist())
    assert {ord(sign) for sign in found if ord(sign) < 0x10000} == known
    assert [sign for sign in found if ord(sign) not in known and not characters._BEYOND.match(sign)] == []
    assert word_count("𠀀𠀁𠀂𠀃 🚢🚢 港港") == 2 + 6 // 2


def test_what_is_told_once_for_many_is_alike() -> None:
    for first, last in characters._ALIKE:
        signs = list(map(chr, range(first, last + 1)))
        assert len(set(map(unicodedata.category, signs))) == 1
        assert len(set(map(str.isalnum, signs))) == 1


def test_a_character_has_the_classes_of_its_category() -> None:
    table = characters._table()
    of = {sign: int(table[ord(sign)]) for sign in "Aaß中1.,(“| \u00a0\u0301"}
    word = characters.VISIBLE | characters.LETTER
    assert of["A"] == word | characters.UPPER
    assert of["a"] == of["ß"] == word | characters.LOWER
    assert of["中"] == word | characters.LOWER | characters.DENSE
    assert of["1"] == characters.VISIBLE | characters.DIGIT
    assert of["."] == characters.VISIBLE | characters.MARK | characters.STOP
    assert of[","] == characters.VISIBLE | characters.MARK | characters.COMMA
    assert of["("] == characters.VISIBLE | characters.MARK | characters.OPENS
    assert of["“"] == characters.VISIBLE | characters.MARK | characters.OPENS | characters.QUOTE
    assert of["|"] == characters.VISIBLE | characters.MARK | characters.BAR
    assert of[" "] == of["\u00a0"] == 0
    assert of["\u0301"] == word
    assert unicodedata.category("\ud800") == "Cs"
    assert int(table[0xD800]) == 0
