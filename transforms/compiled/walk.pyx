# cython: language_level=3, boundscheck=True, wraparound=False
"""The walk over a page's markup, as page_walk.py does it."""

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport (
    PyUnicode_1BYTE_KIND, PyUnicode_2BYTE_KIND, PyUnicode_4BYTE_KIND, PyUnicode_DATA, PyUnicode_Find,
    PyUnicode_FindChar, PyUnicode_FromKindAndData, PyUnicode_KIND,
    PyUnicode_READ, PyUnicode_Substring, PyUnicode_Tailmatch,
)
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

import os

import numpy as np

from transforms.select.page_walk import NAMES, OTHER, lay_out, mark, shown, text_from, within_sentence
from transforms.select.vocabulary import (
    ARTICLE_BODY_TRAIT, HIDES, MOST_OF_VALUE, NAMED_BY, NEWSLETTER, OF_WHOLE, ROOT_TAG, traits_of_hidden,
    traits_of_newsletter, traits_of_part,
)

cdef extern from *:
    unsigned int SOURCE_DIGEST  # hatch_build.py has the compiler told

SOURCE = SOURCE_DIGEST

# What is known of an element's name, as page_walk.NAMES has it; its tag stands above.
cdef enum:
    INLINE = 1
    LINK = 2
    BOLD = 4
    NAMED = 8
    QUOTATION = 16
    MATHEMATICAL = 32
    LANDMARK = 64
    VOID = 128
    LAID_OUT = 256
    PASSED = 512
    TAG_SHIFT = 16
    ARTICLE_BODY = 11  # letters of that name
    REMEMBERED = 32768  # parts of names
    PLACE_BITS = 13  # of the places for values of attributes
    NAME_BITS = 10  # of the places for names of elements
    SHORT = 8  # letters of a name that is a number

cdef enum:
    SPACE = 32
    EXCLAMATION = 33
    QUOTE = 34
    AMPERSAND = 38
    DASH = 45
    SLASH = 47
    LESS = 60
    EQUALS = 61
    GREATER = 62
    QUESTION = 63
    DELETE = 127  # above it nothing is ASCII
    SEMICOLON = 59
    SMALL_A = 97
    SMALL_B = 98
    SMALL_G = 103
    SMALL_L = 108
    SMALL_M = 109
    SMALL_N = 110
    SMALL_P = 112
    SMALL_S = 115
    SMALL_T = 116

cdef tuple NAMED_ATTRIBUTES = tuple([f' {name}="' for name in NAMED_BY])
cdef str FIRST_LETTERS = "".join({name[0] for name in NAMED_BY})
cdef int CLASS = NAMED_BY.index("class")
cdef Py_ssize_t LONGEST = MOST_OF_VALUE
cdef tuple SIGNS_OF_HIDING = HIDES
cdef int64_t NEWSLETTER_TRAIT = NEWSLETTER
cdef dict KNOWN = NAMES
cdef dict WHOLE = OF_WHOLE
cdef str BEGINS_OF_WHOLE = "".join({name[0] for name in OF_WHOLE})
cdef int64_t BODY_TRAIT = ARTICLE_BODY_TRAIT
cdef dict PARTS = {}
cdef uint64_t OWN_MIXES = int.from_bytes(os.urandom(8), "little") | 1  # of which no page knows how it sends keys
cdef uint64_t MIXES = 0x9E3779B97F4A7C15U  # its upper bits take part in every one of a product's
cdef int64_t OTHER_TAG = OTHER
cdef int64_t KINDS = OTHER + 1


# Names of up to eight letters as numbers, each in the first free place from its own on: no string is made of them.
cdef uint64_t[1 << NAME_BITS] NAME_AT
cdef int64_t[1 << NAME_BITS] FLAGS_AT
cdef list STRING_AT = [None] * (1 << NAME_BITS)

# Values of attributes that were seen, each in its own place or in none, and what they say.
cdef list VALUE_AT = [None] * (1 << PLACE_BITS)
cdef int64_t[1 << PLACE_BITS] TRAITS_AT
# And parts of names that are numbers.
cdef uint64_t[1 << PLACE_BITS] PART_AT
cdef int64_t[1 << PLACE_BITS] PART_TRAITS_AT


