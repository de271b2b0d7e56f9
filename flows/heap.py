"""Memory that goes back to the system when a batch is done with, rather than wait for the next one."""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE = 2**20  # bytes


def map_large_blocks() -> None:
    """Have the C library map blocks of 1 MB and more one by one, on Linux with glibc; elsewhere do nothing.

    Left alone it raises that bound to 32 MB when such a block is freed, and the columns of a batch then lie between
    smaller blocks that keep them: a run of 100,000 records took a tenth more.
    """
    if sys.platform == "linux":
        allocate = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if allocate is not None:
            allocate(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give back what was freed and is still held."""
    pa.default_memory_pool().release_unused()
