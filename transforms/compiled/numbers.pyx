# cython: language_level=3, boundscheck=True, wraparound=False
"""Loops over numbers: what the leaves that trees send rows to sum up to, what the characters of lines count to, the words of a text as
numbers and which of them are known, what elements inherit."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

import numpy as np

cdef extern from *:
    unsigned int SOURCE_DIGEST  # hatch_build.py has the compiler told

SOURCE = SOURCE_DIGEST


cdef extern from *:
    int first_of "__builtin_ctz" (unsigned int) noexcept nogil

cdef enum:
    MOST_LEAVES = 32  # a bit each

cdef uint64_t MIXES = 0x9E3779B97F4A7C15U  # its upper bits take part in every one of a product's


cdef extern from *:
    """
    /* Leaves of each row's leaves only those to the right where it is above the threshold. Compilers make of this four
       rows a step, and eight where the processor has the registers for it, which is told when the module is loaded. */
    #if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    __attribute__((target_clones("avx2", "default")))
    #endif
    static void take_out(
        uint32_t *standing, const float *column, float threshold, uint32_t to_the_right, Py_ssize_t rows
    ) {
        for (Py_ssize_t row = 0; row < rows; row++)
            standing[row] &= column[row] > threshold ? to_the_right : 0xFFFFFFFFU;
    }
    """
    void take_out(
        uint32_t *standing, const float *column, float threshold, uint32_t to_the_right, Py_ssize_t rows
    ) noexcept nogil


def log_odds(
    const int32_t[::1] edges, const int32_t[::1] feature, const float[::1] threshold,
    const uint32_t[::1] to_the_right, const double[:, ::1] values, const float[:, ::1] columns,
):
    """The sum of the leaves' values that each row comes to, added tree by tree; ``columns`` are features × rows.

    All of a tree's questions are put to each row, and each takes out the leaves that its answer rules out: the first
    one standing is the leaf (Lucchese and others, QuickScorer, SIGIR 2015). No branch depends on a row, which is three
    times as fast as going down the trees. The other arguments are those of trees.Masks.
    """
    cdef Py_ssize_t rows = columns.shape[1], trees = values.shape[0], tree, row, node
    found = np.zeros(rows, dtype=np.float64)
    if not rows:
        return found
    cdef double[::1] summed = found
    cdef uint32_t[::1] standing = np.empty(rows, dtype=np.uint32)
    for tree in range(trees):
        standing[:] = 0xFFFFFFFFU
        for node in range(edges[tree], edges[tree + 1]):
            take_out(&standing[0], &columns[feature[node], 0], threshold[node], to_the_right[node], rows)
        for row in range(rows):
            summed[row] += values[tree, first_of(standing[row])]
    return found


def masks(
    const int32_t[::1] edges, const int32_t[::1] left, const int32_t[::1] right, const int32_t[::1] leaf_edges,
    const double[::1] leaf,
):
    """Of each node the leaves that are not left of it, and of each tree its leaves' values from the leftmost on, trees ×
    32: what :func:`log_odds` asks for. ``left`` and ``right`` are a node of the tree or -1 - leaf; raises ValueError
    where a tree has more leaves than that."""
    cdef Py_ssize_t trees = edges.shape[0] - 1, tree
    to_the_right = np.empty(left.shape[0], dtype=np.uint32)
    values = np.zeros((trees, MOST_LEAVES), dtype=np.float64)
    cdef uint32_t[::1] node_mask = to_the_right
    cdef double[:, ::1] value = values
    for tree in range(trees):
        _below(
            -1 if edges[tree] == edges[tree + 1] else 0, 0, left[edges[tree] : edges[tree + 1]],
            right[edges[tree] : edges[tree + 1]], leaf[leaf_edges[tree] : leaf_edges[tree + 1]],
            node_mask[edges[tree] : edges[tree + 1]], value[tree],
        )
    return to_the_right, values


cdef int _below(
    int32_t node, int count, const int32_t[:] left, const int32_t[:] right, const double[:] leaf, uint32_t[:] mask,
    double[:] value,
) except -1:
    """Note the leaves below a node, of whose tree ``count`` are to the left; how many there are with them."""
    cdef int begin = count
    if node < 0:
        if count >= MOST_LEAVES:
            raise ValueError(f"a tree of more than {MOST_LEAVES} leaves")
        value[count] = leaf[-1 - node]
        return count + 1
    count = _below(left[node], count, left, right, leaf, mask, value)
    mask[node] = ~<uint32_t> ((<uint64_t> 1 << count) - (<uint64_t> 1 << begin))
    return _below(right[node], count, left, right, leaf, mask, value)


def words(str text not None, uint64_t factor):
    """The words of ``text`` as numbers, and how many words each line has that is not empty, as characters.Words counts
    them: a word's number is the polynomial of its characters in ``factor``, lowest first."""
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
        if 97 <= sign <= 122 or 48 <= sign <= 57 or 65 <= sign <= 90 or sign == 95 or sign > 127 and sign.isalnum():
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


