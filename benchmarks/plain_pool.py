"""The other side of the speed measurement: a plain pool of processes with trafilatura and its metadata, and no more.

    python benchmarks/plain_pool.py DIR PROCESSES OUT

Reads every file in DIR, and in folders of it, from disk, and prints the seconds from the pool's start to its last page,
imports aside, and how many pages gave a text. OUT.parquet is written within that time; OUT.jsonl afterwards, in the
names that pages.py scores.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path

import pyarrow as pa
import trafilatura
from pyarrow import parquet


def read(path: Path) -> dict[str, object]:
    """One page by trafilatura without the comments below the article: the call that scores best on these pages."""
    found = trafilatura.bare_extraction(path.read_bytes(), with_metadata=True, include_comments=False)
    fields = {} if found is None else found if isinstance(found, dict) else found.as_dict()
    return {
        "path": path.name,
        "body": fields.get("text"),
        "title": fields.get("title"),
        "authors": [name.strip() for name in (fields.get("author") or "").split(";") if name.strip()],
        "published_at": fields.get("date"),
    }


def main() -> None:
    folder, processes, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    began = time.perf_counter()
    with multiprocessing.Pool(processes) as pool:
        found = list(pool.imap_unordered(read, files, chunksize=8))
    if out.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(found), out, compression="zstd")
    took = time.perf_counter() - began
    if out.suffix == ".jsonl":
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    print(took, sum(1 for row in found if row["body"]))


if __name__ == "__main__":
    main()