cdef Py_ssize_t _place_of_name(uint64_t number) noexcept:
    """Where a name stands, or the free place for it."""
    cdef Py_ssize_t place = <Py_ssize_t> ((number * MIXES) >> (64 - NAME_BITS))
    while NAME_AT[place] != 0 and NAME_AT[place] != number:
        place = (place + 1) & ((1 << NAME_BITS) - 1)
    return place


cdef uint64_t _number_of(str text, Py_ssize_t start, Py_ssize_t end) noexcept:
    """A short name as a number, 0 for one that is none."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef uint64_t number = 0
    cdef Py_ssize_t at
    cdef Py_UCS4 sign
    if end - start > SHORT:
        return 0
    for at in range(start, end):
        sign = PyUnicode_READ(kind, data, at)
        if sign >= DELETE:
            return 0
        number = number << 8 | <uint64_t> sign
    return number


def _number_names():
    cdef uint64_t number
    cdef Py_ssize_t place
    for name, flags in KNOWN.items():
        number = _number_of(name, 0, len(name))
        if number:
            place = _place_of_name(number)
            NAME_AT[place], FLAGS_AT[place], STRING_AT[place] = number, flags, name


_number_names()


cdef inline bint _is_small(Py_UCS4 sign) noexcept:
    return 97 <= sign <= 122


cdef inline bint _is_capital(Py_UCS4 sign) noexcept:
    return 65 <= sign <= 90


cdef inline bint _shows_nothing(Py_UCS4 sign) noexcept:
    """Whether it is a character that visible.legible leaves out, of those that are no white space."""
    return (
        sign < SPACE
        or DELETE <= sign <= 0x9F
        or sign == 0xAD
        or sign == 0x200B
        or sign == 0x2060
        or sign == 0xFEFF
    )


cdef class _Line:
    """The line under way: its characters, each run of white space as one space, none at its ends."""

    cdef Py_UCS4 *signs
    cdef Py_ssize_t count, room
    cdef Py_ssize_t trailing  # white space at the end of the text that the next may go on with, -1 where it is all
    cdef bint gap  # white space came since the last character
    cdef bint plain  # without "&" and without characters that show nothing, which page_walk.shown is asked of

    def __cinit__(self):
        self.signs = NULL
        self.room = 0
        self.clear()

    def __dealloc__(self):
        PyMem_Free(self.signs)

    cdef void clear(self) noexcept:
        self.count = 0
        self.trailing = -1
        self.gap = False
        self.plain = True

    cdef Py_ssize_t add(self, str text, Py_ssize_t start, Py_ssize_t end, bint joined) except -1:
        """Add a stretch of ``text``, ``joined`` with what was added before or not; by how much that gets longer, or how
        long it is, without white space at the ends."""
        cdef int kind = PyUnicode_KIND(text)
        cdef void *data = PyUnicode_DATA(text)
        cdef Py_ssize_t place, first = -1, last = -1, most = self.count + end - start + 1
        cdef Py_UCS4 sign
        cdef Py_UCS4 *more
        if most > self.room:  # a space that is written stands for white space of the stretch, or the gap before
            most = max(most, 2 * self.room, 256)
            more = <Py_UCS4 *> PyMem_Realloc(self.signs, most * sizeof(Py_UCS4))
            if more == NULL:
                raise MemoryError
            self.signs = more
            self.room = most
        for place in range(start, end):
            sign = PyUnicode_READ(kind, data, place)
            if sign == SPACE or (sign < SPACE or sign >= DELETE) and sign.isspace():
                self.gap = True
                continue
            if first < 0:
                first = place
            last = place
            if self.gap:
                self.gap = False
                if self.count:
                    self.signs[self.count] = SPACE
                    self.count += 1
            self.signs[self.count] = sign
            self.count += 1
            if sign == AMPERSAND or (sign < SPACE or sign >= DELETE) and _shows_nothing(sign):
                self.plain = False
        if not joined:
            self.trailing = -1
        if first < 0:
            if self.trailing >= 0:
                self.trailing += end - start
            return 0
        if self.trailing >= 0:
            start -= self.trailing
        else:
            start = first
        self.trailing = end - 1 - last
        return last - start + 1

    cdef str text(self):
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self.signs, self.count)

    cdef str shown(self):
        """The line as page_walk.shown has it. The serialisation writes four characters as references and no other."""
        cdef Py_ssize_t at, kept = 0, first = 0
        cdef Py_UCS4 sign
        cdef bint gap = False
        if self.plain:
            return self.text()
        for at in range(self.count):
            if self.signs[at] == AMPERSAND and not self._refers(at):
                return shown(self.text())
        at = 0
        while at < self.count:
            sign = self.signs[at]
            at += 1
            if sign == AMPERSAND:
                sign = self.signs[at]
                at += 4 if sign == SMALL_A else 5 if sign == SMALL_N else 3
                sign = AMPERSAND if sign == SMALL_A else SPACE if sign == SMALL_N else LESS if sign == SMALL_L else GREATER
            if sign == SPACE:
                gap = True
                continue
            if gap:
                gap = False
                if kept:
                    self.signs[kept] = SPACE
                    kept += 1
            self.signs[kept] = sign
            kept += 1
        self.count, kept = kept, 0
        for at in range(self.count):
            sign = self.signs[at]
            if not _shows_nothing(sign):
                self.signs[kept] = sign
                kept += 1
        while kept and self.signs[kept - 1] == SPACE:
            kept -= 1
        while first < kept and self.signs[first] == SPACE:
            first += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self.signs + first, kept - first)

    cdef bint _refers(self, Py_ssize_t at) noexcept:
        """Whether one of the four references begins ``at`` an ampersand: &amp; &nbsp; &lt; and &gt;."""
        cdef Py_UCS4 *sign = self.signs + at + 1
        cdef Py_ssize_t left = self.count - at - 1
        if left >= 3 and sign[1] == SMALL_T and sign[2] == SEMICOLON:
            return sign[0] == SMALL_L or sign[0] == SMALL_G
        if left >= 4 and sign[0] == SMALL_A:
            return sign[1] == SMALL_M and sign[2] == SMALL_P and sign[3] == SEMICOLON
        return (
            left >= 5
            and sign[0] == SMALL_N
            and sign[1] == SMALL_B
            and sign[2] == SMALL_S
            and sign[3] == SMALL_P
            and sign[4] == SEMICOLON
        )


cdef class _Tag:
    """The tag or comment that the markup has next, from ``at`` to ``end``, both at the markup's end where none is."""

    cdef str markup
    cdef Py_ssize_t at, end, name, attributes
    cdef bint closing, comment

    def __cinit__(self, str markup not None):
        self.markup = markup
        self.at = self.end = self.name = self.attributes = 0
        self.closing = False
        self.comment = True

    cdef int advance(self) except -1:
        """Go to the next one behind this."""
        cdef str markup = self.markup
        cdef int kind = PyUnicode_KIND(markup)
        cdef void *data = PyUnicode_DATA(markup)
        cdef Py_ssize_t size = len(markup), at = self.end, place, stop
        cdef Py_UCS4 sign
        while True:
            at = PyUnicode_FindChar(markup, LESS, at, size, 1)
            if at < 0 or at + 1 >= size:
                break
            place = at + 1
            sign = PyUnicode_READ(kind, data, place)
            if sign == QUESTION:
                place = PyUnicode_FindChar(markup, GREATER, place + 1, size, 1)
                if place >= 0:
                    self.comment = True
                    self.at, self.end = at, place + 1
                    return 0
                at += 1
                continue
            if sign == EXCLAMATION:
                if (
                    place + 2 < size
                    and PyUnicode_READ(kind, data, place + 1) == DASH
                    and PyUnicode_READ(kind, data, place + 2) == DASH
                ):
                    place = markup.find("-->", place + 3)
                    if place >= 0:
                        self.comment = True
                        self.at, self.end = at, place + 3
                        return 0
                at += 1
                continue
            self.closing = sign == SLASH
            if self.closing:
                place += 1
            if place < size:
                sign = PyUnicode_READ(kind, data, place)
                if _is_small(sign) or _is_capital(sign):
                    self.name = place
                    while place < size:
                        sign = PyUnicode_READ(kind, data, place)
                        if sign == GREATER or sign == SLASH or (sign <= SPACE or sign >= DELETE) and sign.isspace():
                            break
                        place += 1
                    self.attributes = place
                    while place < size:
                        sign = PyUnicode_READ(kind, data, place)
                        if sign == GREATER:
                            self.comment = False
                            self.at, self.end = at, place + 1
                            return 0
                        place += 1
                        if (
                            sign == EQUALS
                            and place < size
                            and PyUnicode_READ(kind, data, place) == QUOTE
                            and PyUnicode_READ(kind, data, place - 2) != SPACE
                        ):
                            stop = PyUnicode_FindChar(markup, QUOTE, place + 1, size, 1)
                            if stop >= 0:
                                place = stop + 1
            at += 1
        self.comment = True
        self.at = self.end = size
        return 0


