# cython: language_level=3, boundscheck=True, wraparound=False
"""What is asked of each line of a text, character by character, as strip/lines.py and others have it in Python."""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.unicode cimport (
    PyUnicode_1BYTE_KIND, PyUnicode_4BYTE_KIND, PyUnicode_DATA, PyUnicode_Find, PyUnicode_FindChar,
    PyUnicode_FromKindAndData, PyUnicode_KIND, PyUnicode_READ, PyUnicode_Substring,
)
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memset

from unicodedata import combining, normalize

from transforms.strip.line import (
    ABBREVIATION, ASK, BULLET, CALLS, CLOSERS, CUT, ELLIPSIS, ENDS, EVEN, LONG, LONG_ABBREVIATED, LONG_CALL,
    LONG_MARKLESS, PROSE, SHORT, STOPS, UNHEARD, Line, Stretch,
)

cdef extern from *:
    unsigned int SOURCE_DIGEST  # hatch_build.py has the compiler told

SOURCE = SOURCE_DIGEST

cdef enum:
    NEW_LINE = 10
    SPACE = 32
    POINT = 46
    BACKSLASH = 92
    UNSPACED_FROM = 0x0E00  # from here on there are scripts without spaces between words
    DELETE = 127
    KANA = 0x3040  # from here on characters are dense
    TABLED = 0x2070  # below it each character's folded form is in a table, where it has one of its own
    GONE = 0  # of that table: a character that goes
    SEVERAL = 0x110000  # one that becomes several
    UNTOLD = 0x110001  # one of which its neighbours decide
    MOST = 4  # characters that one may become
    LARGE = 1 << 20  # a text of which no copy of 4 bytes a character is made
    SEEN_BITS = 18
    MOST_SAID = 1 << 16  # characters: of more, too many of the bits would be set

cdef str THE_CLOSERS = CLOSERS, THE_STOPS = STOPS, THE_CALLS = CALLS, THE_ENDS = ENDS
cdef Py_ssize_t PROSE_FROM = LONG, MARKLESS_FROM = LONG_MARKLESS, CALL_FROM = LONG_CALL, SHORT_TO = LONG_ABBREVIATED
cdef object IS_PROSE = PROSE, IS_ASK = ASK, IS_SHORT = SHORT, IS_CUT = CUT
cdef object A_LINE = Line, A_STRETCH = Stretch


cdef inline bint _is_space(Py_UCS4 sign) noexcept:
    return sign == SPACE or (sign < SPACE or sign >= DELETE) and sign.isspace()


cdef inline bint _is_latin(Py_UCS4 sign) noexcept:
    return 97 <= sign <= 122 or 65 <= sign <= 90


cdef inline bint _is_letter(Py_UCS4 sign) noexcept:
    """What an expression calls a character of words that is neither a digit nor the underscore."""
    if sign < DELETE:
        return _is_latin(sign)
    return sign.isalnum() and not sign.isdecimal()


cdef inline bint _is_dense(Py_UCS4 sign) noexcept:
    return sign >= KANA and (
        sign <= 0x30FF or 0x3400 <= sign <= 0x9FFF or 0xAC00 <= sign <= 0xD7AF or 0xFF66 <= sign <= 0xFF9F
    )


cdef inline bint _is_markless(Py_UCS4 sign) noexcept:
    return 0x0E00 <= sign <= 0x0EFF or 0x1780 <= sign <= 0x17FF


cdef inline bint _is_one_of(str signs, Py_UCS4 sign):
    return PyUnicode_FindChar(signs, sign, 0, len(signs), 1) >= 0


def has_dense(str text not None, Py_ssize_t start=0, end=None):
    """As scripts.has_dense."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, last = len(text) if end is None else min(<Py_ssize_t> end, len(text))
    if kind == PyUnicode_1BYTE_KIND:
        return False
    for at in range(max(start, 0), last):
        if _is_dense(PyUnicode_READ(kind, data, at)):
            return True
    return False


cdef Py_ssize_t _dense_in(str text) noexcept:
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, count = 0
    if kind != PyUnicode_1BYTE_KIND:
        for at in range(len(text)):
            count += _is_dense(PyUnicode_READ(kind, data, at))
    return count


def count_dense(str text not None):
    """As scripts.count_dense."""
    return _dense_in(text)


def has_unspaced(str text not None):
    """As scripts.has_unspaced."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at
    cdef Py_UCS4 sign
    if kind == PyUnicode_1BYTE_KIND:
        return False
    for at in range(len(text)):
        sign = PyUnicode_READ(kind, data, at)
        if 0x3040 <= sign <= 0x30FF or 0x3400 <= sign <= 0x9FFF or _is_markless(sign):
            return True
    return False