def among(const uint64_t[::1] values, const uint64_t[::1] known):
    """Of each of ``values`` whether it is one of ``known``."""
    cdef Py_ssize_t count = known.shape[0], at, place
    cdef int bits = 3
    while (<Py_ssize_t> 1 << bits) < 2 * count:
        bits += 1
    cdef Py_ssize_t last = (<Py_ssize_t> 1 << bits) - 1
    cdef uint64_t[::1] slot = np.zeros(last + 1, dtype=np.uint64)
    cdef uint64_t value
    cdef bint zero = False  # which marks an empty slot
    found = np.empty(values.shape[0], dtype=np.uint8)
    cdef uint8_t[::1] is_known = found
    for at in range(count):
        value = known[at]
        if value == 0:
            zero = True
            continue
        place = <Py_ssize_t> ((value * MIXES) >> (64 - bits))
        while slot[place] != 0 and slot[place] != value:
            place = (place + 1) & last
        slot[place] = value
    for at in range(values.shape[0]):
        value = values[at]
        if value == 0:
            is_known[at] = zero
            continue
        place = <Py_ssize_t> ((value * MIXES) >> (64 - bits))
        while slot[place] != 0 and slot[place] != value:
            place = (place + 1) & last
        is_known[at] = slot[place] == value
    return found.view(np.bool_)


def counts(const uint16_t[::1] bits, const int64_t[::1] starts, const int64_t[::1] ends, uint16_t inside, uint16_t upper):
    """How many characters of each line have each of the 12 bits, then how many words it has, runs of what has one of
    ``inside``, and how many of these begin with ``upper``: 14 × lines."""
    cdef Py_ssize_t lines = starts.shape[0], line, at
    cdef uint16_t sign, before
    cdef unsigned int left
    cdef int64_t[14] count
    found = np.empty((14, lines), dtype=np.float64)
    cdef double[:, ::1] counted = found
    for line in range(lines):
        count[:] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        before = bits[starts[line] - 1] if starts[line] > 0 else 0
        for at in range(starts[line], ends[line]):
            sign = bits[at]
            left = sign & 0xFFF
            while left:
                count[first_of(left)] += 1
                left &= left - 1
            if sign & inside and not before & inside:
                count[12] += 1
                count[13] += (sign & upper) != 0
            before = sign
        for at in range(14):
            counted[at, line] = <double> count[at]
    return found


def inherit(float[:, ::1] depth, int32_t[:, ::1] element, const int64_t[::1] parent):
    """Give each element, behind its parent, what is larger of its own and its parent's, in every column."""
    cdef Py_ssize_t own, above, column
    for own in range(parent.shape[0]):
        above = parent[own]
        for column in range(depth.shape[1]):
            depth[own, column] = max(depth[own, column], depth[above, column])
        for column in range(element.shape[1]):
            element[own, column] = max(element[own, column], element[above, column])
