# cython: language_level=3, boundscheck=True, wraparound=False
"""What is asked of the blocks of many pages, as characters.py, page_features.py and page_near.py have it in Python:
what their characters count to, which of their words are known, what recurs, what stands above them."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ
from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

import os

import numpy as np

cdef extern from *:
    unsigned int SOURCE_DIGEST  # hatch_build.py has the compiler told

SOURCE = SOURCE_DIGEST

cdef extern from *:
    int first_of "__builtin_ctz" (unsigned int) noexcept nogil
    int first_of_64 "__builtin_ctzll" (unsigned long long) noexcept nogil

cdef enum:
    CLASSES = 12
    BEYOND = 0x10000  # the place in a table of classes for what lies beyond the basic plane
    FAR = 30
    SCOPED = 3  # columns of each element that is asked what else it holds

# Odd, so that no two numbers become one; of nobody's choice, so that nobody can write words which all fall together.
cdef uint64_t MIXES = int.from_bytes(os.urandom(8), "little") | 1


def counts(
    str text not None, const int64_t[::1] starts, const int64_t[::1] ends, const uint16_t[::1] table, uint16_t inside,
    uint16_t upper,
):
    """How many characters of each line have each of the 12 bits that ``table`` gives them, then how many words it has,
    runs of what has one of ``inside``, and how many of these begin with ``upper``: 14 × lines. And the bits of each
    line's first, last, and last but one character, the first one again where there is none: 3 × lines. Raises
    IndexError where a line has no character or is not within the text."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t size = len(text), lines = starts.shape[0], line, at, start, end
    cdef uint16_t sign, before
    cdef unsigned int left
    cdef int64_t[CLASSES + 2] count
    found = np.empty((CLASSES + 2, lines), dtype=np.float64)
    edges = np.empty((3, lines), dtype=np.uint16)
    cdef double[:, ::1] counted = found
    cdef uint16_t[:, ::1] edge = edges
    for line in range(lines):
        start, end = starts[line], ends[line]
        if not 0 <= start < end <= size:
            raise IndexError(f"line {line} is {start}:{end} of {size} characters")
        count[:] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        before = table[_place(PyUnicode_READ(kind, data, start - 1))] if start > 0 else 0
        for at in range(start, end):
            sign = table[_place(PyUnicode_READ(kind, data, at))]
            left = sign & 0xFFF
            while left:
                count[first_of(left)] += 1
                left &= left - 1
            if sign & inside and not before & inside:
                count[CLASSES] += 1
                count[CLASSES + 1] += (sign & upper) != 0
            before = sign
        for at in range(CLASSES + 2):
            counted[at, line] = <double> count[at]
        edge[0, line] = table[_place(PyUnicode_READ(kind, data, start))]
        edge[1, line] = before
        edge[2, line] = table[_place(PyUnicode_READ(kind, data, max(end - 2, start)))]
    return found, edges


cdef inline Py_ssize_t _place(Py_UCS4 sign) noexcept:
    return BEYOND if sign > BEYOND else sign