cdef int64_t _traits_of(str value) except -1:
    """What vocabulary.traits_of says of an attribute's value."""
    cdef object known
    cdef int kind = PyUnicode_KIND(value)
    cdef void *data = PyUnicode_DATA(value)
    cdef Py_ssize_t size = len(value), at = 0, begin
    cdef int64_t traits = 0
    cdef Py_UCS4 sign
    while at < size:
        if PyUnicode_READ(kind, data, at).isspace():
            at += 1
            continue
        begin = at
        while at < size and not PyUnicode_READ(kind, data, at).isspace():
            at += 1
        known = None
        if PyUnicode_READ(kind, data, begin) in BEGINS_OF_WHOLE:
            known = WHOLE.get(PyUnicode_Substring(value, begin, at))
        if known is not None:
            traits |= <int64_t> known
        elif at - begin == ARTICLE_BODY and PyUnicode_Substring(value, begin, at).lower() == "articlebody":
            traits |= BODY_TRAIT
    # Parts of names: a run of small letters with the capital before it, or a run of capitals.
    at = 0
    while at < size:
        begin = at
        sign = PyUnicode_READ(kind, data, at)
        at += 1
        if _is_capital(sign):
            while at < size and _is_capital(PyUnicode_READ(kind, data, at)):
                at += 1
            if at - begin > 1 or at == size or not _is_small(PyUnicode_READ(kind, data, at)):
                traits |= _traits_of_part(value, begin, at)
                continue
        elif not _is_small(sign):
            continue
        while at < size and _is_small(PyUnicode_READ(kind, data, at)):
            at += 1
        traits |= _traits_of_part(value, begin, at)
    return traits


