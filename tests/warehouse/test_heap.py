"""What a batch took goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: what other tests left in this one would be counted. Half a million texts are collected in the
# memory of DuckDB and let go; what the process then still has of them is told in MB.
_LOOK = """
import sys
from pathlib import Path
import duckdb
from warehouse.heap import give_back

def megabytes():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")) // 1024

con = duckdb.connect()
con.execute("set threads = 1")
before = megabytes()
con.execute("create table texts as select repeat(md5(i::varchar), 8) as text from range(500_000) t (i)")
con.execute("drop table texts")
left = megabytes() - before
give_back(200 * 2**20)
print(left, megabytes() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's account of a process's memory is Linux's")
def test_what_duckdb_has_freed_is_given_back_though_its_connection_stays_open() -> None:
    found = subprocess.run([sys.executable, "-c", _LOOK], check=True, capture_output=True, text=True)
    left, after = map(int, found.stdout.split())
    assert left > 60, "nothing was left to give back, and nothing is tested"
    assert after < 30, (left, after)
