"""Memory that goes back to the system when it is done with, rather than wait for the next batch.

Of a batch of 50,000 records (182 MB) 520 MB stayed in the process that had loaded it; 90 do once it is given back.
"""

from __future__ import annotations

import ctypes
import gc
import sys

import duckdb
import pyarrow as pa

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE = 2**20  # bytes
_WORTH_IT = 16 * 2**20  # bytes


def map_large_blocks() -> None:
    """Have the C library map blocks of 1 MB and more one by one, on Linux with glibc; elsewhere do nothing.

    Left alone it raises that bound to 32 MB when such a block is freed, and the columns of a batch then lie between
    smaller blocks that keep them: a run of 100,000 records took a tenth more.
    """
    if sys.platform == "linux":
        allocate = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if allocate is not None:
            allocate(_M_MMAP_THRESHOLD, _LARGE)


def give_back(size: int) -> None:
    """Give back what a batch of ``size`` bytes took: after the last reference to it, before the next one comes.

    Of a small one nothing is given back, which takes as long as of a large one: a tenth of a second.
    """
    if size < _WORTH_IT:
        return
    gc.collect()  # Great Expectations leaves cycles that hold the batch
    flush_duckdb()
    pa.default_memory_pool().release_unused()


def flush_duckdb() -> None:
    """Have DuckDB give back what it has freed, in 20 to 40 ms.

    Its allocator belongs to the process and not to a database, and nothing that can be asked of a connection makes it
    give back what the connection's own thread has freed: it does so when a database is closed, whichever one.
    """
    duckdb.connect(":memory:", config={"threads": 1}).close()