def words(str text not None, uint64_t factor):
    """The words of ``text``, without its capitals, as numbers, and how many words each line has that is not empty, as
    characters.Words counts them: a word's number is the polynomial of its characters in ``factor``, lowest first."""
    if not text.isascii() and ("\u0130" in text or "\u03a3" in text):
        text = text.lower()  # the one that becomes two characters, and the one of which its neighbours decide
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t size = len(text), at, found = 0, lines = 0, in_line = 0, begin = 0
    cdef uint64_t number = 0, power = 1
    cdef Py_UCS4 sign
    cdef bint inside = False
    numbers = np.empty(size // 2 + 1, dtype=np.uint64)
    counts = np.empty(text.count("\n") + 1, dtype=np.int64)
    cdef uint64_t[::1] word = numbers
    cdef int64_t[::1] of_line = counts
    for at in range(size + 1):
        sign = PyUnicode_READ(kind, data, at) if at < size else 10
        if 65 <= sign <= 90:
            sign = <Py_UCS4> (<uint32_t> sign + 32)
        elif sign > 127:
            sign = sign.lower()
        if 97 <= sign <= 122 or 48 <= sign <= 57 or sign == 95 or sign > 127 and sign.isalnum():
            if not inside:
                inside = True
                number, power = 0, 1
            number += <uint64_t> sign * power
            power *= factor
            continue
        if inside:
            inside = False
            word[found] = number
            found += 1
            in_line += 1
        if sign == 10:
            if at > begin:
                of_line[lines] = in_line
                lines += 1
            begin = at + 1
            in_line = 0
    return numbers[:found], counts[:lines]


def shares(
    const uint64_t[::1] said, const int64_t[::1] of_line, const int64_t[::1] pages, const uint64_t[::1] known,
    const int64_t[::1] of_page, bint threes, uint64_t factor,
):
    """Of each line the share of its words that are among the known ones of its page, or with ``threes`` begin three in
    a row that are; -1 where there are too few known ones.

    ``of_line`` are the words of each line, ``pages`` the edges of the pages in lines, ``of_page`` the known words of
    each page. Raises IndexError where these do not fit together.
    """
    cdef Py_ssize_t page, line, begin, end, count, asked, first = 0, fewer = 2 if threes else 0
    cdef uint64_t[::1] slot
    cdef int64_t hits
    found = np.full(of_line.shape[0], -1.0)
    cdef double[::1] share = found
    end = 0
    for page in range(of_page.shape[0]):
        begin, count = end, of_page[page]
        for line in range(pages[page], pages[page + 1]):
            if of_line[line] < 0:
                raise IndexError("fewer words than none")
            end += of_line[line]
        if not (0 <= begin <= end <= said.shape[0] and 0 <= count <= known.shape[0] - first):
            raise IndexError("more words than there are")
        if count > fewer:
            slot = _slots(&known[first], count - fewer, threes, factor)
            for line in range(pages[page], pages[page + 1]):
                hits = 0
                if of_line[line] > 0 and begin + fewer < end:
                    asked = min(of_line[line], end - fewer - begin)
                    hits = _hits(&slot[0], slot.shape[0] - 2, &said[begin], asked, threes, factor)
                begin += of_line[line]
                share[line] = <double> hits / <double> max(of_line[line], 1)
        first += count
    return found


cdef inline uint64_t _three(const uint64_t *word, uint64_t factor) noexcept nogil:
    """Three in a row as one, as characters.in_threes has it."""
    return ((word[0] ^ (word[0] >> 29)) * factor + (word[1] ^ (word[1] >> 29))) * factor + (word[2] ^ (word[2] >> 29))


cdef uint64_t[::1] _slots(const uint64_t *known, Py_ssize_t count, bint threes, uint64_t factor):
    """A table of the known numbers, at most half full: as many places as a power of two, and one that says whether 0 is
    a known one, which marks empty places. With ``threes`` two more numbers than ``count`` are looked at."""
    cdef Py_ssize_t at, place, last
    cdef int bits = 3
    cdef uint64_t value
    while (<Py_ssize_t> 1 << bits) < 2 * count:
        bits += 1
    last = (<Py_ssize_t> 1 << bits) - 1
    cdef uint64_t[::1] slot = np.zeros(last + 2, dtype=np.uint64)
    for at in range(count):
        value = _three(known + at, factor) if threes else known[at]
        if value == 0:
            slot[last + 1] = 1
            continue
        place = <Py_ssize_t> ((value * MIXES) >> (64 - bits))
        while slot[place] != 0 and slot[place] != value:
            place = (place + 1) & last
        slot[place] = value
    return slot


cdef int64_t _hits(
    const uint64_t *slot, Py_ssize_t last, const uint64_t *word, Py_ssize_t count, bint threes, uint64_t factor
) noexcept nogil:
    """How many of ``count`` words are in a table of :func:`_slots`, whose last place but one is ``last``."""
    cdef Py_ssize_t at, place
    cdef int shift = 64 - first_of_64(last + 1)
    cdef int64_t found = 0
    cdef uint64_t value
    for at in range(count):
        value = _three(word + at, factor) if threes else word[at]
        if value == 0:
            found += slot[last + 1] != 0
            continue
        place = <Py_ssize_t> ((value * MIXES) >> shift)
        while slot[place] != 0 and slot[place] != value:
            place = (place + 1) & last
        found += slot[place] == value
    return found


def repeats(list texts not None, const int64_t[::1] pages):
    """How many texts of its page are the same as each; ``pages`` are the edges of the pages."""
    cdef Py_ssize_t page, at
    cdef dict seen
    found = np.empty(len(texts), dtype=np.int64)
    cdef int64_t[::1] count = found
    for page in range(pages.shape[0] - 1):
        seen = {}
        for at in range(pages[page], pages[page + 1]):
            seen[texts[at]] = <int64_t> seen.get(texts[at], 0) + 1
        for at in range(pages[page], pages[page + 1]):
            count[at] = seen[texts[at]]
    return found


def near(
    const int64_t[::1] parent, const int64_t[::1] depth, const int64_t[::1] tag, const uint64_t[::1] traits,
    const int64_t[::1] first, const int64_t[::1] last, const double[:] mass, const double[::1] blocks,
    const int64_t[::1] element, const uint64_t[::1] inline, const int64_t[::1] top, const double[::1] total,
    int trait_count, const int64_t[::1] tags, const int64_t[::1] scopes,
):
    """The columns of page_near.near_columns as float32, and of each block its nearest element that has the last of
    ``scopes``, -1 where none has it.

    The first eight are of the elements, ``element`` to ``total`` of the blocks, as near_columns has them. There are
    ``trait_count`` traits, and ``tags`` come behind these; ``scopes`` are the places among all of them of those of which
    it counts what else they hold, and at last of the one whose elements are given back. An element comes behind its
    parent; raises IndexError where one does not.
    """
    cdef Py_ssize_t elements = parent.shape[0], asked = trait_count + tags.shape[0], others = scopes.shape[0] - 1
    cdef Py_ssize_t own, block, column, at, row = 0
    cdef uint64_t bits, known = (<uint64_t> 1 << trait_count) - 1
    cdef int32_t holder
    columns = np.empty((asked + SCOPED * others, element.shape[0]), dtype=np.float32)
    behind = np.empty(element.shape[0], dtype=np.int64)
    cdef float[:, ::1] value = columns
    cdef int64_t[::1] of_last = behind
    cdef int32_t[:, ::1] nearest = np.empty((elements, asked), dtype=np.int32)
    for own in range(elements):
        if not 0 <= parent[own] <= own:
            raise IndexError(f"element {own} comes before its parent")
        if parent[own] == own:
            nearest[own] = -1
        else:
            memcpy(&nearest[own, 0], &nearest[parent[own], 0], asked * sizeof(int32_t))
        bits = traits[own] & known
        while bits:
            nearest[own, first_of_64(bits)] = <int32_t> own
            bits &= bits - 1
        for at in range(tags.shape[0]):
            if tag[own] == tags[at]:
                nearest[own, trait_count + at] = <int32_t> own
    for block in range(element.shape[0]):
        own = element[block]
        for column in range(asked):
            holder = nearest[own, column]
            value[column, block] = <float> (depth[own] - depth[holder]) if holder >= 0 else <float> FAR
        bits = inline[block] & known
        while bits:
            value[first_of_64(bits), block] = -1
            bits &= bits - 1
        row = asked
        for at in range(others):
            holder = nearest[own, scopes[at]]
            if holder < 0:
                value[row, block] = value[row + 1, block] = value[row + 2, block] = -1
            else:
                value[row, block] = <float> (mass[holder] / total[block])
                value[row + 1, block] = <float> blocks[holder]
                value[row + 2, block] = first[holder] <= first[top[block]] and last[holder] >= last[top[block]]
            row += SCOPED
        of_last[block] = nearest[own, scopes[others]]
    return columns, behind
