# cython: language_level=3, boundscheck=True, wraparound=False
"""What the leaves that trees send rows to sum up to, as select/trees.py has it in Python."""

from libc.stdint cimport int32_t, uint32_t, uint64_t

import numpy as np

cdef extern from *:
    unsigned int SOURCE_DIGEST  # hatch_build.py has the compiler told

SOURCE = SOURCE_DIGEST


cdef extern from *:
    int first_of "__builtin_ctz" (unsigned int) noexcept nogil

cdef enum:
    MOST_LEAVES = 32  # a bit each


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