def split_lines(str text not None, Py_ssize_t start=0, end=None):
    """As strip/lines.split_lines."""
    return _split(text, start, len(text) if end is None else min(<Py_ssize_t> end, len(text)), True)


def stretches(str text not None, Py_ssize_t start, Py_ssize_t end):
    """As strip/lines.stretches."""
    return _split(text, start, min(end, len(text)), False)


cdef list _split(str text, Py_ssize_t start, Py_ssize_t end, bint measured):
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at = max(start, 0), stop, left, right, weight, gap = 0
    cdef list found = []
    cdef str line
    while at <= end:
        stop = PyUnicode_FindChar(text, NEW_LINE, at, end, 1) if at < end else end
        if stop < 0:
            stop = end
        left, right = at, stop
        while left < right and _is_space(PyUnicode_READ(kind, data, left)):
            left += 1
        while left < right and _is_space(PyUnicode_READ(kind, data, right - 1)):
            right -= 1
        at = stop + 1
        if left == right:
            gap += 1
            continue
        line = PyUnicode_Substring(text, left, right)
        if measured:
            weight = right - left + 2 * _dense_in(line)
            found.append(A_LINE(left, right, line, weight, _form(line, weight), gap))
        else:
            found.append(A_STRETCH(left, right, line))
        gap = 0
    return found


def form_of(str text not None, Py_ssize_t weight):
    """As strip/lines.form_of."""
    return _form(text, weight) if text else _in_python("form_of")(text, weight)


cdef object _form(str text, Py_ssize_t weight):
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text)
    cdef Py_UCS4 last = PyUnicode_READ(kind, data, size - 1)
    cdef bint may_be_cut
    if weight <= 2 * PROSE_FROM:
        if last == POINT:
            may_be_cut = size > 1 and PyUnicode_READ(kind, data, size - 2) == POINT
        else:
            may_be_cut = not last.isalnum()
        if may_be_cut and ELLIPSIS.search(PyUnicode_Substring(text, max(size - 8, 0), size)):
            return IS_CUT
    if weight > PROSE_FROM:
        return IS_PROSE
    at = size
    while at and not last.isalnum() and _is_one_of(THE_CLOSERS, last):
        at -= 1
        last = PyUnicode_READ(kind, data, at - 1) if at else 0
    if not at:
        return IS_SHORT
    if not last.isalnum():
        if _is_one_of(THE_STOPS, last):
            if (
                weight <= SHORT_TO
                and last == POINT
                and ABBREVIATION.search(PyUnicode_Substring(text, max(size - 12, 0), size))
            ):
                return IS_SHORT
            return IS_PROSE
        if _is_one_of(THE_CALLS, last):
            return IS_PROSE if weight > CALL_FROM or _inner_stop(text, 0, size - 2) >= 0 else IS_ASK
    if weight > MARKLESS_FROM and kind != PyUnicode_1BYTE_KIND:
        for at in range(size):
            if _is_markless(PyUnicode_READ(kind, data, at)):
                return IS_PROSE
    return IS_SHORT


