# cython: language_level=3, boundscheck=True, wraparound=False
"""The walk over a page's markup, as page_walk.py does it."""

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport (
    PyUnicode_4BYTE_KIND, PyUnicode_DATA, PyUnicode_Find, PyUnicode_FindChar, PyUnicode_FromKindAndData, PyUnicode_KIND,
    PyUnicode_READ, PyUnicode_Substring, PyUnicode_Tailmatch,
)
from libc.stdint cimport int64_t

import numpy as np

from transforms.select.page_walk import NAMES, OTHER, lay_out, mark, shown, within_sentence
from transforms.select.vocabulary import (
    ARTICLE_BODY_TRAIT, MOST_OF_VALUE, NAMED_BY, NEWSLETTER, OF_WHOLE, ROOT_TAG, traits_of_hidden, traits_of_newsletter,
    traits_of_part,
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
    TAG_SHIFT = 16
    ARTICLE_BODY = 11  # letters of that name
    REMEMBERED = 32768  # values of attributes, and parts of names

cdef enum:
    SPACE = 32
    EXCLAMATION = 33
    QUOTE = 34
    AMPERSAND = 38
    DASH = 45
    SLASH = 47
    LESS = 60
    GREATER = 62
    DELETE = 127  # above it nothing is ASCII

cdef tuple NAMED_ATTRIBUTES = tuple([f' {name}="' for name in NAMED_BY])
cdef str FIRST_LETTERS = "".join({name[0] for name in NAMED_BY})
cdef int CLASS = NAMED_BY.index("class")
cdef Py_ssize_t LONGEST = MOST_OF_VALUE
cdef int64_t NEWSLETTER_TRAIT = NEWSLETTER
cdef dict KNOWN = NAMES
cdef dict WHOLE = OF_WHOLE
cdef int64_t BODY_TRAIT = ARTICLE_BODY_TRAIT
cdef dict VALUES = {}
cdef dict PARTS = {}
cdef int64_t OTHER_TAG = OTHER
cdef int64_t KINDS = OTHER + 1


cdef inline bint _is_small(Py_UCS4 sign) noexcept:
    return 97 <= sign <= 122


cdef inline bint _is_capital(Py_UCS4 sign) noexcept:
    return 65 <= sign <= 90


cdef class _Line:
    """The line under way: its characters, each run of white space as one space, none at its ends."""

    cdef Py_UCS4 *signs
    cdef Py_ssize_t count, room
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
        self.gap = False
        self.plain = True

    cdef Py_ssize_t add(self, str text, Py_ssize_t start, Py_ssize_t end) except -1:
        """Add a stretch of ``text``; how long it is without white space at its ends."""
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
            if (sign < SPACE or sign >= DELETE or sign == AMPERSAND) and (
                sign <= 0x9F or sign == 0xAD or sign == 0x200B or sign == 0x2060 or sign == 0xFEFF
            ):
                self.plain = False
        return last - first + 1 if first >= 0 else 0

    cdef str text(self):
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self.signs, self.count)


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
        cdef Py_ssize_t size = len(markup), at = self.end, place
        cdef Py_UCS4 sign
        while True:
            at = PyUnicode_FindChar(markup, LESS, at, size, 1)
            if at < 0 or at + 1 >= size:
                break
            place = at + 1
            sign = PyUnicode_READ(kind, data, place)
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
                        if sign == QUOTE:
                            place = PyUnicode_FindChar(markup, QUOTE, place + 1, size, 1)
                            if place < 0:
                                break
                        place += 1
            at += 1
        self.comment = True
        self.at = self.end = size
        return 0


cdef int64_t _traits_of(str value) except -1:
    """What vocabulary.traits_of says of an attribute's value."""
    cdef object known = VALUES.get(value)
    if known is not None:
        return known
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
                traits |= _traits_of_part(PyUnicode_Substring(value, begin, at))
                continue
        elif not _is_small(sign):
            continue
        while at < size and _is_small(PyUnicode_READ(kind, data, at)):
            at += 1
        traits |= _traits_of_part(PyUnicode_Substring(value, begin, at))
    if len(VALUES) >= REMEMBERED:
        VALUES.clear()
    VALUES[value] = traits
    return traits


cdef int64_t _traits_of_part(str part) except -1:
    cdef object known = PARTS.get(part)
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
        cdef str value
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
            stop = at
            while stop < end and stop - at < LONGEST and PyUnicode_READ(kind, data, stop) != QUOTE:
                stop += 1
            if not seen >> named & 1:  # of a name that broken markup has twice, the first
                seen |= 1 << named
                value = PyUnicode_Substring(markup, at, stop)
                if named == CLASS:
                    self.classes = value
                self.traits |= _traits_of(value)
            at = stop
        if PyUnicode_Find(markup, "hidden", start, end, 1) >= 0 or PyUnicode_Find(markup, "display", start, end, 1) >= 0:
            self.traits |= <int64_t> traits_of_hidden(PyUnicode_Substring(markup, start, end))
        if self.traits & NEWSLETTER_TRAIT:
            self.traits |= <int64_t> traits_of_newsletter(self.classes)
        return 0


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