cdef int64_t _traits_of_part(str value, Py_ssize_t start, Py_ssize_t end) except -1:
    cdef uint64_t number = _number_of(value, start, end)
    cdef Py_ssize_t place = <Py_ssize_t> ((number * MIXES) >> (64 - PLACE_BITS))
    cdef object known
    cdef str part
    if number and PART_AT[place] == number:
        return PART_TRAITS_AT[place]
    part = PyUnicode_Substring(value, start, end)
    if number:
        PART_TRAITS_AT[place] = traits_of_part(part)
        PART_AT[place] = number
        return PART_TRAITS_AT[place]
    known = PARTS.get(part)
    if known is None:
        if len(PARTS) >= REMEMBERED:
            PARTS.clear()
        known = PARTS[part] = traits_of_part(part)
    return known


cdef class _Attributes:
    """What an element's attributes say, as vocabulary.attributes_of tells it: of TRAITS the bits, and its class."""

    cdef int64_t traits
    cdef str classes

    cdef int read(self, str markup, Py_ssize_t start, Py_ssize_t end) except -1:
        """Read the attributes from ``start`` to ``end``."""
        cdef int kind = PyUnicode_KIND(markup)
        cdef void *data = PyUnicode_DATA(markup)
        cdef Py_ssize_t at = start, stop
        cdef int named, seen = 0
        cdef uint64_t mixed
        cdef Py_UCS4 sign
        self.traits = 0
        self.classes = ""
        while at < end:
            if PyUnicode_READ(kind, data, at) != SPACE:
                at += 1
                continue
            named = _named(markup, at, end)
            if named < 0:
                at += 1
                continue
            at += len(<str> NAMED_ATTRIBUTES[named])
            stop, mixed = at, 0
            while stop < end and stop - at < LONGEST:
                sign = PyUnicode_READ(kind, data, stop)
                if sign == QUOTE:
                    break
                mixed = (mixed ^ <uint64_t> sign) * MIXES
                stop += 1
            if not seen >> named & 1:  # of a name that broken markup has twice, the first
                seen |= 1 << named
                self.take(markup, at, stop, <Py_ssize_t> (mixed >> (64 - PLACE_BITS)), named)
            at = stop
        if _hides(markup, start, end):
            self.traits |= <int64_t> traits_of_hidden(PyUnicode_Substring(markup, start, end))
        if self.traits & NEWSLETTER_TRAIT:
            self.traits |= <int64_t> traits_of_newsletter(self.classes)
        return 0


    cdef int take(self, str markup, Py_ssize_t start, Py_ssize_t end, Py_ssize_t place, int named) except -1:
        """Take the value from ``start`` to ``end``, which is known where it stands at its ``place``."""
        cdef object value = VALUE_AT[place]
        if value is None or len(<str> value) != end - start or not PyUnicode_Tailmatch(markup, value, start, end, -1):
            value = PyUnicode_Substring(markup, start, end)
            TRAITS_AT[place] = _traits_of(value)
            VALUE_AT[place] = value
        if named == CLASS:
            self.classes = value
        self.traits |= TRAITS_AT[place]
        return 0