cdef Py_ssize_t _inner_stop(str text, Py_ssize_t start, Py_ssize_t size) noexcept:
    """Where the first end of a sentence with the next one's beginning ends, from ``start`` on; -1 where none is."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, next
    cdef Py_UCS4 sign
    for at in range(start, size - 1):
        sign = PyUnicode_READ(kind, data, at)
        if sign == 46 or sign == 33 or sign == 63 or sign == 0x061F or sign == 0x0964:  # . ! ? ؟ ।
            if at < start + 3 or not (
                _is_letter(PyUnicode_READ(kind, data, at - 1))
                and _is_letter(PyUnicode_READ(kind, data, at - 2))
                and _is_letter(PyUnicode_READ(kind, data, at - 3))
            ):
                continue
            next = at + 1
            sign = PyUnicode_READ(kind, data, next)
            if sign == 34 or sign == 0x201D or sign == 0x2019 or sign == 0xBB or sign == 41:  # " ” ’ » )
                next += 1
            if next >= size or not _is_space(PyUnicode_READ(kind, data, next)):
                continue
            while next < size and _is_space(PyUnicode_READ(kind, data, next)):
                next += 1
            if next < size:
                sign = PyUnicode_READ(kind, data, next)
                if (  # " “ „ « ‘ (
                    sign == 34 or sign == 0x201C or sign == 0x201E or sign == 0xAB or sign == 0x2018 or sign == 40
                ):
                    next += 1
            if next < size and _is_letter(PyUnicode_READ(kind, data, next)):
                return next + 1
        elif sign == 0x3002 or sign == 0xFF01 or sign == 0xFF1F:  # 。 ！ ？
            sign = PyUnicode_READ(kind, data, at + 1)
            if not (sign == 0x300D or sign == 0x300F or sign == 0xFF09):  # 」 』 ）
                return at + 2
    return -1


def has_inner_stop(str text not None):
    """As strip/lines.has_inner_stop."""
    return _inner_stop(text, 0, len(text)) >= 0


def sentence_count(str text not None):
    """As strip/lines.sentence_count."""
    cdef Py_ssize_t at = 0, count = 0
    while at >= 0:
        count += 1
        at = _inner_stop(text, at, len(text))
    return count


def has_bullet(str text not None):
    """As strip/lines.has_bullet."""
    cdef Py_ssize_t size = len(text)
    if not size:
        return False
    if text[0].isalpha() and (size == 1 or text[1] != ")"):
        return False
    m = BULLET.match(text)
    return m is not None and m.end() < size and not (m[0] in "-–—>»" and not m[0].isspace())


cdef uint32_t FOLDED[TABLED]  # of no meaning until _tell has run, for the first text that asks
cdef dict EXPANDED = {}
cdef bint IS_TOLD = False


cdef int _tell() except -1:
    """Put the folded form of each character into the table, where it is the same beside any other of them."""
    global IS_TOLD
    cdef Py_ssize_t code
    cdef str sign, even, form
    for code in range(TABLED):
        sign = chr(code)
        # Marks join the letter before them, and so do signs of vowels in Indic scripts and the jamo of Korean.
        is_alone = code < 0x0900 or 0x1E00 <= code
        if not is_alone or combining(sign) or (code > DELETE and combining(normalize("NFKC", sign)[0])):
            FOLDED[code] = UNTOLD
            continue
        form = normalize("NFKC", sign).replace("\u0307", "").casefold()
        even = "".join([EVEN.get(part, "" if UNHEARD.match(part) else part) for part in form])
        if len(even) > MOST:
            FOLDED[code] = UNTOLD
        elif len(even) > 1:
            FOLDED[code] = SEVERAL
            EXPANDED[sign] = even
        else:
            FOLDED[code] = ord(even) if even else GONE
    IS_TOLD = True
    return 0


cdef inline bint _stays(Py_UCS4 sign) noexcept:
    """Whether a character beyond the table is its own folded form: kana, Han, Hangul, and some marks of theirs."""
    return (
        0x4E00 <= sign <= 0x9FFF
        or 0x3041 <= sign <= 0x3096
        or 0x30A1 <= sign <= 0x30FE
        or 0xAC00 <= sign <= 0xD7A3
        or 0x3001 <= sign <= 0x3002
        or 0x3008 <= sign <= 0x3011
    )


def fold(str text not None):
    """As strip/lines.fold."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text), count = 0, start, end
    cdef Py_UCS4 sign
    cdef uint32_t form
    cdef bint plain = text.isascii(), gap
    cdef str part
    if not plain and not IS_TOLD:
        _tell()
    cdef Py_UCS4 *signs = <Py_UCS4 *> PyMem_Malloc(((size if plain else MOST * size) + 1) * sizeof(Py_UCS4))
    if signs == NULL:
        raise MemoryError
    try:
        for at in range(size):
            sign = PyUnicode_READ(kind, data, at)
            if plain:
                signs[count] = <Py_UCS4> (<uint32_t> sign | 32) if 65 <= sign <= 90 else sign
                count += 1
            elif sign < TABLED:
                form = FOLDED[sign]
                if form < SEVERAL and (form != GONE or not sign):
                    signs[count] = form
                    count += 1
                elif form == SEVERAL:
                    part = EXPANDED[sign]
                    for sign in part:
                        signs[count] = sign
                        count += 1
                elif form == UNTOLD:
                    return _in_python("fold")(text)
            elif _stays(sign):
                signs[count] = sign
                count += 1
            else:
                return _in_python("fold")(text)
        start, end = 0, count
        while start < end and _is_end(signs[start]):
            start += 1
        while start < end and _is_end(signs[end - 1]):
            end -= 1
        count, gap = 0, False
        for at in range(start, end):
            sign = signs[at]
            if _is_space(sign):
                gap = True
                continue
            if gap and count:
                signs[count] = SPACE
                count += 1
            gap = False
            signs[count] = sign
            count += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, signs, count)
    finally:
        PyMem_Free(signs)