def walk(str markup not None):
    """The lines and elements of ``markup``, as page_walk.walk finds them: texts, lines, laid-out texts by block, the
    columns of the blocks (6 × n) and of the elements (8 × n)."""
    cdef Py_ssize_t size = len(markup), most = markup.count("<") + 2
    cdef Py_ssize_t elements = 1, open_elements = 1, length
    cdef _Blocks blocks = _Blocks(most)
    element_columns = np.zeros((8, most), dtype=np.int64)
    cdef int64_t[:, ::1] element = element_columns
    cdef int64_t[::1] stack = np.empty(most, dtype=np.int64)
    cdef list open_names = [""], quoted = [], raw = []
    cdef dict laid_out = {}, paths = {}, class_paths = {}, class_numbers = {}
    cdef _Line line = _Line()
    cdef _Tag tag = _Tag(markup)
    cdef Py_ssize_t text_at, tag_end, name_at, attributes_at
    cdef bint closing, comment
    cdef int64_t current = 0, began_in = 0, link = 0, bold = 0, pre = 0
    cdef int64_t link_chars = 0, links = 0, bold_chars = 0, inline = 0, flags, kind, traits, key
    cdef str name, classes, text
    cdef _Attributes told = _Attributes()

    element[2, 0] = ROOT_TAG
    stack[0] = 0
    while True:
        closing, comment = tag.closing, tag.comment
        name_at, attributes_at, tag_end = tag.name, tag.attributes, tag.end
        tag.advance()
        text_at = tag_end
        if not comment:
            name = PyUnicode_Substring(markup, name_at, attributes_at)
            known = KNOWN.get(name)
            if known is not None:
                flags = known
            else:
                flags = OTHER_TAG << TAG_SHIFT
                if "-" in name or ":" in name:
                    if open_names[open_elements - 1] != name if closing else within_sentence(
                        open_names[open_elements - 1], name, markup, tag_end
                    ):
                        flags |= MATHEMATICAL
            if flags & INLINE:
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
                    text = mark(quoted, None if closing else PyUnicode_Substring(markup, text_at, tag.at))
                    line.add(text, 0, len(text))
                    if pre:
                        raw.append(text)
            elif not flags & MATHEMATICAL:
                if line.count:
                    text = line.text()
                    if not line.plain:
                        text = shown(text)
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
                    element[4, elements] = paths.setdefault(key, len(paths) + 1)
                    key = element[5, current] * KINDS + kind
                    # More classes than the largest page can have.
                    key = (key << 24) | <int64_t> class_numbers.setdefault(classes, len(class_numbers))
                    element[5, elements] = class_paths.setdefault(key, len(class_paths) + 1)
                    element[6, elements] = element[7, elements] = blocks.count
                    open_names.append(name)
                    stack[open_elements] = elements
                    open_elements += 1
                    current = elements
                    elements += 1
                began_in = current
        if text_at < tag.at:
            length = line.add(markup, text_at, tag.at)
            if length:
                if link:
                    link_chars += length
                if bold:
                    bold_chars += length
            if pre and (length or raw):
                raw.append(PyUnicode_Substring(markup, text_at, tag.at))
        if tag.at >= size:
            break
    if line.count:
        text = shown(line.text())
        if text:
            blocks.add(text, began_in, links, link_chars, bold_chars, inline)
    while open_elements:
        open_elements -= 1
        element[7, stack[open_elements]] = blocks.count
    found = blocks.columns[:, : blocks.count], element_columns[:, :elements]
    return blocks.texts, blocks.lines, laid_out, *found


def deepest(str markup not None):
    """How deep elements may nest at the most, as loops.deepest says it."""
    cdef int kind = PyUnicode_KIND(markup)
    cdef void *data = PyUnicode_DATA(markup)
    cdef Py_ssize_t size = len(markup), at = -1, balance = 0, lowest = 0, most = 0
    while True:
        at = PyUnicode_FindChar(markup, LESS, at + 1, size, 1)
        if at < 0:
            return most
        if at + 1 < size and PyUnicode_READ(kind, data, at + 1) == SLASH:
            balance -= 1
            lowest = min(lowest, balance)
        else:
            balance += 1
            most = max(most, balance - lowest)