cdef bint _hides(str markup, Py_ssize_t start, Py_ssize_t end) except -1:
    """Whether attributes have what may hide an element: hardly any has, and two looks say so of most."""
    cdef str sign
    if PyUnicode_Find(markup, "hidden", start, end, 1) < 0 and PyUnicode_Find(markup, "display", start, end, 1) < 0:
        return False
    for sign in SIGNS_OF_HIDING:
        if PyUnicode_Find(markup, sign, start, end, 1) >= 0:
            return True
    return False


cdef int _named(str markup, Py_ssize_t at, Py_ssize_t end) except -2:
    """Which of the attributes that are read begins ``at`` a space, -1 for none of them."""
    cdef int named
    if at + 1 >= end or markup[at + 1] not in FIRST_LETTERS:  # nearly always told by one letter
        return -1
    for named in range(len(NAMED_ATTRIBUTES)):
        if PyUnicode_Tailmatch(markup, NAMED_ATTRIBUTES[named], at, end, -1):
            return named
    return -1


cdef class _Blocks:
    """The lines that were found: their texts, and a column for each of page_walk.Walked's."""

    cdef list texts, lines
    cdef object columns
    cdef int64_t[:, ::1] column
    cdef Py_ssize_t count, offset
    cdef bint is_blank  # nothing was shown since the last empty line

    def __cinit__(self, Py_ssize_t most):
        self.texts, self.lines = [], []
        self.columns = np.empty((6, most), dtype=np.int64)
        self.column = self.columns
        self.count = self.offset = 0
        self.is_blank = True

    cdef int add(
        self, str text, int64_t element, int64_t links, int64_t link_chars, int64_t bold_chars, int64_t inline
    ) except -1:
        self.texts.append(text)
        self.lines.append(text)
        self.is_blank = False
        self.column[0, self.count] = self.offset
        self.column[1, self.count] = element
        self.column[2, self.count] = links
        self.column[3, self.count] = link_chars
        self.column[4, self.count] = bold_chars
        self.column[5, self.count] = inline
        self.count += 1
        self.offset += len(text) + 1
        return 0

    cdef int part(self) except -1:
        """Leave an empty line, where there is none yet."""
        if not self.is_blank:
            self.lines.append("")
            self.is_blank = True
            self.offset += 1
        return 0