cdef inline bint _is_end(Py_UCS4 sign):
    return not 97 <= sign <= 122 and _is_one_of(THE_ENDS, sign)


cdef object _in_python(str name):
    """The function in Python, for the texts that are left to it."""
    from transforms.compiled import IN_PYTHON

    return IN_PYTHON[f"lines.{name}"]


def tidy(str text not None):
    """As strip/lines.tidy."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text), start = 0, end = size
    cdef Py_UCS4 sign
    cdef bint gap = False
    for at in range(size):
        sign = PyUnicode_READ(kind, data, at)
        if sign > SPACE and sign < DELETE:
            gap = False
        elif sign == SPACE:
            if gap:
                return " ".join(text.split())
            gap = True
        elif sign.isspace():
            return " ".join(text.split())
        else:
            gap = False
    if size and PyUnicode_READ(kind, data, 0) == SPACE:
        start = 1
    if end > start and PyUnicode_READ(kind, data, end - 1) == SPACE:
        end -= 1
    return text if end - start == size else PyUnicode_Substring(text, start, end)


def run_together(str text not None):
    """As strip/lines.run_together."""
    if not text.isascii():
        text = text.casefold()
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text), kept = 0
    cdef Py_UCS4 sign
    cdef Py_UCS4 *found = <Py_UCS4 *> PyMem_Malloc(max(size, 1) * sizeof(Py_UCS4))
    if found == NULL:
        raise MemoryError
    try:
        for at in range(size):
            sign = PyUnicode_READ(kind, data, at)
            if 65 <= sign <= 90:
                sign = <Py_UCS4> (<uint32_t> sign + 32)
            if 97 <= sign <= 122 or 48 <= sign <= 57 or sign == 95 or sign > DELETE and sign.isalnum():
                found[kept] = sign
                kept += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, found, kept)
    finally:
        PyMem_Free(found)


def is_clean(str text not None):
    """As read/decode.is_clean."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at
    cdef Py_UCS4 sign
    for at in range(len(text)):
        sign = PyUnicode_READ(kind, data, at)
        if sign < SPACE and sign != NEW_LINE and sign != 9:
            return False
        if sign >= DELETE and (
            sign == DELETE or sign == 0x85 or sign == 0x2028 or sign == 0x2029 or sign == 0xFEFF
        ):
            return False
    return True


def has_more_words(str text not None, Py_ssize_t count):
    """As read/shape.has_more_words."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, words = 0
    cdef bint inside = False
    for at in range(len(text)):
        if _is_space(PyUnicode_READ(kind, data, at)):
            inside = False
        elif not inside:
            inside = True
            words += 1
            if words > count:
                return True
    return False


def word_count(str text not None):
    """As select/characters.word_count."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, words = 0
    cdef Py_UCS4 sign
    cdef bint inside = False
    for at in range(len(text)):
        sign = PyUnicode_READ(kind, data, at)
        if _is_latin(sign) or 48 <= sign <= 57 or sign == 95 or sign > DELETE and sign.isalnum():
            if not inside:
                inside = True
                words += 1
            if sign >= UNSPACED_FROM and not 0x1A00 <= sign < 0x2E80:
                return _in_python("word_count")(text)
        elif sign >= UNSPACED_FROM and not 0x1A00 <= sign < 0x2E80:
            return _in_python("word_count")(text)
        else:
            inside = False
    return words


def quoted(str text not None):
    """As staged.quoted."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text), count = 1, extra = 2
    cdef Py_UCS4 sign, quote = 39
    cdef bint single = False, double = False
    if size > LARGE:
        return repr(text)
    for at in range(size):
        sign = PyUnicode_READ(kind, data, at)
        if sign == 39:
            single = True
            extra += 1
        elif sign == 34:
            double = True
        elif sign == BACKSLASH or sign == NEW_LINE:
            extra += 1
        elif sign < SPACE or sign >= DELETE and not sign.isprintable():
            return repr(text)
    if single and not double:
        quote = 34
    cdef Py_UCS4 *signs = <Py_UCS4 *> PyMem_Malloc((size + extra) * sizeof(Py_UCS4))
    if signs == NULL:
        raise MemoryError
    try:
        signs[0] = quote
        for at in range(size):
            sign = PyUnicode_READ(kind, data, at)
            if sign == quote or sign == BACKSLASH or sign == NEW_LINE:
                signs[count] = BACKSLASH
                count += 1
                if sign == NEW_LINE:
                    sign = 110
            signs[count] = sign
            count += 1
        signs[count] = quote
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, signs, count + 1)
    finally:
        PyMem_Free(signs)


def latin_letters(str text not None):
    """As read/shape.latin_letters."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, count = 0
    for at in range(len(text)):
        count += _is_latin(PyUnicode_READ(kind, data, at))
    return count


cdef uint64_t MIXES = 0x9E3779B97F4A7C15U  # its upper bits take part in every one of a product's
cdef unsigned char[1 << (SEEN_BITS - 3)] SEEN  # a bit for what a piece of text comes to


cdef uint64_t _sum_of(str text, Py_ssize_t start, Py_ssize_t end) noexcept:
    """What a piece of a text comes to: its characters as a polynomial of 64 bits."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef uint64_t found = 0
    cdef Py_ssize_t at
    for at in range(start, end):
        found = found * MIXES + <uint64_t> PyUnicode_READ(kind, data, at)
    return found


cdef inline bint _is_seen(uint64_t found) noexcept:
    cdef uint64_t bit = (found * MIXES) >> (64 - SEEN_BITS)
    return SEEN[bit >> 3] >> (bit & 7) & 1


cdef void _see_pieces(str text, Py_ssize_t piece, uint64_t power) noexcept:
    """Mark what each piece of a text comes to; ``power`` is that of the character behind it."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at, size = len(text)
    cdef uint64_t found, bit
    if size < piece:
        return
    found = _sum_of(text, 0, piece)
    for at in range(piece, size + 1):
        bit = (found * MIXES) >> (64 - SEEN_BITS)
        SEEN[bit >> 3] |= 1 << (bit & 7)
        if at < size:
            found = found * MIXES + <uint64_t> PyUnicode_READ(kind, data, at)
            found -= power * <uint64_t> PyUnicode_READ(kind, data, at - piece)


def said_again(list texts not None, list places not None, Py_ssize_t least, Py_ssize_t piece):
    """Those of ``places`` whose text was said before, as page_choice has it: searched for is only what comes to a number
    that was seen (Karp and Rabin, IBM Journal of Research and Development 31, 1987)."""
    cdef list found = []
    cdef Py_ssize_t place, order, start, last, said_in_all = 0
    cdef uint64_t power = 1
    cdef str text, said
    cdef bint is_known
    for place in places:
        said_in_all += len(<str> texts[place])
    if said_in_all > MOST_SAID:
        return _in_python("said_again")(texts, places, least, piece)
    for order in range(piece):
        power *= MIXES
    memset(SEEN, 0, sizeof(SEEN))
    for order, place in enumerate(places):
        text = texts[place]
        last = len(text) - piece
        if len(text) >= least and last >= 0:
            starts = (last, 0, last // 2, last // 4, 3 * last // 4)
            is_known = True
            for start in starts:
                if not _is_seen(_sum_of(text, start, start + piece)):
                    is_known = False
                    break
            if is_known:
                said = "\n".join([texts[before] for before in places[:order]])
                for start in starts:
                    if PyUnicode_Find(said, PyUnicode_Substring(text, start, start + piece), 0, len(said), 1) < 0:
                        is_known = False
                        break
            if is_known:
                found.append(place)
        _see_pieces(text, piece, power)
    return found