cdef class _Numbers:
    """Keys that are not negative, at most so many of them, numbered from 1 on in the order in which they are met."""

    cdef int64_t[::1] met, number  # a key and one more, or 0 in a free place
    cdef int bits
    cdef int64_t count

    def __cinit__(self, Py_ssize_t most):
        self.bits = 3
        while (<Py_ssize_t> 1 << self.bits) < 2 * most:
            self.bits += 1
        self.met = np.zeros(<Py_ssize_t> 1 << self.bits, dtype=np.int64)
        self.number = np.empty(<Py_ssize_t> 1 << self.bits, dtype=np.int64)
        self.count = 0

    cdef int64_t of(self, int64_t key) noexcept:
        cdef Py_ssize_t last = (<Py_ssize_t> 1 << self.bits) - 1
        cdef Py_ssize_t place = <Py_ssize_t> ((<uint64_t> key * OWN_MIXES) >> (64 - self.bits))
        while self.met[place] != 0 and self.met[place] != key + 1:
            place = (place + 1) & last
        if self.met[place] == 0:
            self.count += 1
            self.met[place] = key + 1
            self.number[place] = self.count
        return self.number[place]


cdef Py_ssize_t _tags_at_most(str markup) noexcept:
    """How many characters may begin a tag; compilers make of it many characters a step."""
    cdef void *data = PyUnicode_DATA(markup)
    cdef const uint8_t *narrow = <const uint8_t *> data
    cdef const uint16_t *wide = <const uint16_t *> data
    cdef const uint32_t *widest = <const uint32_t *> data
    cdef int kind = PyUnicode_KIND(markup)
    cdef Py_ssize_t at, found = 0, size = len(markup)
    if kind == PyUnicode_1BYTE_KIND:
        for at in range(size):
            found += narrow[at] == LESS
    elif kind == PyUnicode_2BYTE_KIND:
        for at in range(size):
            found += wide[at] == LESS
    else:
        for at in range(size):
            found += widest[at] == LESS
    return found


def walk(str markup not None):
    """The lines and elements of ``markup``, as page_walk.walk finds them: texts, lines, laid-out texts by block, the
    columns of the blocks (6 × n) and of the elements (8 × n)."""
    cdef Py_ssize_t size = len(markup), most = _tags_at_most(markup) + 2
    cdef Py_ssize_t elements = 1, open_elements = 1, length
    cdef _Blocks blocks = _Blocks(most)
    element_columns = np.zeros((8, most), dtype=np.int64)
    cdef int64_t[:, ::1] element = element_columns
    cdef int64_t[::1] stack = np.empty(most, dtype=np.int64)
    cdef list open_names = [""], quoted = [], raw = []
    cdef dict laid_out = {}, class_numbers = {}
    cdef _Numbers paths = _Numbers(most), class_paths = _Numbers(most)
    cdef _Line line = _Line()
    cdef _Tag tag = _Tag(markup)
    cdef Py_ssize_t text_at, tag_end, name_at, attributes_at
    cdef bint closing, comment, joined
    cdef str held = ""  # white space within pre
    cdef int64_t current = 0, began_in = 0, link = 0, bold = 0, pre = 0
    cdef int64_t link_chars = 0, links = 0, bold_chars = 0, inline = 0, flags, kind, traits, key
    cdef str name, classes, text
    cdef uint64_t number
    cdef Py_ssize_t place
    cdef _Attributes told = _Attributes()

    element[2, 0] = ROOT_TAG
    stack[0] = 0
    while True:
        closing, comment = tag.closing, tag.comment
        name_at, attributes_at, tag_end = tag.name, tag.attributes, tag.end
        tag.advance()
        text_at = tag_end
        joined = False
        if not comment:
            number = _number_of(markup, name_at, attributes_at)
            place = _place_of_name(number)
            flags = OTHER_TAG << TAG_SHIFT
            if number and NAME_AT[place]:
                name, flags = STRING_AT[place], FLAGS_AT[place]
            else:
                name = PyUnicode_Substring(markup, name_at, attributes_at)
                known = KNOWN.get(name) if not number else None
                if known is not None:
                    flags = known
                elif "-" in name or ":" in name:
                    if open_names[open_elements - 1] != name if closing else within_sentence(
                        open_names[open_elements - 1], name, markup, tag_end
                    ):
                        flags |= MATHEMATICAL
            if flags & PASSED:
                joined = True
            elif flags & INLINE:
                if flags & LINK:
                    if closing:
                        link -= link > 0
                    else:
                        link += 1
                        links += 1
                elif flags & BOLD:
                    if closing:
                        bold -= bold > 0
                    else:
                        bold += 1
                elif flags & NAMED:
                    if not closing and attributes_at < tag_end - 1:
                        told.read(markup, attributes_at, tag_end - 1)
                        inline |= told.traits
                elif flags & QUOTATION:
                    text = mark(quoted, None if closing else text_from(markup, text_at))
                    line.add(text, 0, len(text), False)
                    if pre:
                        raw.append(text)
            elif not flags & MATHEMATICAL:
                if line.count:
                    text = line.shown()
                    if text:
                        if pre:
                            lay_out("".join(raw), blocks.count, laid_out)
                        blocks.add(text, began_in, links, link_chars, bold_chars, inline)
                line.clear()
                raw.clear()
                if flags & LAID_OUT:
                    pre += -1 if closing else 1
                link_chars = bold_chars = inline = 0
                links = link
                if flags & LANDMARK:
                    blocks.part()
                if closing:
                    if open_elements > 1 and open_names[open_elements - 1] == name:
                        open_elements -= 1
                        open_names.pop()
                        element[7, stack[open_elements]] = blocks.count
                        current = stack[open_elements - 1]
                elif not flags & VOID:
                    traits, classes = 0, ""
                    if attributes_at < tag_end - 1:
                        told.read(markup, attributes_at, tag_end - 1)
                        traits, classes = told.traits, told.classes
                    kind = flags >> TAG_SHIFT
                    element[0, elements] = current
                    element[1, elements] = element[1, current] + 1
                    element[2, elements] = kind
                    element[3, elements] = traits
                    key = element[4, current] * KINDS + kind
                    element[4, elements] = paths.of(key)
                    key = element[5, current] * KINDS + kind
                    # More classes than the largest page can have.
                    key = (key << 24) | <int64_t> class_numbers.setdefault(classes, len(class_numbers))
                    element[5, elements] = class_paths.of(key)
                    element[6, elements] = element[7, elements] = blocks.count
                    open_names.append(name)
                    stack[open_elements] = elements
                    open_elements += 1
                    current = elements
                    elements += 1
                began_in = current
        if not joined:
            line.trailing = -1
            held = ""
        if text_at < tag.at:
            length = line.add(markup, text_at, tag.at, joined)
            if length:
                if link:
                    link_chars += length
                if bold:
                    bold_chars += length
            if pre:
                held += PyUnicode_Substring(markup, text_at, tag.at)
                if length or raw:
                    raw.append(held)
                    held = ""
        if tag.at >= size:
            break
    if line.count:
        text = line.shown()
        if text:
            blocks.add(text, began_in, links, link_chars, bold_chars, inline)
    while open_elements:
        open_elements -= 1
        element[7, stack[open_elements]] = blocks.count
    found = blocks.columns[:, : blocks.count], element_columns[:, :elements]
    return blocks.texts, blocks.lines, laid_out, *found


def outline(str markup not None):
    """How deep elements may nest at the most, and whether there is a template, as loops.outline says it."""
    cdef int kind = PyUnicode_KIND(markup)
    cdef void *data = PyUnicode_DATA(markup)
    cdef Py_ssize_t size = len(markup), at = -1, balance = 0, lowest = 0, most = 0
    cdef Py_UCS4 next
    cdef bint has_template = False
    while True:
        at = PyUnicode_FindChar(markup, LESS, at + 1, size, 1)
        if at < 0:
            return most, has_template
        next = PyUnicode_READ(kind, data, at + 1) if at + 1 < size else 0
        if next == SLASH:
            balance -= 1
            lowest = min(lowest, balance)
        else:
            balance += 1
            most = max(most, balance - lowest)
            if (<uint32_t> next | 32) == SMALL_T and not has_template:
                has_template = markup[at + 1 : at + 9].lower() == "template"
